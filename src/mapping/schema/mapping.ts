import * as Schema from "effect/Schema"
import { path } from "./compiled.ts"
import { LabelsFrom } from "./labels.ts"
import { Metric, MetricName } from "./metric.ts"

const Metrics = Schema.Record(MetricName, Metric)
  .check(Schema.isMinProperties(1, { expected: "at least one metric" }))
  .pipe(
    Schema.annotateEncoded({
      description: "Metric names and what they are made of.",
      examples: [{ shop_queue_depth: "queue.depth", shop_uptime_seconds: { value: "uptime_ms", scale: 0.001 } }]
    })
  )

const rowFields = {
  path: path("The rows: every item that it finds is the current item of what follows.", "$.items[*]", "disks[*]"),
  labels_from: Schema.optionalKey(LabelsFrom),
  metrics: Schema.optionalKey(Metrics)
}
const RowFields = Schema.Struct(rowFields)

export interface Row extends Schema.Schema.Type<typeof RowFields> {
  readonly each?: ReadonlyArray<Row>
}
export interface RowEncoded extends Schema.Codec.Encoded<typeof RowFields> {
  readonly each?: ReadonlyArray<RowEncoded>
}

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
    Schema.makeFilter(({ metrics, each }) => metrics !== undefined || each !== undefined, {
      expected: "metrics of the rows, or each for rows within them"
    })
  )
  .annotate({ identifier: "Row" })

const needsLabels = "an info needs labels: give it labels_from"

const bareInfos = (metrics: typeof Metrics.Type | undefined, at: ReadonlyArray<PropertyKey>) =>
  Object.entries(metrics ?? {}).flatMap(
    ([name, metric]): ReadonlyArray<Schema.FilterIssue> =>
      "type" in metric && metric.type === "info" && isEmpty(metric.labels_from)
        ? [{ path: [...at, name], issue: needsLabels }]
        : []
  )

const isEmpty = (labels: Readonly<Record<string, unknown>> | undefined) => Object.keys(labels ?? {}).length === 0

const bareInfosOfRows = (rows: ReadonlyArray<Row>, at: ReadonlyArray<PropertyKey>): ReadonlyArray<Schema.FilterIssue> =>
  rows.flatMap((row, index) =>
    isEmpty(row.labels_from)
      ? [
          ...bareInfos(row.metrics, [...at, index, "metrics"]),
          ...bareInfosOfRows(row.each ?? [], [...at, index, "each"])
        ]
      : []
  )

/** What a target, or an entry of `mappings`, says of its series. */
export const mappingFields = {
  metrics: Schema.optionalKey(Metrics.check(Schema.makeFilter((metrics) => bareInfos(metrics, [])))),
  each: Schema.optionalKey(
    Schema.Array(Row)
      .annotate({ description: "Rows: series for every item of a list or map." })
      .check(Schema.makeFilter((rows) => bareInfosOfRows(rows, [])))
  )
}

export const Mapping = Schema.Struct(mappingFields)
  .annotate({ description: "How series are made of a document." })
  .check(
    Schema.makeFilter(({ metrics, each }) => metrics !== undefined || each !== undefined, {
      expected: "metrics, or each for rows, or both"
    })
  )
  .annotate({ identifier: "Mapping" })
export type Mapping = typeof Mapping.Type
export type MappingEncoded = typeof Mapping.Encoded
