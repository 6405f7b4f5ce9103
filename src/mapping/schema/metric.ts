import * as Schema from "effect/Schema"
import { compilePattern, type Pattern } from "../value/pattern.ts"
import { compiled, path } from "./compiled.ts"
import { LabelsFrom } from "./labels.ts"

/** Names that every Prometheus takes; a colon is reserved for recording rules. */
export const MetricName = Schema.String.check(
  Schema.isPattern(/^[a-zA-Z_][a-zA-Z0-9_]*$/u, {
    expected: "a metric name: letters, digits and _, no digit first"
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
})
  .annotate({ description: "One number of all that a path finds." })
  .check(
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

export type MetricObject = typeof MetricObject.Type

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

export const Metric = Schema.Union([
  path("Where the value stands.", "queue.depth"),
  MetricObject.check(Schema.makeFilter(contradictions))
]).annotate({ identifier: "Metric", description: "A path, for a gauge, or everything that makes a metric." })

export type Metric = typeof Metric.Type
