import * as Schema from "effect/Schema"
import { metricTypes } from "../metric-type.ts"
import { DetailOptions } from "./detail-options.ts"
import { Labels, LabelsFrom } from "./labels.ts"
import { Metric, MetricName, metricEntries, metricIssues } from "./metric.ts"
import { NullValues } from "./metric-options.ts"
import { oneRowSource, rowSources } from "./row-source.ts"

type Path = ReadonlyArray<PropertyKey>

const located = (issue: Schema.FilterIssue, at: Path): Schema.FilterIssue =>
  typeof issue === "string" || !("path" in issue)
    ? { path: at, issue: issue as string }
    : { path: [...at, ...issue.path], issue: issue.issue }

const Metrics = Schema.Record(MetricName, Metric)
  .check(
    Schema.isMinProperties(1, { expected: "at least one metric" }),
    Schema.makeFilter((metrics) =>
      Object.entries(metrics).flatMap(([name, metric]) =>
        metricIssues(name, metric).map((issue) => located(issue, [name]))
      )
    )
  )
  .pipe(
    Schema.annotateEncoded({
      description: "Metric names and what they are made of.",
      expected: "a map of metric names, as in metrics: { shop_queue_depth: queue.depth }",
      examples: [{ shop_queue_depth: "queue.depth", shop_uptime_seconds: { value: "uptime_ms", unit: "ms" } }]
    })
  )

/** What a target, an entry of `mappings` and a row have in common. */
const scopeFields = {
  labels_from: Schema.optionalKey(LabelsFrom),
  null_values: Schema.optionalKey(NullValues),
  metrics: Schema.optionalKey(Metrics)
}

const rowFields = {
  ...rowSources,
  parse: Schema.optionalKey(
    Schema.Literals(["json"]).annotate({
      description: "The path finds strings that contain JSON; the value in each string becomes a row."
    })
  ),
  optional: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "A missing list is not reported as a problem.", default: false })
  ),
  labels: Schema.optionalKey(Labels),
  get: Schema.optionalKey(DetailOptions),
  ...scopeFields
}
const RowFields = Schema.Struct(rowFields)

export interface Row extends Schema.Schema.Type<typeof RowFields> {
  readonly each?: ReadonlyArray<Row>
}
export interface RowEncoded extends Schema.Codec.Encoded<typeof RowFields> {
  readonly each?: ReadonlyArray<RowEncoded>
}

const hasDetails = (rows: ReadonlyArray<Row> = []): boolean =>
  rows.some(({ get, each }) => get !== undefined || hasDetails(each))

const Row = Schema.Struct({
  ...rowFields,
  each: Schema.optionalKey(
    Schema.Array(Schema.suspend((): Schema.Codec<Row, RowEncoded> => Row)).annotate({
      description: "Rows within a row; they inherit its labels."
    })
  )
})
  .annotate({ description: "Series for every item of a list or map." })
  .check(
    oneRowSource<Row>(),
    Schema.makeFilter(({ metrics, each }) => metrics !== undefined || each !== undefined, {
      expected: "metrics of the rows, or each for rows within them"
    }),
    Schema.makeFilter(({ get, each }) => get === undefined || !hasDetails(each), {
      expected: "get only once: rows in the document of a row cannot have get"
    })
  )
  .annotate({ identifier: "Row" })

const needsLabels = "an info needs labels: give it labels_from"

interface Labelled {
  readonly labels?: unknown
  readonly labels_from?: unknown
}

const hasLabels = ({ labels, labels_from }: Labelled) =>
  [labels, labels_from].some((given) => Object.keys(given ?? {}).length > 0)

/** Issues for infos that have no label, neither their own nor one of the rows around them. */
const bareInfos = (
  { metrics = {}, each = [], ...own }: Pick<Row, "metrics" | "each"> & Labelled,
  at: Path
): ReadonlyArray<Schema.FilterIssue> => {
  if (hasLabels(own)) return []
  const here = Object.entries(metrics).flatMap(([name, metric]) =>
    metricEntries(metric).flatMap((entry, index) => {
      if (metricTypes[entry.type ?? "gauge"].shape !== "labels" || hasLabels(entry)) return []
      const within = Array.isArray(metric) ? [index] : []
      return [{ path: [...at, "metrics", name, ...within], issue: needsLabels }]
    })
  )
  return [...here, ...each.flatMap((row, index) => bareInfos(row, [...at, "each", index]))]
}

/** A check for a target and for an entry of `mappings`. */
export const infosHaveLabels = <A extends Pick<Row, "metrics" | "each"> & Labelled>() =>
  Schema.makeFilter((mapping: A) => bareInfos(mapping, []))

/** The keys of a target, and of an entry of `mappings`, that make series. Both also have `labels`. */
export const mappingFields = {
  ...scopeFields,
  each: Schema.optionalKey(Schema.Array(Row).annotate({ description: "Rows: series for every item of a list or map." }))
}

export const Mapping = Schema.Struct({ ...mappingFields, labels: Schema.optionalKey(Labels) })
  .annotate({ description: "How series are made from a document." })
  .check(
    Schema.makeFilter(({ metrics, each }) => metrics !== undefined || each !== undefined, {
      expected: "metrics, or each for rows, or both"
    }),
    infosHaveLabels()
  )
  .annotate({ identifier: "Mapping" })
export type Mapping = typeof Mapping.Type
export type MappingEncoded = typeof Mapping.Encoded
