import type { RawConfiguration } from "./raw-configuration.ts"
import { isMap } from "./unknown-values.ts"

/** The help of each metric name, from any metric of the file that has one. */
export const helpsOf = ({ metrics }: RawConfiguration): ReadonlyMap<string, string> =>
  new Map(metrics.flatMap(({ name, help }) => (help === undefined || help.trim() === "" ? [] : [[name, help]])))

type Fields = Readonly<Record<string, unknown>>

const withHelp = (metric: unknown, help: string | undefined): unknown => {
  if (help === undefined) return metric
  if (Array.isArray(metric)) return metric.map((entry, index) => (index === 0 ? withHelp(entry, help) : entry))
  return isMap(metric) ? { help, ...metric } : { value: metric, help }
}

/**
 * Fills in the help of each metric, also from other metrics with the same name. A page has one help for all series of a
 * name, and it must not depend on which target comes first.
 */
export const withHelps = (mapping: Fields, helps: ReadonlyMap<string, string>): Fields => {
  const { metrics, each } = mapping
  const filled =
    isMap(metrics) && Object.entries(metrics).map(([name, metric]) => [name, withHelp(metric, helps.get(name))])
  return {
    ...mapping,
    ...(filled && { metrics: Object.fromEntries(filled) }),
    ...(Array.isArray(each) && { each: each.map((row) => (isMap(row) ? withHelps(row, helps) : row)) })
  }
}
