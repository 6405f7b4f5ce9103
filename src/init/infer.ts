import { find } from "../jsonpath/evaluate.ts"
import type { Document, Json, JsonObject } from "../mapping/document/json.ts"
import type { MappingEncoded, RowEncoded } from "../mapping/schema/mapping.ts"
import { type Field, type Rows, shapeOf } from "./field.ts"
import { identify } from "./identity.ts"
import { labelName, nameGiver, prefixWords } from "./names.ts"
import { itemPath, rowPath } from "./paths.ts"
import { several, withoutUnits } from "./quantity.ts"
import { judge, type MetricEncoded } from "./scalar.ts"
import { plural, sentence, singular, spokenWords, wordsOf } from "./words.ts"

/** A mapping, and what a person would note down beside it. */
export interface Inferred {
  readonly mapping: MappingEncoded
  /** Comments, by the part of the mapping that they stand before. */
  readonly notes: ReadonlyMap<object, string>
}

type Metrics = Record<string, MetricEncoded>
type LabelsFrom = Record<string, string | { readonly key: number }>

/** Items of one kind: the document itself, or all that one path of rows finds. */
interface Scope {
  readonly items: ReadonlyArray<Json>
  /** By item, which item of the scope around it stands in. */
  readonly groups: ReadonlyArray<number>
  /** The words in the names of the scopes around, then those of this one. */
  readonly outer: ReadonlyArray<string>
  readonly own: ReadonlyArray<string>
  /** The words of a number that is itself an item, which are those of the list's key. */
  readonly bare: ReadonlyArray<string>
  /** What an item is, in words; none for the document. */
  readonly noun: ReadonlyArray<string>
  /** Labels that the items have from around them. */
  readonly labels: ReadonlySet<string>
  readonly depth: number
}

/** More lists within lists than any API has. */
const maxDepth = 10
/** More strings beside each other tell nobody anything. */
const maxInfoLabels = 6

/** Keys that wrap, and say nothing of what is in them. */
const wrapper =
  /^(?:content|data|details|embedded|entries|list|metrics|records|response|results?|rows|statistics|stats)$/

/**
 * A mapping that a person might have written after reading one answer of an API. Names begin with `prefix` and are in
 * base units. Of the same document it finds every number, as a sample or a label, without a problem; only below ten
 * lists within each other it finds none. Where there is nothing to measure, it is empty.
 */
export const infer = ({ root }: Document, prefix: string): Inferred => {
  const notes = new Map<object, string>()
  const words = prefixWords(withoutUnits(wordsOf(prefix)))
  const whole = shapeOf([root], words)
  // an answer that is a list is named by what is in it
  const isList = whole.rows.some(({ keys }) => keys.length === 0)
  const start = isList ? lastSingular(words) : words
  const give = nameGiver()
  const nameOf = (words: ReadonlyArray<string>, type = "gauge") => give([...start, ...words], type)

  /** What the single values of a scope's items become. */
  const readScalars = (scope: Scope, scalars: ReadonlyArray<Field>) => {
    const metrics: Metrics = {}
    const amongOthers: Array<readonly [field: Field, metrics: Metrics]> = []
    const labels: Array<Field> = []
    const prose: Array<string> = []
    for (const field of scalars) {
      const bare = field.keys.length === 0
      const present = field.values.filter((value) => value !== undefined && value !== null)
      const single = present.filter((value) => typeof value !== "object")
      const numbers = present.filter((value) => typeof value === "number")
      const mixed = single.length < present.length || (numbers.length > 0 && single.some(isString))
      const key = bare ? scope.bare : telling(field.keys)
      const before = bare ? scope.outer : [...scope.outer, ...scope.own]
      const verdict = judge(key, mixed ? numbers : single, {
        ownWords: bare ? key.length : wordsOf(field.keys.at(-1) ?? "").length,
        noun: bare ? "" : spokenWords(scope.noun),
        alone: before.length === 0,
        mayName: !mixed && scope.items.every(isObject)
      })
      if (verdict.kind === "label") labels.push(field)
      else if (verdict.kind === "prose") prose.push(itemPath(field.keys))
      else {
        const { help = "", ...rest } = verdict.metric
        const optional = !mixed && present.length < field.values.length ? { optional: true } : undefined
        const metric = { value: itemPath(field.keys), ...rest, ...optional, help }
        const name = nameOf([...before, ...verdict.words], rest.type)
        if (mixed) amongOthers.push([field, { [name]: metric }])
        else metrics[name] = metric
        if (verdict.note !== undefined) notes.set(metric, verdict.note)
      }
    }
    return { metrics, amongOthers, labels, prose }
  }

  /** A series of value 1 that carries what is known of an item and does not tell it apart: its own strings, and numbers that are names. */
  const infoOf = (scope: Scope, fields: ReadonlyArray<Field>, isOnly: boolean): Metrics => {
    const near = fields.filter(
      ({ keys, values }) => !values.some(isNumber) && keys.length <= (scope.depth === 0 ? 1 : 2)
    )
    const strings = near.slice(0, maxInfoLabels)
    const chosen = fields.filter((field) => strings.includes(field) || field.values.some(isNumber))
    if (chosen.length === 0 && !isOnly) return {}
    const labels: LabelsFrom = {}
    for (const { keys } of chosen) {
      const taken = new Set([...scope.labels, ...Object.keys(labels)])
      labels[labelName([lastWords(keys), telling(keys).join("_")], taken)] = itemPath(keys)
    }
    const help = sentence(`what is known of the ${spokenWords(scope.depth === 0 ? start : scope.noun)}`)
    const from = chosen.length === 0 ? undefined : { labels_from: labels }
    return { [nameOf([...scope.outer, ...scope.own, "info"], "info")]: { type: "info", ...from, help } }
  }

  /** What the items of a list or map become: rows, or only their number where there is no more to them than text. */
  const readRows = (
    rows: Rows,
    around: Scope
  ): { readonly counts: Metrics; readonly each: ReadonlyArray<RowEncoded> } => {
    const scope = scopeOf(rows, around)
    const shape = shapeOf(scope.items)
    const { metrics, amongOthers, labels, prose } = readScalars(scope, shape.scalars)
    const noun = scope.noun.join("_")

    const isWhole = scope.items.every(isObject)
    const identity = isWhole && rows.selector !== ".*" ? identityOf(labels, scope) : undefined
    const position = {
      [labelName(
        [rows.keys.length === 0 && around.depth === 0 && rows.selector !== ".*" ? "index" : noun],
        scope.labels
      )]: { key: 0 }
    }
    const labelsFrom: LabelsFrom = identity === undefined ? position : {}
    for (const { keys } of identity ?? []) {
      const own = lastWords(keys)
      const taken = new Set([...scope.labels, ...Object.keys(labelsFrom)])
      labelsFrom[labelName(isName.test(own) ? [noun, `${noun}_${own}`] : [own, `${noun}_${own}`], taken)] =
        itemPath(keys)
    }

    const within = { ...scope, labels: new Set([...scope.labels, ...Object.keys(labelsFrom)]) }
    const below = scope.depth < maxDepth ? shape.rows.map((inner) => readRows(inner, within)) : []
    const each = below.flatMap((inner) => inner.each)
    Object.assign(metrics, ...below.map(({ counts }) => counts))
    const hasNumbers = labels.some(({ values }) => values.some(isNumber))
    if (Object.keys(metrics).length + each.length + amongOthers.length === 0 && !hasNumbers) {
      return { counts: countOf(rows, around, scope), each: [] }
    }
    const known = labels.filter((field) => !identity?.includes(field))
    // a number that is a name shows even where all else of the item is missing
    const isOnly = hasNumbers && Object.values(metrics).every(({ optional }) => optional)
    if (isWhole) Object.assign(metrics, infoOf(within, known, isOnly))

    const optional = optionalIn(rows, around)
    const row: RowEncoded = {
      path: rowPath(rows.keys, rows.selector, around.depth === 0),
      ...optional,
      labels_from: labelsFrom,
      ...(Object.keys(metrics).length === 0 ? undefined : { metrics }),
      ...(each.length === 0 ? undefined : { each })
    }
    notes.set(row, noteOf(scope, identity === undefined && rows.selector !== ".*", prose))
    const partly = amongOthers.map(([{ keys }, metrics]): RowEncoded => {
      const at = `@${rowPath(keys, "", true).slice(1)}`
      const path = rowPath(rows.keys, `[?${at} < 0 || ${at} >= 0]`, around.depth === 0)
      const part = { path, ...optional, labels_from: keys.length === 0 ? position : labelsFrom, metrics }
      notes.set(part, `only where ${itemPath(keys)} is a number`)
      return part
    })
    return { counts: {}, each: [...("metrics" in row || "each" in row ? [row] : []), ...partly] }
  }

  const scopeOf = (rows: Rows, around: Scope): Scope => {
    const items = rows.values.flatMap((container) => Object.values(container ?? {}))
    const groups = rows.values.flatMap((container, group) => Object.keys(container ?? {}).map(() => group))
    const { labels, outer } = around
    const depth = around.depth + 1
    if (rows.keys.length === 0) {
      const noun = around.depth === 0 ? start.slice(-1) : ["item"]
      return { items, groups, outer, own: around.own, bare: around.bare, noun, labels, depth }
    }
    const key = telling(rows.keys)
    const last = withoutUnits(wordsOf(rows.keys.at(-1) ?? ""))
    const wraps = wrapper.test(last.join("_"))
    const noun = wraps || last.length === 0 ? ["item"] : lastSingular(last)
    const inner = labels.has(noun.join("_")) ? ["inner"] : []
    const own = [...inner, ...lastSingular(withoutUnits(key))]
    return { items, groups, outer: [...outer, ...around.own], own, bare: key, noun: [...inner, ...noun], labels, depth }
  }

  /** Some items around have no such list. */
  const optionalIn = ({ keys }: Rows, { items }: Scope) =>
    items.some((item) => (find(keys, item) ?? null) === null) ? { optional: true } : undefined

  const countOf = (rows: Rows, around: Scope, { outer, own, noun }: Scope): Metrics => {
    const words = own.length === 0 ? ["items"] : [...own.slice(0, -1), several(own.at(-1) ?? "")]
    const help = sentence(`number of ${plural(spokenWords(noun))}`)
    const value = { count: `${itemPath(rows.keys)}${rows.selector}` }
    return { [nameOf([...outer, ...words])]: { value, ...optionalIn(rows, around), help } }
  }

  const document: Scope = {
    items: [root],
    groups: [0],
    outer: [],
    own: [],
    bare: [],
    noun: [],
    labels: new Set(),
    depth: 0
  }
  const { metrics, labels, prose } = readScalars(document, whole.scalars)
  const rows = whole.rows.map((rows) => readRows(rows, document))
  const each = rows.flatMap(({ each }) => each)
  Object.assign(metrics, ...rows.map(({ counts }) => counts), infoOf(document, labels, false))
  if (prose.length > 0) notes.set(metrics, leftOut(prose))
  const mapping = {
    ...(Object.keys(metrics).length === 0 ? undefined : { metrics }),
    ...(each.length === 0 ? undefined : { each })
  }
  return { mapping, notes }
}

const isNumber = (value: Json | undefined) => typeof value === "number"
const isString = (value: Json) => typeof value === "string"
const isObject = (value: Json): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A key of what a thing is called, which tells less than what the thing is. */
const isName = /^(?:name|id|key|uuid|title)$/

const lastWords = (keys: ReadonlyArray<string>) => wordsOf(keys.at(-1) ?? "").join("_")

const lastSingular = (words: ReadonlyArray<string>) =>
  words.map((word, at) => (at === words.length - 1 ? singular(word) : word))

/** The words of some keys, without those keys that say nothing. */
const telling = (keys: ReadonlyArray<string>): ReadonlyArray<string> => {
  const said = keys.filter((key) => !wrapper.test(wordsOf(key).join("_")))
  return (said.length > 0 ? said : keys).flatMap((key) => wordsOf(key))
}

/** The label fields that tell the items of each list apart. */
const identityOf = (labels: ReadonlyArray<Field>, { groups, noun }: Scope): ReadonlyArray<Field> | undefined => {
  const candidates = labels.map((field) => ({
    field,
    keys: field.keys,
    texts: field.values.map((value) => (value === undefined || value === null ? undefined : String(value)))
  }))
  const found = identify(candidates, groups, noun.join("_"))
  return found && candidates.flatMap((candidate) => (found.includes(candidate) ? [candidate.field] : []))
}

const noteOf = ({ items, noun }: Scope, byPosition: boolean, prose: ReadonlyArray<string>) => {
  const what = spokenWords(noun)
  const count = `${items.length} ${items.length === 1 ? what : plural(what)} in this answer`
  const lines = [byPosition ? `${count}, told apart by position, for want of a name` : count]
  return (prose.length > 0 ? [...lines, leftOut(prose)] : lines).join("\n")
}

const leftOut = (prose: ReadonlyArray<string>) => {
  const more = prose.length > 8 ? ` and ${prose.length - 8} more` : ""
  return `left out, being text: ${prose.slice(0, 8).join(", ")}${more}`
}
