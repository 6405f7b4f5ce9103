import type { MetricType } from "../transform/sample.ts"
import { builtIn } from "./settings.ts"
import type { KeyPath } from "./source.ts"

/** A metric of a mapping, as far as a file that may be wrong elsewhere lets it be made out. */
export interface MetricSite {
  readonly path: KeyPath
  readonly name: string
  /** Undefined where the file has a type that there is not. */
  readonly type: MetricType | undefined
  readonly help: string | undefined
  readonly scale: number | undefined
  /** Label names that its rows give, with the place of each. */
  readonly labels: ReadonlyMap<string, KeyPath>
}

export interface TargetSite {
  readonly path: KeyPath
  readonly name: string | undefined
  /** As the file has them. */
  readonly own: Readonly<Record<string, unknown>>
  /** The same, with the defaults and the built-in values filled in. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Where a setting, or a part of it, stands: in the target, or under `defaults`. */
  readonly pathOf: (...keys: ReadonlyArray<string>) => KeyPath
  /** Constant labels. */
  readonly labels: ReadonlyMap<string, string>
  /** Undefined: no mapping, so that every number of the answer becomes a gauge. */
  readonly metrics: ReadonlyArray<MetricSite> | undefined
}

export interface MappingSite {
  readonly path: KeyPath
  /** As the file has them. */
  readonly fields: Readonly<Record<string, unknown>>
  readonly metrics: ReadonlyArray<MetricSite>
}

export interface Survey {
  readonly defaults: Readonly<Record<string, unknown>>
  readonly targets: ReadonlyArray<TargetSite>
  readonly mappings: ReadonlyMap<string, MappingSite>
  /** Every metric of the file, those of a shared mapping once. */
  readonly metrics: ReadonlyArray<MetricSite>
}

export const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  value !== null && typeof value === "object" && !Array.isArray(value)

const types: ReadonlyArray<MetricType> = ["gauge", "counter", "untyped", "info", "stateset"]

const map = (value: unknown): Readonly<Record<string, unknown>> => (isMap(value) ? value : {})
const list = (value: unknown): ReadonlyArray<unknown> => (Array.isArray(value) ? value : [])
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined)

const has = (value: unknown, [key, ...rest]: ReadonlyArray<string>): boolean =>
  key === undefined || (isMap(value) && Object.hasOwn(value, key) && has(value[key], rest))

/** Settings whose keys are the user's own: a target adds to those of the defaults, key by key, and replaces all others whole. */
const mergedKeys = ["labels", "headers", "headers_from"]

/** A target's settings and where it has them from: its own, and the defaults for what it leaves out. */
const withDefaults = (defaults: Readonly<Record<string, unknown>>, target: Readonly<Record<string, unknown>>) => {
  const merged: Record<string, unknown> = { ...builtIn, ...defaults, ...target }
  for (const key of mergedKeys) {
    const [given, own] = [defaults[key], target[key]]
    if (isMap(given) && isMap(own)) merged[key] = { ...given, ...own }
  }
  return merged
}

type LabelPaths = ReadonlyMap<string, KeyPath>

const metricsOf = (
  row: Readonly<Record<string, unknown>>,
  path: KeyPath,
  outer: LabelPaths
): ReadonlyArray<MetricSite> => {
  const labelled = (holder: Readonly<Record<string, unknown>>, at: KeyPath, around: LabelPaths): LabelPaths =>
    new Map([
      ...around,
      ...Object.keys(map(holder.labels_from)).map((name) => [name, [...at, "labels_from", name]] as const)
    ])
  const labels = labelled(row, path, outer)
  const own = Object.entries(map(row.metrics)).map(([name, value]): MetricSite => {
    const metric = map(value)
    const at = [...path, "metrics", name]
    return {
      path: at,
      name,
      type: types.find((type) => type === (metric.type ?? "gauge")),
      help: text(metric.help),
      scale: typeof metric.scale === "number" ? metric.scale : undefined,
      labels: labelled(metric, at, labels)
    }
  })
  return [...own, ...list(row.each).flatMap((inner, index) => metricsOf(map(inner), [...path, "each", index], labels))]
}

/**
 * What the rules over more than one key need of a file, without asking that all of it is right:
 * a bad path in one target must not hide that two others emit the same series.
 */
export const survey = (file: unknown): Survey => {
  const { defaults, mappings, targets } = map(file)
  const shared = new Map(
    Object.entries(map(mappings)).map(([name, value]) => {
      const path = ["mappings", name]
      const fields = map(value)
      return [name, { path, fields, metrics: metricsOf(fields, path, new Map()) }] as const
    })
  )
  const sites = list(targets).map((value, index): TargetSite => {
    const target = map(value)
    const path = ["targets", index]
    const mapped = "metrics" in target || "each" in target || !isMap(value)
    const settings = withDefaults(map(defaults), target)
    const labels = Object.entries(map(settings.labels))
    return {
      path,
      name: text(target.name),
      own: target,
      settings,
      pathOf: (...keys) => (has(target, keys) || !has(defaults, keys) ? [...path, ...keys] : ["defaults", ...keys]),
      labels: new Map(
        labels.flatMap(([name, value]) => (typeof value === "string" && value !== "" ? [[name, value]] : []))
      ),
      metrics:
        "mapping" in target
          ? (shared.get(text(target.mapping) ?? "")?.metrics ?? [])
          : mapped
            ? metricsOf(target, path, new Map())
            : undefined
    }
  })
  const ownMetrics = sites.flatMap(({ settings, metrics }) => ("mapping" in settings ? [] : (metrics ?? [])))
  return {
    defaults: map(defaults),
    targets: sites,
    mappings: shared,
    metrics: [...[...shared.values()].flatMap(({ metrics }) => metrics), ...ownMetrics]
  }
}
