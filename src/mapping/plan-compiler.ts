import { compile as compilePath, type Path } from "../jsonpath/evaluate.ts"
import { compileByteList } from "./bytes/byte-list.ts"
import { type FieldIndex, fieldIndex } from "./bytes/field-index.ts"
import { defaultHelp } from "./default-help.ts"
import { constantLabels, inheritLabels, type LabelSource } from "./label-source.ts"
import type { Combine, Detail, List, Metric, Plan, Rows } from "./plan.ts"
import { documentStart, Reaches, type Start } from "./reaches.ts"
import type { Family } from "./sample.ts"
import { defaultDetails } from "./schema/detail-options.ts"
import type { Mapping, Row } from "./schema/mapping.ts"
import { type MetricObject, metricEntries } from "./schema/metric.ts"
import { pathsOf } from "./url-reference.ts"
import { compileSteps } from "./value/steps.ts"
import { type Context, partOf, ValueCompiler } from "./value-compiler.ts"

const documentPath = compilePath("$")

const rootContext: Context = { start: documentStart, around: [], lists: [], index: undefined, nullValues: [] }

class Compiler {
  readonly #families: Map<string, Family>
  readonly #reaches = new Reaches()
  readonly #values = new ValueCompiler(this.#reaches)
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
    const labels = inheritLabels(around.around, [...constant, ...this.#values.labels(entry, context)])
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

  /** What is taken from the documents of rows. A new compiler compiles it: its paths do not lead into this document. */
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
    const own = this.#values.labels(metric, context)
    const family = this.#family(name, metric, context)
    const all = own.length === 0 ? undefined : inheritLabels(labels, own)
    /** All labels and one that the metric sets itself, such as `le`. It replaces another label of its name. */
    const withLabel = (name: string) => {
      const others = own.filter((label) => label.name !== name)
      const labelled = inheritLabels(labels, [...others, { kind: "constant", name, text: "" }])
      return { labels: labelled, label: labelled.findIndex((label) => label.name === name) }
    }
    switch (metric.type) {
      case "info":
        return { kind: "info", family, labels: all, isOptional: metric.optional === true }
      case "stateset":
        return { kind: "states", family, ...withLabel(name), ...this.#values.states(metric, context) }
      case "histogram":
        return { kind: "histogram", family, ...withLabel("le"), ...this.#histogram(name, metric, context) }
      case "summary": {
        const quantiles = Object.entries(metric.quantiles ?? {}).map(
          ([quantile, value]) => [Number(quantile), this.#values.number(name, value, partOf(metric), context)] as const
        )
        return {
          kind: "summary",
          family,
          ...withLabel("quantile"),
          quantiles,
          ...this.#values.totals(name, metric, context)
        }
      }
      default: {
        const value = this.#values.number(name, metric.value, metric, context)
        return { kind: "number", family, labels: all, value, combine: this.#combines.get(name) }
      }
    }
  }

  #histogram(name: string, metric: MetricObject, context: Context) {
    const { buckets: entry, cumulative = true, optional = false } = metric
    if (entry === undefined) throw new Error("a histogram without buckets, which the schema rejects")
    // never deferred, so its position does not matter
    const { rows, bytes, within } = this.#rows(entry, 0, { ...context, index: context.index ?? fieldIndex() })
    const buckets: List = { rows, bytes, isOptional: optional, labels: [], metrics: [], lists: [], detail: undefined }
    return {
      buckets,
      le: this.#values.label("le", entry.le, within),
      leSteps: compileSteps(name, partOf(metric), []),
      unit: this.#values.unit(metric, context),
      bucket: this.#values.number(name, entry.value, {}, within),
      isCumulative: cumulative,
      ...this.#values.totals(name, metric, context)
    }
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

/** How samples of the same name are combined. `duplicates` of one metric holds for all metrics of its name. */
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

/** The plan of a mapping for a target with these constant labels. */
export const compilePlan = (
  mapping: Mapping,
  labels: Readonly<Record<string, string>> = {},
  maxSeries: number = Number.POSITIVE_INFINITY
): Plan => new Compiler(mapping).compile(mapping, labels, maxSeries)

/**
 * Compiles plans of one mapping for many targets. Targets whose constant labels have the same names share everything
 * but the values of these labels.
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
