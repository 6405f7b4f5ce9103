import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { compileRelative, type Path } from "./path.ts"
import { compilePattern, type Pattern } from "./value/pattern.ts"

/** A string that is compiled when the file is loaded; what `compile` throws is told where the string stands. */
const compiled = <A extends { readonly text: string }>(
  what: string,
  compile: (text: string) => A,
  about: { readonly description: string; readonly examples: ReadonlyArray<string> }
) =>
  Schema.String.annotate(about).pipe(
    Schema.decodeTo(
      Schema.declare((value): value is A => typeof value === "object" && value !== null && "text" in value),
      SchemaTransformation.transformEffect({
        decode: (text, options) =>
          Effect.try({
            try: () => compile(text),
            catch: (error) => {
              const reason = error instanceof Error ? error.message : String(error)
              return new SchemaIssue.InvalidValue({ message: `not a ${what}: ${reason}` }, text, options)
            }
          }),
        encode: ({ text }) => Effect.succeed(text)
      })
    )
  )

const path = (description: string, ...examples: ReadonlyArray<string>) =>
  compiled<Path>("path", compileRelative, {
    description: `${description} A JSONPath (RFC 9535): $ starts at the document, everything else at the current item.`,
    examples
  })

/** Names that every Prometheus takes; a colon is reserved for recording rules. */
export const MetricName = Schema.String.check(
  Schema.isPattern(/^[a-zA-Z_][a-zA-Z0-9_]*$/u, {
    expected: "a metric name: letters, digits and _, no digit first"
  })
)

/** Label names that a series may have: those with `__` are Prometheus' own, `le` and `quantile` belong to histograms and summaries. */
export const LabelName = Schema.String.check(
  Schema.isPattern(/^(?!__)(?!(?:le|quantile)$)[a-zA-Z_][a-zA-Z0-9_]*$/u, {
    expected: "a label name: letters, digits and _, no digit first, not __ first, neither le nor quantile"
  })
)

const LabelSource = Schema.Union([
  path(
    "Where the label's value stands; where nothing or null stands, the series has no such label.",
    "id",
    "$.cluster"
  ),
  Schema.Struct({
    key: Schema.Int.check(
      Schema.isBetween({ minimum: 0, maximum: 100 }, { expected: "a number of levels, 0 to 100" })
    ).annotate({
      description: "0 is the object key or array index under which the row was found, 1 the one above it, and so on.",
      examples: [0]
    })
  })
])

const LabelsFrom = Schema.Record(LabelName, LabelSource).pipe(
  Schema.annotateEncoded({
    description: "Labels whose values stand in the document. Rows within rows and their metrics inherit them.",
    examples: [{ node: "id", cluster: "$.cluster", slot: { key: 0 } }]
  })
)

/** Functions that make one number of all that a path finds. */
export const aggregates = ["count", "sum", "min", "max"] as const

const many = (description: string) => Schema.optionalKey(path(description, "disks[*]"))

const Aggregate = Schema.Struct({
  count: many("How many values the path finds."),
  sum: many("The sum of all values that the path finds."),
  min: many("The least of all values that the path finds."),
  max: many("The greatest of all values that the path finds.")
}).check(
  Schema.makeFilter((value) => aggregates.filter((name) => value[name] !== undefined).length === 1, {
    expected: "one of count, sum, min and max, with a path",
    toJsonSchema: () => ({ minProperties: 1, maxProperties: 1 })
  })
)

const MetricObject = Schema.Struct({
  value: Schema.optionalKey(
    Schema.Union([path("Where the value stands.", "queue.depth", "$.cluster.size"), Aggregate])
  ),
  type: Schema.optionalKey(
    Schema.Literals(["gauge", "counter", "untyped", "info", "stateset"]).annotate({
      description:
        "What the series are: a gauge goes up and down, a counter only up; an info is always 1 and carries labels; a stateset has a series per state, of which one is 1.",
      default: "gauge"
    })
  ),
  help: Schema.optionalKey(
    Schema.NonEmptyString.annotate({
      description: "What the metric means. Without it the help names the path.",
      examples: ["Free disk space."]
    })
  ),
  pattern: Schema.optionalKey(
    compiled<Pattern>("pattern", compilePattern, {
      description: "Takes the first group of this regular expression (RE2) out of a string.",
      examples: ["([0-9.]+) Mbps"]
    })
  ),
  parse: Schema.optionalKey(
    Schema.Literals(["rfc3339", "duration", "bytes"]).annotate({
      description:
        "Reads a string as a time (2026-01-31T12:00:00Z, to epoch seconds), a duration (1h2m3.5s or PT1H, to seconds) or a size (95.2 MiB, to bytes)."
    })
  ),
  map: Schema.optionalKey(
    Schema.Record(Schema.String, Schema.Finite)
      .check(Schema.isMinProperties(1, { expected: "at least one word and its number" }))
      .annotate({ description: "Numbers for words.", examples: [{ ACTIVE: 1, DOWN: 0 }] })
  ),
  scale: Schema.optionalKey(
    Schema.Finite.annotate({
      description: "Multiplies the value, to bring it to base units.",
      default: 1,
      examples: [0.001, 1024]
    }).check(Schema.makeFilter((factor) => factor !== 0, { expected: "a number other than 0" }))
  ),
  optional: Schema.optionalKey(
    Schema.Boolean.annotate({ description: "That the value is missing or null is no problem.", default: false })
  ),
  default: Schema.optionalKey(
    Schema.Union([Schema.Finite, Schema.NonEmptyString]).annotate({
      description: "The sample where the value is missing or null, in the metric's unit; of a stateset the state.",
      examples: [0]
    })
  ),
  states: Schema.optionalKey(
    Schema.Array(Schema.NonEmptyString)
      .check(
        Schema.isMinLength(1, { expected: "at least one state" }),
        Schema.isUnique({ expected: "each state once" })
      )
      .annotate({
        description: "All states of a stateset, as the document spells them.",
        examples: [["rw", "ro", "off"]]
      })
  ),
  labels_from: Schema.optionalKey(LabelsFrom)
})

type MetricObject = typeof MetricObject.Type

/** Keys that make a number of a value. */
const numeric = ["parse", "map", "scale"] as const

/** What is wrong with the keys of a metric taken together, each with the key that it stands at. */
const contradictions = (metric: MetricObject): ReadonlyArray<Schema.FilterIssue> => {
  const issues: Array<Schema.FilterIssue> = []
  const at = (key: keyof MetricObject, issue: string) => issues.push({ path: [key], issue })
  const none = (keys: ReadonlyArray<keyof MetricObject>, why: string) => {
    for (const key of keys) if (metric[key] !== undefined) at(key, why)
  }
  const { type = "gauge", value } = metric
  const isAggregate = value !== undefined && !("text" in value)
  if (type === "info") {
    none(
      ["value", "pattern", ...numeric, "optional", "default", "states"],
      "an info is always 1: it takes only labels_from and help"
    )
    return issues
  }
  if (value === undefined) issues.push({ path: [], issue: "expected a value: the path of the number" })
  if (type === "stateset") {
    none(numeric, "a stateset takes words, not numbers: it has states instead")
    if (metric.states === undefined) issues.push({ path: [], issue: "a stateset needs its states" })
    else if (metric.default !== undefined && !metric.states.includes(String(metric.default)))
      at("default", "none of the states")
    if (isAggregate) at("value", "a stateset takes one word: a path")
  } else {
    none(["states"], `only a stateset has states, this is a ${type}`)
    if (typeof metric.default === "string") at("default", "expected a number")
  }
  if (isAggregate && value.count !== undefined) none(["pattern", "parse", "map"], "a count does not look at the values")
  if (metric.optional && metric.default !== undefined) at("optional", "has no use beside a default")
  return issues
}

const Metric = Schema.Union([
  path("Where the value stands.", "queue.depth"),
  MetricObject.check(Schema.makeFilter(contradictions))
]).annotate({ identifier: "Metric", description: "A path, for a gauge, or everything that makes a metric." })

export type Metric = typeof Metric.Type

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
