import type { MetricType } from "../mapping/metric-type.ts"
import { builtInSettings } from "./schema/target-settings.ts"
import type { KeyPath } from "./source-map.ts"
import { asList, asMap, asText, type Fields, isMap } from "./unknown-values.ts"

/** A metric of a mapping, read from a file that may have errors. */
export interface RawMetric {
  readonly path: KeyPath
  readonly name: string
  /** Undefined if the file has an unknown type. */
  readonly type: MetricType | undefined
  readonly help: string | undefined
  readonly scale: number | undefined
  /** The names of the labels that its rows set, with their paths. */
  readonly labels: ReadonlyMap<string, KeyPath>
}

export interface RawTarget {
  readonly path: KeyPath
  readonly name: string | undefined
  /** As in the file. */
  readonly own: Fields
  /** Completed by the defaults and the built-in settings. */
  readonly settings: Fields
  /** The path of a setting or a part of it: in the target, or under `defaults`. */
  readonly pathOf: (...keys: ReadonlyArray<string>) => KeyPath
  /** Constant labels. */
  readonly labels: ReadonlyMap<string, string>
  /** Undefined: there is no mapping, and every number of a response becomes a gauge. */
  readonly metrics: ReadonlyArray<RawMetric> | undefined
}

export interface RawMapping {
  readonly path: KeyPath
  /** As in the file. */
  readonly fields: Fields
  readonly metrics: ReadonlyArray<RawMetric>
}

const types: ReadonlyArray<MetricType> = ["gauge", "counter", "untyped", "info", "stateset"]

type LabelPaths = ReadonlyMap<string, KeyPath>

const metricsOf = (row: Fields, path: KeyPath, outer: LabelPaths): ReadonlyArray<RawMetric> => {
  const labelled = (holder: Fields, at: KeyPath, around: LabelPaths): LabelPaths =>
    new Map([
      ...around,
      ...Object.keys(asMap(holder.labels_from)).map((name) => [name, [...at, "labels_from", name]] as const)
    ])
  const labels = labelled(row, path, outer)
  const own = Object.entries(asMap(row.metrics)).map(([name, value]): RawMetric => {
    const metric = asMap(value)
    const at = [...path, "metrics", name]
    return {
      path: at,
      name,
      type: types.find((type) => type === (metric.type ?? "gauge")),
      help: asText(metric.help),
      scale: typeof metric.scale === "number" ? metric.scale : undefined,
      labels: labelled(metric, at, labels)
    }
  })
  return [
    ...own,
    ...asList(row.each).flatMap((inner, index) => metricsOf(asMap(inner), [...path, "each", index], labels))
  ]
}

export const rawMapping = (value: unknown, path: KeyPath): RawMapping => {
  const fields = asMap(value)
  return { path, fields, metrics: metricsOf(fields, path, new Map()) }
}

const has = (value: unknown, [key, ...rest]: ReadonlyArray<string>): boolean =>
  key === undefined || (isMap(value) && Object.hasOwn(value, key) && has(value[key], rest))

/** For these settings, a target adds its keys to those of the defaults. All other settings are replaced as a whole. */
const mergedKeys = ["labels", "headers", "headers_from"]

/** The settings of a target, completed by the defaults. */
const withDefaults = (defaults: Fields, target: Fields): Fields => {
  const merged: Record<string, unknown> = { ...builtInSettings, ...defaults, ...target }
  for (const key of mergedKeys) {
    const [given, own] = [defaults[key], target[key]]
    if (isMap(given) && isMap(own)) merged[key] = { ...given, ...own }
  }
  return merged
}

/** The constant labels. An empty label is no label. */
export const labelsOf = (labels: unknown): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(asMap(labels)).flatMap(([name, value]) =>
      typeof value === "string" && value !== "" ? [[name, value]] : []
    )
  )

/** Reads a target, given the defaults and the shared mappings. */
export const rawTarget = (
  value: unknown,
  path: KeyPath,
  defaults: Fields,
  mappings: ReadonlyMap<string, RawMapping>
): RawTarget => {
  const own = asMap(value)
  const settings = withDefaults(defaults, own)
  const mapped = "metrics" in own || "each" in own || !isMap(value)
  return {
    path,
    name: asText(own.name),
    own,
    settings,
    pathOf: (...keys) => (has(own, keys) || !has(defaults, keys) ? [...path, ...keys] : ["defaults", ...keys]),
    labels: labelsOf(settings.labels),
    metrics:
      "mapping" in own
        ? (mappings.get(asText(own.mapping) ?? "")?.metrics ?? [])
        : mapped
          ? metricsOf(own, path, new Map())
          : undefined
  }
}
