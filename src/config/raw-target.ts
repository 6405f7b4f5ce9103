import { type RawDetail, type RawMetric, type RepeatedLabel, rawMetrics, withoutLabels } from "./raw-metric.ts"
import { builtInSettings } from "./schema/target-settings.ts"
import type { KeyPath } from "./source-map.ts"
import { asMap, asText, type Fields, isMap } from "./unknown-values.ts"

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
  /** Undefined if there is no mapping: then every number of a response becomes a gauge. */
  readonly metrics: ReadonlyArray<RawMetric> | undefined
  /** Labels that its own mapping sets twice. */
  readonly repeated: ReadonlyArray<RepeatedLabel>
  /** The details of its own or shared mapping. */
  readonly details: ReadonlyArray<RawDetail>
}

export interface RawMapping {
  readonly path: KeyPath
  /** As in the file. */
  readonly fields: Fields
  readonly metrics: ReadonlyArray<RawMetric>
  readonly repeated: ReadonlyArray<RepeatedLabel>
  readonly details: ReadonlyArray<RawDetail>
}

export const rawMapping = (value: unknown, path: KeyPath): RawMapping => {
  const fields = asMap(value)
  return { path, fields, ...rawMetrics(fields, path) }
}

const has = (value: unknown, [key, ...rest]: ReadonlyArray<string>): boolean =>
  key === undefined || (isMap(value) && Object.hasOwn(value, key) && has(value[key], rest))

/** For these settings, a target adds its keys to those of the defaults. All other settings are replaced as a whole. */
const mergedKeys = ["labels", "headers", "headers_from", "params"]

/** The settings of a target, completed by the defaults. */
const withDefaults = (defaults: Fields, target: Fields): Fields => {
  const merged: Record<string, unknown> = { ...builtInSettings, ...defaults, ...target }
  // interval and schedule replace each other, also between defaults and target
  const holder = [target, defaults].find((holder) => "interval" in holder || "schedule" in holder)
  if (holder !== undefined && "schedule" in holder && !("interval" in holder)) delete merged.interval
  if (holder !== undefined && "interval" in holder && !("schedule" in holder)) delete merged.schedule
  for (const key of mergedKeys) {
    const [given, own] = [defaults[key], target[key]]
    if (isMap(given) && isMap(own)) merged[key] = { ...given, ...own }
  }
  return merged
}

/** The constant labels. Empty values are left out: Prometheus treats them as absent labels. */
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
  const { metrics, repeated, details } = rawMetrics(withoutLabels(own), path)
  const shared = "mapping" in own ? mappings.get(asText(own.mapping) ?? "") : undefined
  return {
    path,
    name: asText(own.name),
    own,
    settings,
    pathOf: (...keys) => (has(own, keys) || !has(defaults, keys) ? [...path, ...keys] : ["defaults", ...keys]),
    labels: labelsOf(settings.labels),
    metrics: "mapping" in own ? (shared?.metrics ?? []) : mapped ? metrics : undefined,
    repeated,
    details: "mapping" in own ? (shared?.details ?? []) : details
  }
}
