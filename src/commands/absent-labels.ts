import { formatPath } from "../config/diagnostics.ts"
import { type RawMetric, rawMetrics } from "../config/raw-metric.ts"
import type { KeyPath } from "../config/source-map.ts"
import { asMap } from "../config/unknown-values.ts"

/** Finds the metric of a histogram's or summary's series: `x` for `x_bucket{`. */
const ofFamily = /^([a-zA-Z_][a-zA-Z0-9_]*?)(?:_bucket|_sum|_count)?(?=[{ ])/

/** The metrics that have series, each with those of its `labels` that at least one of the series has. */
const labelsOf = (exposition: string, labels: ReadonlyMap<string, ReadonlySet<string>>) => {
  const found = new Map<string, Set<string>>()
  for (const line of exposition.split("\n")) {
    const whole = /^[a-zA-Z0-9_:]+/.exec(line)?.[0] ?? ""
    const name = labels.has(whole) ? whole : (ofFamily.exec(line)?.[1] ?? "")
    const wanted = labels.get(name)
    if (wanted === undefined) continue
    const there = found.get(name) ?? new Set()
    found.set(name, there)
    for (const label of wanted) if (line.includes(`{${label}="`) || line.includes(`,${label}="`)) there.add(label)
  }
  return found
}

const isFromDocument = ([, { text }]: readonly [string, { readonly text: string | undefined }]) => text === undefined

const valueAt = (value: unknown, path: KeyPath): unknown =>
  path.reduce((holder: unknown, key) => Object(holder)[key], value)

const reasonFor = (entry: unknown): string => {
  const { path = entry, key, pattern } = asMap(entry)
  if (typeof key === "number" && pattern === undefined) return `{ key: ${key} } is above the document`
  const found = typeof key === "number" ? `{ key: ${key} }` : String(path)
  return pattern === undefined ? `${found} gives no value` : `${found} gives no value, or its pattern never matches`
}

/**
 * Notes about labels with values from the document that no series of their metric has. Some series may lack a label,
 * so this is not an error; but if all do, the path is wrong, or the response does not have the field yet.
 */
export const absentLabels = (mapping: unknown, exposition: string): ReadonlyArray<string> => {
  const { metrics } = rawMetrics(asMap(mapping), [])
  const wanted = new Map<string, Set<string>>()
  for (const { name, labels } of metrics) {
    const names = [...labels].filter(isFromDocument).map(([label]) => label)
    wanted.set(name, new Set([...(wanted.get(name) ?? []), ...names]))
  }
  const found = labelsOf(exposition, wanted)
  const notes = new Map<string, string>()
  const add = ({ name, labels }: RawMetric) => {
    const there = found.get(name)
    if (there === undefined) return
    for (const [label, { path }] of [...labels].filter(isFromDocument)) {
      const place = formatPath(path)
      if (there.has(label) || notes.has(place)) continue
      notes.set(place, `note: ${place}: ${reasonFor(valueAt(mapping, path))}: no series has the label ${label}`)
    }
  }
  for (const metric of metrics) add(metric)
  return [...notes.values()]
}
