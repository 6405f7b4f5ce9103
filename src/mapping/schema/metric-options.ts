import * as Schema from "effect/Schema"
import { type MetricShape, metricTypeNames, metricTypes } from "../metric-type.ts"
import { parserNames } from "../value/parsers.ts"
import { compilePattern, type Pattern } from "../value/pattern.ts"
import { compileLayout, type Layout } from "../value/strptime.ts"
import { type Timezone, timezone } from "../value/timezone.ts"
import { compiled, path } from "./compiled.ts"
import { LabelEntry, Labels, LabelsFrom } from "./labels.ts"
import { oneRowSource, rowSources } from "./row-source.ts"
import { type ValueKind, ValueSource } from "./value-source.ts"

/** A key of a metric: an entry of the table below. */
interface MetricOption {
  readonly schema: Schema.Constraint
  /** The shapes of metrics that take it. */
  readonly shapes: ReadonlyArray<MetricShape>
  /** The kinds of `value` that it can be used with; by default all. The aggregate `count` reads no values. */
  readonly values?: ReadonlyArray<ValueKind["kind"] | "count">
  /** Another key that it needs, with one of these values. */
  readonly beside?: readonly [key: string, values: ReadonlyArray<string>]
}

const number = ["number"] as const
const read = ["number", "word"] as const
const composed = ["histogram", "summary"] as const
const every = ["number", "labels", "word", "histogram", "summary"] as const

/** The kinds of `value` that read values of the document one by one. */
const eachValue = ["path", "aggregate"] as const

const NullValue = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean])

/** Values that mean no value, as the document spells them. */
export const NullValues = Schema.Array(NullValue).annotate({
  description:
    "Values that stand for no value, as the document spells them. The innermost list replaces the others; [] switches it off.",
  examples: [["", "N/A", "unavailable", -999]]
})

// metric.ts checks it together with the metric's name
const Unit = Schema.NonEmptyString.annotate({ examples: ["ms", "percent", "KiB"] })

const Buckets = Schema.Struct({
  ...rowSources,
  le: LabelEntry.annotate({
    description: "The upper bound of a bucket, as an entry of labels_from. +Inf, Infinity or null is the last one."
  }),
  value: ValueSource
})
  .check(oneRowSource())
  .annotate({ description: "The buckets: rows, each with its bound and its count." })

const Quantiles = Schema.Record(
  Schema.String.check(Schema.isPattern(/^(?:0(?:\.[0-9]+)?|1(?:\.0+)?)$/u, { expected: "a quantile, 0 to 1" })),
  ValueSource
)
  .check(Schema.isMinProperties(1, { expected: "at least one quantile and its value" }))
  .pipe(
    Schema.annotateEncoded({
      description: "The quantiles of a summary, and where the value of each is.",
      examples: [{ 0.5: "p50", 0.99: "p99" }]
    })
  )

/** A state of a stateset, and what the document has for it. */
export interface State {
  readonly state: string
  readonly text: string
}

const StateList = Schema.Array(Schema.NonEmptyString).check(
  Schema.isMinLength(1, { expected: "at least one state" }),
  Schema.isUnique({ expected: "each state once" })
)

const StateMap = Schema.Record(Schema.NonEmptyString, NullValue).check(
  Schema.isMinProperties(1, { expected: "at least one state and its value" })
)

const States = Schema.Union([StateList, StateMap]).annotate({
  description:
    "All states of a stateset: a list of what the document has, or each state with what the document has for it.",
  examples: [["rw", "ro", "off"], { stopped: 0, running: 1 }]
})

/** The states of a metric, in either form of the key. */
export const statesOf = (states: typeof States.Type): ReadonlyArray<State> =>
  Array.isArray(states)
    ? states.map((state) => ({ state, text: state }))
    : Object.entries(states).map(([state, text]) => ({ state, text: String(text) }))

interface Zone {
  readonly text: string
  readonly offset: Timezone
}

const compileZone = (text: string): Zone => {
  try {
    return { text, offset: timezone(text) }
  } catch {
    throw new Error("no such zone; use a name of the IANA database such as Europe/Berlin")
  }
}

/** All keys of a metric. Schema, contradictions and documentation derive from this table. */
const metricOptions = {
  value: { schema: ValueSource, shapes: read },
  type: {
    schema: Schema.Literals(metricTypeNames).annotate({
      description: `What the series are. ${metricTypeNames.map((name) => `${name}: ${metricTypes[name].description.replaceAll("`", "")}`).join(" ")}`,
      default: "gauge"
    }),
    shapes: every
  },
  help: {
    schema: Schema.NonEmptyString.annotate({
      description: "What the metric means, in a few words. Written once, it holds for all metrics of that name.",
      examples: ["Free disk space."]
    }),
    shapes: every
  },
  labels: { schema: Labels, shapes: every },
  labels_from: { schema: LabelsFrom, shapes: every },
  null_values: { schema: NullValues, shapes: every },
  pattern: {
    schema: compiled<Pattern>("pattern", compilePattern, {
      description: "A regular expression (RE2) that takes its first group, or the whole match, out of a string.",
      examples: ["([0-9.]+) Mbps"]
    }),
    shapes: read,
    values: eachValue
  },
  parse: {
    schema: Schema.Literals(parserNames).annotate({ description: "How a string is read." }),
    shapes: number,
    values: eachValue
  },
  k: {
    schema: Schema.Literals([1000, 1024]).annotate({
      description: "1024 reads k, M and G of a quantity as powers of 1024.",
      default: 1000
    }),
    shapes: number,
    values: eachValue,
    beside: ["parse", ["quantity", "bytes"]]
  },
  decimal: {
    schema: Schema.Literals([".", ","]).annotate({
      description: 'The character before the fraction of a number in a string: with "," 1.234,5 is 1234.5.',
      default: "."
    }),
    shapes: number,
    values: eachValue
  },
  layout: {
    schema: compiled<Layout>("layout", compileLayout, {
      description: "How a time is written, as in strptime(3). It replaces all other forms.",
      examples: ["%d.%m.%Y %H:%M"]
    }),
    shapes: number,
    values: eachValue,
    beside: ["parse", ["time"]]
  },
  timezone: {
    schema: compiled<Zone>("time zone", compileZone, {
      description: "The zone of times that do not name one. In the hour that occurs twice, the earlier time is taken.",
      examples: ["Europe/Berlin"]
    }),
    shapes: number,
    values: eachValue,
    beside: ["parse", ["time"]]
  },
  map: {
    schema: Schema.Record(Schema.String, Schema.Finite)
      .check(Schema.isMinProperties(1, { expected: "at least one word and its number" }))
      .annotate({
        description: "Numbers for words; _ is every other word. Without _ another word is a problem.",
        examples: [{ ACTIVE: 1, _: 0 }]
      }),
    shapes: number,
    values: eachValue
  },
  scale: {
    schema: Schema.Finite.annotate({
      description: "Multiplies the value, before unit converts it.",
      default: 1,
      examples: [0.1, 1024]
    }).check(Schema.makeFilter((factor) => factor !== 0, { expected: "a number other than 0" })),
    shapes: number,
    values: [...eachValue, "calc", "count"]
  },
  unit: {
    schema: Schema.Union([Unit, Schema.Struct({ path: path("Where the unit is.", "unit") })]).annotate({
      description:
        "The unit of the document, or where it is. The sample is converted to the base unit, which the name ends in."
    }),
    shapes: [...number, ...composed],
    values: [...eachValue, "calc"]
  },
  optional: {
    schema: Schema.Boolean.annotate({
      description:
        "A missing or null value is not reported as a problem: there is no series. For an info: the same if it has no label.",
      default: false
    }),
    shapes: [...read, ...composed, "labels"],
    values: [...eachValue, "calc", "count"]
  },
  default: {
    schema: Schema.Union([Schema.Finite, Schema.NonEmptyString]).annotate({
      description:
        "The sample if the value is missing or null: a number after scale and unit, or the state of a stateset.",
      examples: [0]
    }),
    shapes: read,
    values: [...eachValue, "calc", "count"]
  },
  duplicates: {
    schema: Schema.Literals(["sum", "min", "max", "last"]).annotate({
      description:
        "How samples with the same name and labels become one. Without it the first one counts, and the others are problems."
    }),
    shapes: number
  },
  states: { schema: States, shapes: ["word"] },
  buckets: { schema: Buckets, shapes: ["histogram"] },
  cumulative: {
    schema: Schema.Boolean.annotate({
      description: "The count of a bucket includes those of the smaller ones, as in Prometheus.",
      default: true
    }),
    shapes: ["histogram"]
  },
  quantiles: { schema: Quantiles, shapes: ["summary"] },
  sum: { schema: ValueSource, shapes: composed },
  count: { schema: ValueSource, shapes: composed }
} as const satisfies Readonly<Record<string, MetricOption>>

export type MetricKey = keyof typeof metricOptions
export const metricKeys = Object.keys(metricOptions) as ReadonlyArray<MetricKey>

/** An entry of the table, with the type that all entries share. */
export const metricOption = (key: MetricKey): MetricOption => metricOptions[key]

type Fields = { readonly [Key in MetricKey]: Schema.optionalKey<(typeof metricOptions)[Key]["schema"]> }

export const metricFields = Object.fromEntries(
  metricKeys.map((key) => [key, Schema.optionalKey(metricOptions[key].schema as Schema.Constraint)])
) as unknown as Fields
