import { compile as compilePath, type Path } from "../jsonpath/evaluate.ts"
import { compileTest, type Queries } from "../jsonpath/filter.ts"
import { leadingKeys, type Query, queriesOf, queriesWithin } from "../jsonpath/syntax.ts"
import type { ByteList, ByteRow } from "./bytes/byte-row.ts"
import { type FieldIndex, fieldIndex, slotOf } from "./bytes/field-index.ts"
import { constantLabels, inheritLabels, type LabelSource } from "./label-source.ts"
import type { Field } from "./reader.ts"
import type { Family } from "./sample.ts"
import type { LabelsFrom } from "./schema/labels.ts"
import type { Mapping, Row } from "./schema/mapping.ts"
import { type MetricObject, metricEntries } from "./schema/metric.ts"
import { statesOf } from "./schema/metric-options.ts"
import { valueKind } from "./schema/value-source.ts"
import type { Aggregate } from "./value/calc.ts"
import { compileStates, type ReadState } from "./value/state-words.ts"
import { compileSteps, type Reading, type Steps } from "./value/steps.ts"

/** A compiled mapping. Immutable, and shared by all targets that use the mapping. */
export interface Plan {
  /** The run stops after one sample more than this. */
  readonly maxSeries: number
  /** The document itself: a list of one row. */
  readonly root: List
  readonly deferred: DeferredLists | undefined
}

/** Lists that are not parsed with the document. Their rows are read from the bytes. */
export interface DeferredLists {
  /** Where they are in the document. */
  readonly index: FieldIndex
  /** The slot of each list in the index. */
  readonly slots: ReadonlyMap<List, number>
}

/** Rows, and what is taken from each. */
export interface List {
  readonly path: Path
  /** How its rows are read from bytes; undefined if they have to be parsed. */
  readonly bytes: ByteList | undefined
  /** In ascending order of name. */
  readonly labels: ReadonlyArray<LabelSource>
  readonly metrics: ReadonlyArray<Metric>
  readonly lists: ReadonlyArray<List>
}

/** One entry of a metric: what it yields for a row. */
export interface Metric {
  readonly family: Family
  /** Undefined: those of the row. Otherwise all of them, inherited ones included. */
  readonly labels: ReadonlyArray<LabelSource> | undefined
  readonly value: ValueSource
  readonly steps: Steps
  /** What a value that is missing or null gives. */
  readonly absent: Reading
}

/** Where the value of a metric comes from. */
export type ValueSource =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "field"; readonly field: Field }
  | { readonly kind: "aggregate"; readonly aggregate: Aggregate; readonly field: Field }
  | {
      readonly kind: "states"
      readonly field: Field
      readonly states: ReadonlyArray<string>
      /** The position of the label that names the state. */
      readonly label: number
      /** The position of the state that a text names, or why there is none. */
      readonly read: ReadState
    }

type Keys = ReadonlyArray<string | number>

/** Where paths start: at the end of these keys of the document or, if not exact, somewhere below. */
interface Start {
  readonly keys: Keys
  readonly isExact: boolean
  /** The position of the list of the root scope whose rows they start in. */
  readonly list: number | undefined
}

const documentPath = compilePath("$")
const documentStart: Start = { keys: [], isExact: true, list: undefined }

/** Everything that compiling a scope needs to know about its surroundings. */
interface Context {
  readonly start: Start
  readonly around: ReadonlyArray<LabelSource>
  /** The paths of the lists around, innermost first. */
  readonly paths: ReadonlyArray<Path>
  /** The fields of the rows; undefined for the document itself. */
  readonly index: FieldIndex | undefined
}

class Compiler {
  readonly #families = new Map<string, Family>()
  /** Of every path: the keys of the document that it certainly passes, and whether it ends there. */
  readonly #reaches: Array<Start> = []

  compile(mapping: Mapping, labels: ReadonlyArray<LabelSource>, maxSeries: number): Plan {
    const context = { start: documentStart, around: labels, paths: [], index: undefined }
    const root = { path: documentPath, bytes: undefined, ...this.#scope(mapping, labels, context) }
    return { maxSeries, root, deferred: this.#deferred(root) }
  }

  #scope({ metrics = {}, each = [] }: Row | Mapping, labels: ReadonlyArray<LabelSource>, context: Context) {
    const within = { ...context, around: labels }
    return {
      labels,
      metrics: Object.entries(metrics).flatMap(([name, metric]) =>
        metricEntries(metric).map((entry) => this.#metric(name, entry, within))
      ),
      lists: each.map((row, position) => this.#list(row, position, within))
    }
  }

  #list(row: Row, position: number, context: Context): List {
    const { path } = row
    if (path === undefined) throw new Error("rows without a path are not implemented")
    const isOfDocument = context.index === undefined
    const start = this.#reach(path, context.start, isOfDocument ? position : undefined)
    const bytes = path.absolute && !isOfDocument ? undefined : compileByteList(path, context.index)
    const index = bytes?.index ?? fieldIndex()
    const within: Context = { ...context, start, paths: [path, ...context.paths], index }
    const labels = inheritLabels(context.around, this.#labels(row.labels_from, within))
    return { path, bytes, ...this.#scope(row, labels, within) }
  }

  #metric(name: string, metric: MetricObject, context: Context): Metric {
    const states = metric.states && statesOf(metric.states).map(({ state }) => state)
    const own = this.#labels(metric.labels_from, context)
    const family = this.#family(name, metric, context.paths)
    const steps = compileSteps(name, metric, [])
    if (states !== undefined) {
      // the label that names the state replaces any other of its name
      const labels = inheritLabels(context.around, [
        ...own.filter((label) => label.name !== name),
        { kind: "constant", name, text: "" }
      ])
      const label = labels.findIndex((label) => label.name === name)
      const absence = metric.default === undefined ? absent(metric) : states.indexOf(String(metric.default))
      return { family, labels, steps, absent: absence, value: this.#states(metric, states, label, context) }
    }
    const labels = own.length === 0 ? undefined : inheritLabels(context.around, own)
    return { family, labels, steps, absent: absent(metric), value: this.#value(metric, context) }
  }

  #states(metric: MetricObject, states: ReadonlyArray<string>, label: number, context: Context): ValueSource {
    const { value } = metric
    if (value === undefined || !("text" in value)) throw new Error("the schema lets no stateset without a path through")
    return { kind: "states", field: this.#field(value, context), states, label, read: compileStates(metric) }
  }

  #value({ value }: MetricObject, context: Context): ValueSource {
    if (value === undefined) return { kind: "constant", value: 1 }
    const source = valueKind(value)
    switch (source.kind) {
      case "path":
        return { kind: "field", field: this.#field(source.path, context) }
      case "aggregate":
        return { kind: "aggregate", aggregate: source.aggregate, field: this.#field(source.path, context) }
      case "constant":
        return source
      case "calc":
        throw new Error("calc is not implemented")
    }
  }

  #labels(labels: LabelsFrom | undefined, context: Context): ReadonlyArray<LabelSource> {
    return Object.entries(labels ?? {}).map(
      ([name, source]): LabelSource =>
        "text" in source
          ? { kind: "field", name, field: this.#field(source, context) }
          : source.path === undefined
            ? { kind: "key", name, up: source.key ?? 0 }
            : { kind: "field", name, field: this.#field(source.path, context) }
    )
  }

  #field(path: Path, { start, index }: Context): Field {
    this.#reach(path, start, undefined)
    const hasSlot = index !== undefined && !path.absolute && isKeysOnly(path.query)
    return { path, slot: hasSlot ? slotOf(index, leadingKeys(path.query)) : undefined }
  }

  #family(name: string, metric: MetricObject, paths: ReadonlyArray<Path>): Family {
    const known = this.#families.get(name)
    if (known !== undefined) return known
    const family: Family = { name, type: metric.type ?? "gauge", help: metric.help ?? defaultHelp(metric, paths) }
    this.#families.set(name, family)
    return family
  }

  /**
   * Notes how far into the document a path leads, and likewise for paths in its filters that start at the document. Returns where
   * its rows start.
   */
  #reach({ query, absolute }: Path, start: Start, list: number | undefined): Start {
    for (const inner of queriesWithin(query)) {
      if (inner.root === "$") this.#reaches.push(follow(documentStart, inner))
    }
    const from = absolute ? documentStart : start
    const reach = { ...follow(from, query), list: list ?? from.list }
    this.#reaches.push(reach)
    return reach
  }

  /** The lists of the root scope that no path from outside leads into. */
  #deferred({ lists }: Pick<List, "lists">): DeferredLists | undefined {
    const index = fieldIndex()
    const slots = new Map<List, number>()
    const canDefer = ({ bytes }: List) => bytes !== undefined && !bytes.isSingle
    for (const list of lists) {
      const { bytes } = list
      if (bytes === undefined || !canDefer(list)) continue
      const isOwn = ({ list }: Start) => {
        const other = list === undefined ? undefined : lists[list]
        return other?.bytes !== undefined && canDefer(other) && isSame(other.bytes.keys, bytes.keys)
      }
      const isAskedFor = this.#reaches.some((reach) => !isOwn(reach) && leadsInto(reach, bytes.keys))
      if (!isAskedFor) slots.set(list, slotOf(index, bytes.keys))
    }
    return slots.size === 0 ? undefined : { index, slots }
  }
}

/** The keys that a query certainly passes, from where it starts. */
const follow = (start: Start, query: Query): Start => {
  if (!start.isExact) return start
  const keys = leadingKeys(query)
  return { ...start, keys: [...start.keys, ...keys], isExact: isKeysOnly(query) }
}

/** Whether a path may find anything in the list at the end of the keys, or the list itself. */
const leadsInto = (reach: Start, keys: Keys): boolean => {
  if (reach.keys.some((key, level) => level < keys.length && key !== keys[level])) return false
  return reach.keys.length >= keys.length || !reach.isExact
}

const isSame = (one: Keys, other: Keys): boolean =>
  one.length === other.length && one.every((key, level) => key === other[level])

/** Whether names, and indexes from 0, are all that a query consists of. */
const isKeysOnly = (query: Query): boolean => leadingKeys(query).length === query.segments.length

/** A list can be read from bytes if its path is keys, and after them at most one wildcard or one filter that compares plain fields. */
const compileByteList = ({ query }: Path, around: FieldIndex | undefined): ByteList | undefined => {
  const keys = leadingKeys(query)
  const [segment, ...more] = query.segments.slice(keys.length)
  const [selector, ...others] = segment?.selectors ?? []
  if (more.length > 0 || others.length > 0 || segment?.descendant) return undefined
  const index = fieldIndex()
  const slot = around && slotOf(around, keys)
  const list = { keys, isSingle: selector === undefined, slot, index }
  switch (selector?.kind) {
    case undefined:
    case "wildcard":
      return { ...list, filter: undefined }
    case "filter": {
      const isPlain = (query: Query) => query.root === "@" && isKeysOnly(query)
      if (!queriesOf(selector.test).every(isPlain)) return undefined
      return { ...list, filter: compileTest(selector.test, byteQueries(index)) }
    }
    default:
      return undefined
  }
}

/** The queries of a filter, answered by the field index of a row. */
const byteQueries = (index: FieldIndex): Queries<ByteRow> => ({
  value: (query) => {
    const slot = slotOf(index, leadingKeys(query))
    return (row) => row.valueAt(slot)
  },
  nodes: (query) => {
    const slot = slotOf(index, leadingKeys(query))
    return (row) => {
      const value = row.valueAt(slot)
      return value === undefined ? [] : [{ value }]
    }
  }
})

const absent = ({ default: standIn, optional }: MetricObject): Reading =>
  typeof standIn === "number" ? standIn : optional === true ? undefined : "missing"

/** Names the path, and says that the value is as old as the last good poll. */
const defaultHelp = ({ value }: MetricObject, paths: ReadonlyArray<Path>): string => {
  const source = value && valueKind(value)
  const path = source?.kind === "path" || source?.kind === "aggregate" ? source.path : undefined
  const aggregate = source?.kind === "aggregate" ? source.aggregate : undefined
  const what = path === undefined ? "labels" : path.text
  const rows = path?.absolute ? [] : paths.map(({ text }) => ` of each ${text}`)
  const text = `${aggregate === undefined ? "" : `${aggregate} of `}${what}${rows.join("")}`
  return `${text}, in the answer to the last good poll.`
}

/** The plan of a mapping for a target with these constant labels. */
export const compilePlan = (
  mapping: Mapping,
  labels: Readonly<Record<string, string>> = {},
  maxSeries: number = Number.POSITIVE_INFINITY
): Plan => new Compiler().compile(mapping, constantLabels(labels), maxSeries)

/** Compiles plans of one mapping for many targets. Targets whose constant labels have the same names share everything but their values. */
export const planner = (mapping: Mapping) => {
  const plans = new Map<string, Plan>()
  return (labels: Readonly<Record<string, string>>, maxSeries: number): Plan => {
    const constant = constantLabels(labels)
    const names = constant.map(({ name }) => name).join()
    const shared = plans.get(names) ?? compilePlan(mapping, labels)
    plans.set(names, shared)
    return { ...shared, maxSeries, root: { ...shared.root, labels: constant } }
  }
}
