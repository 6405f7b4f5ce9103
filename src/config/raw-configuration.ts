import type { RawMetric } from "./raw-metric.ts"
import { type RawSource, rawSources } from "./raw-source.ts"
import { type RawMapping, type RawTarget, rawMapping, rawTarget } from "./raw-target.ts"
import type { KeyPath } from "./source-map.ts"
import { mapSliced, runToEnd, type Sliced } from "./time-slice.ts"
import { asList, asMap, type Fields } from "./unknown-values.ts"

export interface RawLogin {
  readonly name: string
  readonly path: KeyPath
  readonly settings: Fields
}

export interface RawConfiguration {
  readonly defaults: Fields
  readonly targets: ReadonlyArray<RawTarget>
  readonly sources: ReadonlyArray<RawSource>
  /** Everything with settings of a target: targets, the common settings of a source, and the request of a source. */
  readonly targetLike: ReadonlyArray<RawTarget>
  readonly mappings: ReadonlyMap<string, RawMapping>
  /** As in the file, each with its path. */
  readonly logins: ReadonlyArray<RawLogin>
  /** All metrics. Those of a shared mapping appear once. */
  readonly metrics: ReadonlyArray<RawMetric>
}

/** Like `rawConfiguration`, in slices. */
export function* rawConfigurationSliced(file: unknown): Sliced<RawConfiguration> {
  const { defaults: given, mappings, logins: sessions, targets: listed, targets_from } = asMap(file)
  const defaults = asMap(given)
  const shared = new Map(
    Object.entries(asMap(mappings)).map(([name, value]) => [name, rawMapping(value, ["mappings", name])])
  )
  const rawTargetAt = (value: unknown, path: KeyPath) => rawTarget(value, path, defaults, shared)
  const targets = yield* mapSliced(asList(listed), (value, index) => rawTargetAt(value, ["targets", index]))
  const sources = rawSources(targets_from, rawTargetAt)
  const logins = Object.entries(asMap(sessions)).map(
    ([name, value]): RawLogin => ({ name, path: ["logins", name], settings: asMap(value) })
  )
  const targetLike = [...targets, ...sources.flatMap(({ target, request }) => (request ? [target, request] : [target]))]
  const metrics = [...shared.values()].flatMap(({ metrics }) => metrics)
  for (const { settings, metrics: own = [] } of targetLike) {
    if (!("mapping" in settings)) metrics.push(...own)
    yield
  }
  return { defaults, targets, sources, targetLike, mappings: shared, logins, metrics }
}

/**
 * Reads what the rules need from a file that may have errors. An error in one target must not hide that two other
 * targets emit the same series.
 */
export const rawConfiguration = (file: unknown): RawConfiguration => runToEnd(rawConfigurationSliced(file))
