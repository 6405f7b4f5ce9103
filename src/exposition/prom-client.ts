import { escapeLabelValue } from "./format.ts"
import { spell } from "./number.ts"
import type { Block, ExposedFamily } from "./page.ts"

/** An entry of prom-client's `Registry.getMetricsAsJSON()`. Its own types are incomplete. */
export interface PromClientMetric {
  readonly name: string
  /** A word such as "counter". prom-client declares an enum of numbers. */
  readonly type: unknown
  readonly help: string
  readonly values: ReadonlyArray<{
    readonly value: number
    readonly labels: Readonly<Partial<Record<string, string | number>>>
    /** The name of the sample if it differs from the family's: `_bucket`, `_sum` and `_count` of a histogram. */
    readonly metricName?: string
  }>
}

/**
 * The metrics that prom-client collects of the process and of Node, as blocks of the page. Omitted are gauges that end
 * in `_total` (promlint rejects the name, and each is the sum of a family with labels) and values that were not
 * measured yet, which are NaN.
 */
export const renderPromClient = (metrics: ReadonlyArray<PromClientMetric>): ReadonlyArray<Block> =>
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

const spellLabels = (labels: PromClientMetric["values"][number]["labels"]): string => {
  const present = Object.entries(labels).filter(([, value]) => value !== undefined && value !== "")
  const pairs = present.map(([name, value]) => `${name}="${escapeLabelValue(String(value))}"`)
  return pairs.length === 0 ? " " : `{${pairs.join()}} `
}
