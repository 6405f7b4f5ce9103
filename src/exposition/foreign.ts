import type { Block, ExposedFamily } from "./block.ts"
import { escapeLabelValue } from "./escape.ts"
import { spell } from "./number.ts"

/** One entry of prom-client's `Registry.getMetricsAsJSON()`, which its own types know only in part. */
export interface ForeignMetric {
  readonly name: string
  /** A word such as "counter", though prom-client declares an enum of numbers. */
  readonly type: unknown
  readonly help: string
  readonly values: ReadonlyArray<{
    readonly value: number
    readonly labels: Readonly<Partial<Record<string, string | number>>>
    /** The line's name where it is not the family's: `_bucket`, `_sum` and `_count` of a histogram. */
    readonly metricName?: string
  }>
}

/**
 * The metrics that prom-client collects of the process and of Node, as blocks of the page. Left out are its gauges that
 * end in `_total` (promlint rejects the name, and each only sums up a labelled family beside it) and the values that it
 * has not measured yet, which it gives as NaN.
 */
export const renderForeign = (metrics: ReadonlyArray<ForeignMetric>): ReadonlyArray<Block> =>
  metrics
    .filter((metric) => !(metric.type === "gauge" && metric.name.endsWith("_total")))
    .map((metric) => ({ ...metric, values: metric.values.filter((value) => !Number.isNaN(value.value)) }))
    .filter((metric) => metric.values.length > 0)
    .map(({ name, type, help, values }) => ({
      family: { name, type: knownType(type), help },
      lines: Buffer.from(
        values
          .map(({ metricName = name, labels, value }) => `${metricName}${spellLabels(labels)}${spell(value)}\n`)
          .join("")
      ),
      series: values.length
    }))

const knownType = (type: unknown): ExposedFamily["type"] =>
  type === "counter" || type === "gauge" || type === "histogram" || type === "summary" ? type : "untyped"

const spellLabels = (labels: ForeignMetric["values"][number]["labels"]): string => {
  const present = Object.entries(labels).filter(([, value]) => value !== undefined && value !== "")
  const pairs = present.map(([name, value]) => `${name}="${escapeLabelValue(String(value))}"`)
  return pairs.length === 0 ? " " : `{${pairs.join()}} `
}
