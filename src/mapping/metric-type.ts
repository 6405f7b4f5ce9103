/** A metric type: a value of the key `type`. */
export interface MetricTypeInfo {
  readonly description: string
  /** How its series are made: of a number, of labels alone, of a word, or of several numbers. */
  readonly shape: "number" | "labels" | "word" | "histogram" | "summary"
}

const table = {
  gauge: { shape: "number", description: "Goes up and down." },
  counter: { shape: "number", description: "Only goes up, and starts again at 0. Its name ends in `_total`." },
  untyped: { shape: "number", description: "Type unknown." },
  info: { shape: "labels", description: "Always 1: the information is in its labels. Its name ends in `_info`." },
  stateset: {
    shape: "word",
    description: "One of several words: a series for each state, 1 for the current one and 0 for the others."
  },
  histogram: { shape: "histogram", description: "Counts by bucket, with their sum and count." },
  summary: { shape: "summary", description: "Quantiles that the API has computed, with their sum and count." }
} as const satisfies Readonly<Record<string, MetricTypeInfo>>

/** `untyped` is Prometheus' word for a type that is unknown. */
export type MetricType = keyof typeof table
export type MetricShape = MetricTypeInfo["shape"]

/** All metric types. Schema, rules, documentation and the lint of names derive from this table. */
export const metricTypes: Readonly<Record<MetricType, MetricTypeInfo>> = table
export const metricTypeNames = Object.keys(table) as ReadonlyArray<MetricType>

/** The type of this name, which comes from a file that may be wrong; undefined if there is no such type. */
export const metricTypeNamed = (name: unknown): MetricType | undefined => metricTypeNames.find((type) => type === name)
