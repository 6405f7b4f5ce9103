import type { MetricType } from "../mapping/sample.ts"
import { builtInSettings } from "./schema/target-settings.ts"
import type { KeyPath } from "./source-map.ts"
import { asList, asMap, asText, type Fields, isMap } from "./unknown-values.ts"

/** A metric of a mapping, as far as a file that may be wrong elsewhere lets it be made out. */
export interface RawMetric {
  readonly path: KeyPath
  readonly name: string
  /** Undefined where the file has a type that there is not. */
  readonly type: MetricType | undefined
  readonly help: string | undefined
  readonly scale: number | undefined
  /** Label names that its rows give, with the place of each. */
  readonly labels: ReadonlyMap<string, KeyPath>
}

export interface RawTarget {
  readonly path: KeyPath
  readonly name: string | undefined
  /** As the file has them. */
  readonly own: Fields
  /** The same, with the defaults and the built-in values filled in. */
  readonly settings: Fields
  /** Where a setting, or a part of it, stands: in the target, or under `defaults`. */
  readonly pathOf: (...keys: ReadonlyArray<string>) => KeyPath
  /** Constant labels. */
  readonly labels: ReadonlyMap<string, string>
  /** Undefined: no mapping, so that every number of the answer becomes a gauge. */
  readonly metrics: ReadonlyArray<RawMetric> | undefined
}

export interface RawMapping {
  readonly path: KeyPath
  /** As the file has them. */
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

/** Settings whose keys are the user's own: a target adds to those of the defaults, key by key, and replaces all others whole. */
const mergedKeys = ["labels", "headers", "headers_from"]

/** A target's settings and where it has them from: its own, and the defaults for what it leaves out. */
const withDefaults = (defaults: Fields, target: Fields): Fields => {
  const merged: Record<string, unknown> = { ...builtInSettings, ...defaults, ...target }
  for (const key of mergedKeys) {
    const [given, own] = [defaults[key], target[key]]
    if (isMap(given) && isMap(own)) merged[key] = { ...given, ...own }
  }
  return merged
}

/** Constant labels of settings; one that is empty is none. */
export const labelsOf = (labels: unknown): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(asMap(labels)).flatMap(([name, value]) =>
      typeof value === "string" && value !== "" ? [[name, value]] : []
    )
  )

/** How a target, or what stands in a file in its place, lies among the defaults and the shared mappings. */
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
