import { type RawSource, rawSources } from "./raw-source.ts"
import { type RawMapping, type RawMetric, type RawTarget, rawMapping, rawTarget } from "./raw-target.ts"
import type { KeyPath } from "./source-map.ts"
import { asList, asMap, type Fields } from "./unknown-values.ts"

export interface RawConfiguration {
  readonly defaults: Fields
  readonly targets: ReadonlyArray<RawTarget>
  readonly sources: ReadonlyArray<RawSource>
  /** Everything with settings of a target: targets, the common settings of a source, and the request of a source. */
  readonly targetLike: ReadonlyArray<RawTarget>
  readonly mappings: ReadonlyMap<string, RawMapping>
  /** All metrics. Those of a shared mapping appear once. */
  readonly metrics: ReadonlyArray<RawMetric>
}

/**
 * Reads what the rules need from a file that may have errors. An error in one target must not hide that two other targets emit the same
 * series.
 */
export const rawConfiguration = (file: unknown): RawConfiguration => {
  const { defaults: given, mappings, targets: listed, targets_from } = asMap(file)
  const defaults = asMap(given)
  const shared = new Map(
    Object.entries(asMap(mappings)).map(([name, value]) => [name, rawMapping(value, ["mappings", name])])
  )
  const rawTargetAt = (value: unknown, path: KeyPath) => rawTarget(value, path, defaults, shared)
  const targets = asList(listed).map((value, index) => rawTargetAt(value, ["targets", index]))
  const sources = rawSources(targets_from, rawTargetAt)
  const targetLike = [...targets, ...sources.flatMap(({ target, request }) => (request ? [target, request] : [target]))]
  const ownMetrics = targetLike.flatMap(({ settings, metrics }) => ("mapping" in settings ? [] : (metrics ?? [])))
  return {
    defaults,
    targets,
    sources,
    targetLike,
    mappings: shared,
    metrics: [...[...shared.values()].flatMap(({ metrics }) => metrics), ...ownMetrics]
  }
}
