import { compile as compilePath, type Path } from "../jsonpath/evaluate.ts"
import { isKeysOnly, leadingKeys } from "../jsonpath/syntax.ts"
import { compileByteList } from "./bytes/byte-list.ts"
import { type FieldIndex, fieldIndex, slotOf } from "./bytes/field-index.ts"
import { constantLabels, inheritLabels, type LabelSource } from "./label-source.ts"
import type {
  AggregateSource,
  Combine,
  Detail,
  FieldSource,
  List,
  Metric,
  Plan,
  Rows,
  ValueReader,
  ValueSource
} from "./plan.ts"
import { documentStart, Reaches, type Start } from "./reaches.ts"
import type { Field } from "./reader.ts"
import type { Family } from "./sample.ts"
import { defaultDetails } from "./schema/detail-options.ts"
import type { LabelEntry, LabelsFrom } from "./schema/labels.ts"
import type { Mapping, Row } from "./schema/mapping.ts"
import { type MetricObject, metricEntries } from "./schema/metric.ts"
import { statesOf } from "./schema/metric-options.ts"
import { type ValueSource as ValueEntry, valueKind } from "./schema/value-source.ts"
import { pathsOf } from "./url-reference.ts"
import type { Aggregate } from "./value/calc.ts"
import { compileRewrite } from "./value/relabel.ts"
import { compileStates } from "./value/state-words.ts"
import { compileSteps } from "./value/steps.ts"

const documentPath = compilePath("$")

/** What compiling a scope has to know about the scopes around it. */
interface Context {
  readonly start: Start
  readonly around: ReadonlyArray<LabelSource>
  /** The lists around, innermost first, as HELP names them. */
  readonly lists: ReadonlyArray<string>
  /** The fields of the rows; undefined for the document itself. */
  readonly index: FieldIndex | undefined
  readonly nullValues: ReadonlyArray<string>
}

const rootContext: Context = { start: documentStart, around: [], lists: [], index: undefined, nullValues: [] }

class Compiler {
  readonly #families: Map<string, Family>
  readonly #reaches = new Reaches()
  readonly #combines: ReadonlyMap<string, Combine>
  readonly #details: Array<Detail>

  constructor(mapping: ScopeEntry, details: Array<Detail> = [], families = new Map<string, Family>()) {
    this.#combines = new Map(combinesOf(mapping))
    this.#details = details
    this.#families = families
  }

  compile(mapping: Mapping, constant: Readonly<Record<string, string>>, maxSeries: number): Plan {
    const rows: Rows = { kind: "path", path: documentPath, isText: false }
    const root = {
      rows,
      isOptional: true,
      bytes: undefined,
      detail: undefined,
      ...this.#scope(mapping, constantLabels(constant), rootContext)
    }
    return { maxSeries, root, deferred: this.#reaches.deferred(root), details: this.#details }
  }

  #scope(entry: ScopeEntry, constant: ReadonlyArray<LabelSource>, around: Context) {
    const { metrics = {}, each = [] } = entry
    const context = { ...around, nullValues: nullValuesOf(entry) ?? around.nullValues }
    const labels = inheritLabels(around.around, [...constant, ...this.#labels(entry, context)])
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
    const { rows, bytes, within } = this.#rows(row, position, context)
    const list = { rows, bytes, isOptional: row.optional === true }
    if (row.get === undefined) return { ...list, detail: undefined, ...this.#scope(row, [], within) }
    const { metrics = {}, each = [], ...own } = row
    const scope = this.#scope(own, [], within)
    return { ...list, ...scope, detail: this.#detail(row.get, { metrics, each }, scope.labels, within) }
  }

  /** What is taken from the document of each row. Its paths start there, so they say nothing about this document. */
  #detail(
    get: NonNullable<Row["get"]>,
    scope: ScopeEntry,
    around: ReadonlyArray<LabelSource>,
    context: Context
  ): Detail {
    for (const path of pathsOf(get.url)) this.#reaches.add(path, context.start)
    const compiler = new Compiler(scope, this.#details, this.#families)
    const detail: Detail = {
      id: this.#details.length,
      url: get.url,
      max: get.max ?? defaultDetails.max,
      atOnce: get.at_once ?? defaultDetails.at_once,
      isPartial: get.partial ?? defaultDetails.partial,
      list: compiler.#document(scope, { ...rootContext, around, lists: context.lists, nullValues: context.nullValues })
    }
    this.#details.push(detail)
    return detail
  }

  #document(scope: ScopeEntry, context: Context): List {
    const rows: Rows = { kind: "path", path: documentPath, isText: false }
    return { rows, isOptional: true, bytes: undefined, detail: undefined, ...this.#scope(scope, [], context) }
  }

  /** Where the rows of a list come from, and what its fields are compiled with. */
  #rows({ path, table, zip, parse }: RowEntry, position: number, context: Context) {
    const list = context.index === undefined ? position : undefined
    const inner = (text: string, start: Start, index: FieldIndex): Context => ({
      ...context,
      start,
      lists: [text, ...context.lists],
      index
    })
    if (path !== undefined) {
      const isText = parse !== undefined
      const start = this.#reaches.add(path, context.start, list)
      const canReadBytes = !isText && (!path.absolute || context.index === undefined)
      const bytes = canReadBytes ? compileByteList(path, context.index) : undefined
      const rows: Rows = { kind: "path", path, isText }
      const within = inner(path.text, isText ? { ...start, isExact: false } : start, bytes?.index ?? fieldIndex())
      return { rows, bytes, within }
    }
    const whole = (path: Path) => this.#reaches.addWhole(path, context.start)
    if (table !== undefined) {
      whole(table.columns)
      const within = inner(table.rows.text, whole(table.rows), fieldIndex())
      return { rows: { kind: "table", ...table } satisfies Rows, bytes: undefined, within }
    }
    const columns = Object.entries(zip ?? {})
    const [start = context.start] = columns.map(([, path]) => whole(path))
    const within = inner(columns.map(([, path]) => path.text).join(" and "), start, fieldIndex())
    return { rows: { kind: "zip", columns } satisfies Rows, bytes: undefined, within }
  }

  #metric(name: string, metric: MetricObject, around: Context): Metric {
    const context = { ...around, nullValues: nullValuesOf(metric) ?? around.nullValues }
    const { around: labels } = context
    const own = this.#labels(metric, context)
    const family = this.#family(name, metric, context)
    const all = own.length === 0 ? undefined : inheritLabels(labels, own)
    /** All labels and one more, which the metric sets itself, in place of any other of its name. */
    const withLabel = (name: string) => {
      const others = own.filter((label) => label.name !== name)
      const labelled = inheritLabels(labels, [...others, { kind: "constant", name, text: "" }])
      return { labels: labelled, label: labelled.findIndex((label) => label.name === name) }
    }
    switch (metric.type) {
      case "info":
        return { kind: "info", family, labels: all, isOptional: metric.optional === true }
      case "stateset":
        return { kind: "states", family, ...withLabel(name), ...this.#states(metric, context) }
      case "histogram":
        return { kind: "histogram", family, ...withLabel("le"), ...this.#histogram(name, metric, context) }
      case "summary": {
        const quantiles = Object.entries(metric.quantiles ?? {}).map(
          ([quantile, value]) => [Number(quantile), this.#number(name, value, partOf(metric), context)] as const
        )
        return { kind: "summary", family, ...withLabel("quantile"), quantiles, ...this.#totals(name, metric, context) }
      }
      default: {
        const value = this.#number(name, metric.value, metric, context)
        return { kind: "number", family, labels: all, value, combine: this.#combines.get(name) }
      }
    }
  }

  #states(metric: MetricObject, context: Context) {
    const source = metric.value && valueKind(metric.value)
    if (source?.kind !== "path") throw new Error("the schema lets no stateset without a path through")
    const states = statesOf(metric.states ?? []).map(({ state }) => state)
    const standIn = metric.default === undefined ? undefined : states.indexOf(String(metric.default))
    return {
      field: this.#field(source.path, context),
      states,
      read: compileStates(metric, context.nullValues),
      missing: standIn ?? (metric.optional === true ? undefined : "missing"),
      nullValue: standIn
    } as const
  }

  #histogram(name: string, metric: MetricObject, context: Context) {
    const { buckets: entry, cumulative = true, optional = false } = metric
    if (entry === undefined) throw new Error("the schema lets no histogram without buckets through")
    // never deferred, so its position does not matter
    const { rows, bytes, within } = this.#rows(entry, 0, { ...context, index: context.index ?? fieldIndex() })
    const buckets: List = { rows, bytes, isOptional: optional, labels: [], metrics: [], lists: [], detail: undefined }
    return {
      buckets,
      le: this.#label("le", entry.le, within),
      leSteps: compileSteps(name, partOf(metric), []),
      unit: this.#unit(metric, context),
      bucket: this.#number(name, entry.value, {}, within),
      isCumulative: cumulative,
      ...this.#totals(name, metric, context)
    }
  }

  /** The sum, in the unit of the metric, and the count of a histogram or a summary. */
  #totals(name: string, { sum, count, ...metric }: MetricObject, context: Context) {
    return {
      sum: sum && this.#number(name, sum, partOf(metric), context),
      count: count && this.#number(name, count, {}, context)
    }
  }

  #number(name: string, value: ValueEntry | undefined, metric: MetricObject, context: Context): ValueReader {
    const standIn = typeof metric.default === "number" ? metric.default : undefined
    return {
      source: this.#source(value, context),
      steps: compileSteps(name, metric, context.nullValues),
      unit: this.#unit(metric, context),
      missing: standIn ?? (metric.optional === true ? undefined : "missing"),
      nullValue: standIn
    }
  }

  #source(value: ValueEntry | undefined, context: Context): ValueSource {
    if (value === undefined) throw new Error("the schema lets no metric without a value through")
    const source = valueKind(value)
    switch (source.kind) {
      case "path":
        return { kind: "field", field: this.#field(source.path, context) }
      case "aggregate":
        return this.#operand(source.aggregate, source.path, context)
      case "constant":
        return source
      case "calc": {
        const { text, operands, evaluate } = source.calc
        const compiled = operands.map(({ aggregate, path }) => this.#operand(aggregate, path, context))
        return { kind: "calc", text, operands: compiled, evaluate }
      }
    }
  }

  #operand(aggregate: Aggregate | "value", path: Path, context: Context): FieldSource | AggregateSource {
    const field = this.#field(path, context)
    return aggregate === "value" ? { kind: "field", field } : { kind: "aggregate", aggregate, field }
  }

  #unit({ unit }: MetricObject, context: Context): Field | undefined {
    return typeof unit === "object" ? this.#field(unit.path, context) : undefined
  }

  #labels({ labels = {}, labels_from = {} }: LabelEntries, context: Context): ReadonlyArray<LabelSource> {
    return [
      ...constantLabels(labels),
      ...Object.entries(labels_from).map(([name, label]) => this.#label(name, label, context))
    ]
  }

  #label(name: string, label: LabelEntry, context: Context): LabelSource {
    const { path, key = 0, ...options } = "text" in label ? { path: label } : label
    const rewrite = compileRewrite({ ...options, nullValues: context.nullValues })
    return path === undefined
      ? { kind: "key", name, up: key, rewrite }
      : { kind: "field", name, field: this.#field(path, context), rewrite }
  }

  #field(path: Path, { start, index }: Context): Field {
    this.#reaches.add(path, start)
    const hasSlot = index !== undefined && !path.absolute && isKeysOnly(path.query)
    return { path, slot: hasSlot ? slotOf(index, leadingKeys(path.query)) : undefined }
  }

  #family(name: string, metric: MetricObject, { lists }: Context): Family {
    const known = this.#families.get(name)
    if (known !== undefined) return known
    const family: Family = { name, type: metric.type ?? "gauge", help: metric.help ?? defaultHelp(metric, lists) }
    this.#families.set(name, family)
    return family
  }
}

type RowEntry = Pick<Row, "path" | "table" | "zip" | "parse">
type ScopeEntry = Pick<Row, "labels" | "labels_from" | "null_values" | "metrics" | "each">

interface LabelEntries {
  readonly labels?: Readonly<Record<string, string>>
  readonly labels_from?: LabelsFrom
}

/** How the samples of each name are combined: what stands at one metric of the name holds for all in the mapping. */
const combinesOf = ({ metrics = {}, each = [] }: Pick<Row, "metrics" | "each">): ReadonlyArray<[string, Combine]> => [
  ...each.flatMap(combinesOf),
  ...Object.entries(metrics).flatMap(([name, metric]) =>
    metricEntries(metric).flatMap(
      ({ duplicates }): ReadonlyArray<[string, Combine]> => (duplicates === undefined ? [] : [[name, duplicates]])
    )
  )
]

const nullValuesOf = ({ null_values: values }: Pick<Row, "null_values">): ReadonlyArray<string> | undefined =>
  values?.map(String)

/** The keys of a histogram or a summary that hold for its parts. */
const partOf = ({ type, unit, optional }: MetricObject): MetricObject => ({
  ...(type && { type }),
  ...(unit && { unit }),
  ...(optional && { optional })
})

/** Names the path, and says that the value is as old as the last good poll. */
const defaultHelp = ({ value }: MetricObject, lists: ReadonlyArray<string>): string => {
  const { text, isAbsolute } = describeValue(value)
  const rows = isAbsolute ? [] : lists.map((list) => ` of each ${list}`)
  return `${text}${rows.join("")}, in the answer to the last good poll.`
}

const describeValue = (value: ValueEntry | undefined): { readonly text: string; readonly isAbsolute: boolean } => {
  if (value === undefined) return { text: "labels", isAbsolute: false }
  const source = valueKind(value)
  switch (source.kind) {
    case "path":
      return { text: source.path.text, isAbsolute: source.path.absolute }
    case "aggregate":
      return { text: `${source.aggregate} of ${source.path.text}`, isAbsolute: source.path.absolute }
    case "constant":
      return { text: String(source.value), isAbsolute: false }
    case "calc":
      return { text: source.calc.text, isAbsolute: false }
  }
}

/** The plan of a mapping for a target with these constant labels. */
export const compilePlan = (
  mapping: Mapping,
  labels: Readonly<Record<string, string>> = {},
  maxSeries: number = Number.POSITIVE_INFINITY
): Plan => new Compiler(mapping).compile(mapping, labels, maxSeries)

/**
 * Compiles plans of one mapping for many targets. Targets whose constant labels have the same names share everything
 * but their values.
 */
export const planner = (mapping: Mapping) => {
  const plans = new Map<string, Plan>()
  return (labels: Readonly<Record<string, string>>, maxSeries: number): Plan => {
    const constant = constantLabels(labels)
    const names = constant.map(({ name }) => name).join()
    const shared = plans.get(names) ?? compilePlan(mapping, labels)
    plans.set(names, shared)
    const own = new Map(constant.map((label) => [label.name, label]))
    return {
      ...shared,
      maxSeries,
      root: { ...shared.root, labels: shared.root.labels.map((label) => own.get(label.name) ?? label) }
    }
  }
}
