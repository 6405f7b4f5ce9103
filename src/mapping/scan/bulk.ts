import { after, type Path } from "../../jsonpath/evaluate.ts"
import { compileTest, type Predicate, type Queries } from "../../jsonpath/filter.ts"
import { leadingKeys, type Query, queriesOf, queriesWithin } from "../../jsonpath/syntax.ts"
import { nowhere, type Outline, outline, type Places, placesOf, slotOf } from "../bytes/field-index.ts"
import { jsonAt } from "../bytes/scalar.ts"
import type { LabelSource } from "../labels.ts"
import type { List, Scope } from "../plan.ts"
import type { LabelPlaces } from "../sample.ts"
import type { Series } from "../series.ts"

type Keys = ReadonlyArray<string | number>

/** The lists of a plan whose rows are read from the bytes of the document, and never made values of. */
export interface Bulks {
  /** Of a document: where the lists are. */
  readonly outline: Outline
  readonly of: ReadonlyMap<List, Placed>
}

/** A list, and the slot of it in the outline of what is around it. */
export interface Placed {
  readonly slot: number
  readonly bulk: Bulk
}

export interface Bulk {
  readonly at: Standpoint
  /** Of a row. */
  readonly outline: Outline
  /** Whether a row counts. */
  readonly holds: Predicate<Spot> | undefined
  readonly scopes: ReadonlyArray<BulkScope>
}

/** Where the rows of a list stand, and which of them is looked at just now. */
export interface Standpoint {
  readonly around: Standpoint | undefined
  /** What leads from the row around to the list; or, where there is but one row, to that. */
  readonly keys: Keys
  readonly single: boolean
  readonly row: {
    begin: number
    end: number
    /** In its list. */
    key: string | number
    /** Of what the outline wants. */
    places: Places
  }
}

/** A row as a filter sees it. */
export interface Spot {
  readonly bytes: Buffer
  readonly places: Places
}

export interface BulkScope {
  readonly labels: BulkLabels
  readonly series: ReadonlyArray<BulkSeries>
  readonly lists: ReadonlyArray<Placed>
}

export interface BulkSeries {
  readonly series: Series
  readonly source: Source | undefined
  /** Undefined: those of the row. */
  readonly labels: BulkLabels | undefined
  /** Of a stateset, the position of its own label. */
  readonly state: number
}

export interface BulkLabels {
  readonly sources: ReadonlyArray<LabelText>
  /** Those of the row that is looked at just now. */
  readonly current: LabelPlaces
}

/** What a path of a row finds. */
export type Source =
  /** It starts at the document, and finds the same for all rows. */
  | { readonly from: "document"; readonly path: Path }
  | { readonly from: "place"; readonly path: Path; readonly slot: number }
  /** The place is where a search begins. */
  | { readonly from: "search"; readonly path: Path; readonly slot: number; readonly rest: Path }

export type LabelText =
  | { readonly from: "text"; readonly text: string }
  | { readonly from: "around"; readonly index: number }
  | { readonly from: "key"; readonly row: Standpoint["row"] }
  | Source

/**
 * The lists of the document's own scope whose rows may be read from the bytes. The document then has an empty list in their place, so no other path of
 * the plan may lead into or through it.
 */
export const bulksOf = (root: Scope): Bulks | undefined => {
  const reaches = reachesOf(root, { keys: [], isExact: true, below: undefined })
  // a filter may ask the document for anything
  if (reaches.some(({ path }) => queriesWithin(path.query).some((inner) => inner.root === "$"))) return undefined
  const candidates = root.lists.flatMap((list) => {
    const bulk = bulkOf(list, undefined)
    return bulk === undefined || bulk.at.single ? [] : [{ list, bulk }]
  })
  const whole = outline()
  const of = new Map<List, Placed>()
  for (const { list, bulk } of candidates) {
    const { keys } = bulk.at
    const same = candidates.filter((other) => isSame(other.bulk.at.keys, keys)).map((other) => other.list)
    const others = reaches.filter(({ path, below }) => !same.some((list) => list.path === path || list === below))
    if (!others.some((reach) => mayEnter(reach, keys))) of.set(list, { slot: slotOf(whole, keys), bulk })
  }
  return of.size === 0 ? undefined : { outline: whole, of }
}

/** Where paths start: at the end of these keys of the document, or, where that is not exact, somewhere below. */
interface Start {
  readonly keys: Keys
  readonly isExact: boolean
  /** The list of the document's own scope in whose rows they start. */
  readonly below: List | undefined
}

/** A path, and how far it is known where it leads in the document. */
interface Reach {
  readonly path: Path
  readonly keys: Keys
  /** It ends at the end of the keys. */
  readonly isExact: boolean
  readonly below: List | undefined
}

const pathsOfSources = (labels: ReadonlyArray<LabelSource> = []): ReadonlyArray<Path> =>
  labels.flatMap((label) => (label.kind === "path" ? [label.path] : []))

const pathsOfSeries = ({ reader, labels }: Series): ReadonlyArray<Path> => [
  ...(reader.path === undefined ? [] : [reader.path]),
  ...pathsOfSources(labels)
]

/** All paths of a scope and of those within, from the document on. */
const reachesOf = ({ labels, series, lists }: Scope, start: Start): ReadonlyArray<Reach> => {
  const own = [...pathsOfSources(labels), ...series.flatMap(pathsOfSeries)]
  return [
    ...own.map((path) => reachOf(path, start)),
    ...lists.flatMap((list) => {
      const reach = reachOf(list.path, start)
      const isOfDocument = start.below === undefined && start.keys.length === 0 && start.isExact
      const rows: Start = { ...reach, below: reach.below ?? (isOfDocument ? list : undefined) }
      return [reach, ...list.scopes.flatMap((scope) => reachesOf(scope, rows))]
    })
  ]
}

const reachOf = (path: Path, start: Start): Reach => {
  const { keys, isExact, below }: Start = path.absolute ? { keys: [], isExact: true, below: undefined } : start
  if (!isExact) return { path, keys, isExact, below }
  const lead = leadingKeys(path.query)
  return { path, keys: [...keys, ...lead], isExact: lead.length === path.query.segments.length, below }
}

const isSame = (one: Keys, other: Keys): boolean =>
  one.length === other.length && one.every((key, index) => key === other[index])

/** Whether a path may find anything of the list at the end of the keys, beyond what is around it. */
const mayEnter = (reach: Reach, keys: Keys): boolean => {
  if (reach.keys.some((key, index) => index < keys.length && key !== keys[index])) return false
  return reach.keys.length >= keys.length || !reach.isExact
}

/** Undefined where something is wanted of a row that no outline tells. */
const bulkOf = ({ path, scopes }: List, around: Standpoint | undefined): Bulk | undefined => {
  if (around !== undefined && path.absolute) return undefined
  const keys = leadingKeys(path.query)
  const rest = path.query.segments.slice(keys.length)
  const [segment, next] = rest
  const [selector, another] = segment?.selectors ?? []
  if (next !== undefined || another !== undefined || segment?.descendant) return undefined
  const wanted = outline()
  let holds: Bulk["holds"]
  if (selector?.kind === "filter") {
    if (!queriesOf(selector.test).every(isPlace)) return undefined
    holds = compileTest(selector.test, queriesOn(wanted))
  } else if (selector !== undefined && selector.kind !== "wildcard") return undefined

  const row: Standpoint["row"] = { begin: 0, end: 0, key: 0, places: placesOf(wanted) }
  const at: Standpoint = { around, keys, single: selector === undefined, row }
  const compiled = scopes.map((scope) => scopeOf(scope, at, wanted))
  row.places = placesOf(wanted)
  const complete = compiled.filter((scope) => scope !== undefined)
  return complete.length < compiled.length ? undefined : { at, outline: wanted, holds, scopes: complete }
}

const scopeOf = ({ labels, series, lists }: Scope, at: Standpoint, wanted: Outline): BulkScope | undefined => {
  const inner = lists.flatMap((list) => {
    const bulk = bulkOf(list, at)
    return bulk === undefined ? [] : [{ slot: slotOf(wanted, bulk.at.keys), bulk }]
  })
  if (inner.length < lists.length) return undefined
  return {
    labels: labelsOf(labels, at, wanted),
    series: series.map((one) => seriesOf(one, labels, at, wanted)),
    lists: inner
  }
}

const seriesOf = (series: Series, ofRow: ReadonlyArray<LabelSource>, at: Standpoint, wanted: Outline): BulkSeries => {
  const { reader, labels, states } = series
  const source = reader.path === undefined ? undefined : sourceOf(reader.path, wanted)
  const own = states?.[0]?.[0]
  if (own === undefined) {
    return { series, source, labels: labels && labelsOf(labels, at, wanted), state: nowhere }
  }
  const others = labels ?? ofRow.map(({ name }, index): LabelSource => ({ kind: "inherited", name, index }))
  const position = others.findIndex(({ name }) => name > own)
  const state = position < 0 ? others.length : position
  const all = others.toSpliced(state, 0, { kind: "constant", name: own, label: [own, ""] })
  return { series, source, labels: labelsOf(all, at, wanted), state }
}

const labelsOf = (labels: ReadonlyArray<LabelSource>, at: Standpoint, wanted: Outline): BulkLabels => ({
  sources: labels.map((label) => labelText(label, at, wanted)),
  current: {
    names: labels.map(({ name }) => name),
    begins: new Int32Array(labels.length).fill(nowhere),
    ends: new Int32Array(labels.length),
    texts: labels.map(() => "")
  }
})

const labelText = (label: LabelSource, at: Standpoint, wanted: Outline): LabelText => {
  switch (label.kind) {
    case "constant":
      return { from: "text", text: label.label[1] }
    case "inherited":
      return { from: "around", index: label.index }
    case "key":
      return keyText(at, label.up)
    case "path":
      return sourceOf(label.path, wanted)
  }
}

/** The key of what is `up` levels above a row. */
const keyText = ({ around, keys, single, row }: Standpoint, up: number): LabelText => {
  if (!single && up === 0) return { from: "key", row }
  const level = single ? up : up - 1
  const key = keys[keys.length - 1 - level]
  if (key !== undefined) return { from: "text", text: String(key) }
  return around === undefined ? { from: "text", text: "" } : keyText(around, level - keys.length)
}

const sourceOf = (path: Path, wanted: Outline): Source => {
  if (path.absolute) return { from: "document", path }
  const lead = leadingKeys(path.query)
  const slot = slotOf(wanted, lead)
  return lead.length === path.query.segments.length
    ? { from: "place", path, slot }
    : { from: "search", path, slot, rest: after(path, lead.length) }
}

/** Whether a query finds what stands at one place. */
const isPlace = (query: Query): boolean => query.root === "@" && leadingKeys(query).length === query.segments.length

/** Queries of a filter that find what the outline wants. */
const queriesOn = (wanted: Outline): Queries<Spot> => {
  const jsonOf = (query: Query) => {
    const slot = slotOf(wanted, leadingKeys(query))
    return ({ bytes, places }: Spot) => {
      const begin = places.begins[slot] ?? nowhere
      return begin === nowhere ? undefined : jsonAt(bytes, begin, places.ends[slot] ?? begin)
    }
  }
  return {
    value: jsonOf,
    nodes: (query) => {
      const value = jsonOf(query)
      return (spot) => {
        const found = value(spot)
        return found === undefined ? [] : [{ value: found }]
      }
    }
  }
}
