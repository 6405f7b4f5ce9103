import { type MetricType, metricTypeNamed } from "../mapping/metric-type.ts"
import type { KeyPath } from "./source-map.ts"
import { asList, asMap, asText, type Fields, isMap } from "./unknown-values.ts"

/** A label of a mapping, and its value if it is constant. */
export interface RawLabel {
  readonly path: KeyPath
  readonly text: string | undefined
}

/** A label that is set again inside the mapping or row that sets it already. */
export interface RepeatedLabel {
  readonly path: KeyPath
  readonly first: KeyPath
}

/** An entry of a metric, read from a file that may have errors. */
export interface RawMetric {
  readonly path: KeyPath
  readonly name: string
  /** Undefined if the file has an unknown type. */
  readonly type: MetricType | undefined
  readonly help: string | undefined
  readonly scale: number | undefined
  readonly unit: string | undefined
  readonly duplicates: string | undefined
  /** All labels of the entry, the rows around it and the mapping. */
  readonly labels: ReadonlyMap<string, RawLabel>
}

/** A `get`: each row has a document of its own. The URL is that of these documents. */
export interface RawDetail {
  readonly path: KeyPath
  readonly url: string
}

/** What the rules need to know about a mapping. */
export interface RawMetrics {
  readonly metrics: ReadonlyArray<RawMetric>
  readonly repeated: ReadonlyArray<RepeatedLabel>
  readonly details: ReadonlyArray<RawDetail>
}

type Labels = ReadonlyMap<string, RawLabel>

/** Reads the metrics of a mapping, and of all rows in it. */
export const rawMetrics = (mapping: Fields, path: KeyPath): RawMetrics => {
  const metrics: Array<RawMetric> = []
  const repeated: Array<RepeatedLabel> = []
  const details: Array<RawDetail> = []

  const withLabels = (holder: Fields, at: KeyPath, around: Labels): Labels => {
    const labels = new Map(around)
    for (const key of ["labels", "labels_from"]) {
      for (const [name, value] of Object.entries(asMap(holder[key]))) {
        const label = { path: [...at, key, name], text: key === "labels" ? asText(value) : undefined }
        const first = labels.get(name)?.path
        if (first === undefined) labels.set(name, label)
        else repeated.push({ path: label.path, first })
      }
    }
    return labels
  }

  const readMetric = (name: string, value: unknown, at: KeyPath, around: Labels) => {
    const entries = Array.isArray(value)
      ? value.map((entry, index) => [entry, [...at, index]] as const)
      : [[value, at] as const]
    const first = asMap(entries[0]?.[0])
    for (const [entry, path] of entries) {
      const metric = asMap(entry)
      metrics.push({
        path,
        name,
        type: metricTypeNamed(metric.type ?? first.type ?? "gauge"),
        help: asText(metric.help) ?? asText(first.help),
        scale: typeof metric.scale === "number" ? metric.scale : undefined,
        unit: asText(metric.unit),
        duplicates: asText(first.duplicates),
        labels: withLabels(metric, path, around)
      })
    }
  }

  const readScope = (row: Fields, at: KeyPath, around: Labels) => {
    const labels = withLabels(row, at, around)
    if (isMap(row.get)) details.push({ path: [...at, "get"], url: asText(row.get.url) ?? "" })
    for (const [name, value] of Object.entries(asMap(row.metrics)))
      readMetric(name, value, [...at, "metrics", name], labels)
    for (const [index, inner] of asList(row.each).entries()) readScope(asMap(inner), [...at, "each", index], labels)
  }

  readScope(mapping, path, new Map())
  return { metrics, repeated, details }
}

/** The fields of a target without `labels`, which are settings and not part of the mapping. */
export const withoutLabels = (target: Fields): Fields =>
  isMap(target) ? Object.fromEntries(Object.entries(target).filter(([key]) => key !== "labels")) : {}
