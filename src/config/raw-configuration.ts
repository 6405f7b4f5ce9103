import { type SourceSite, sourceSites } from "./raw-source.ts"
import { type MappingSite, type MetricSite, mappingSite, type TargetSite, targetSite } from "./raw-target.ts"
import type { KeyPath } from "./source-map.ts"
import { type Fields, list, map } from "./unknown-values.ts"

export interface Survey {
  readonly defaults: Fields
  readonly targets: ReadonlyArray<TargetSite>
  readonly sources: ReadonlyArray<SourceSite>
  /** The targets, and of each source what is as a target's. */
  readonly sites: ReadonlyArray<TargetSite>
  readonly mappings: ReadonlyMap<string, MappingSite>
  /** Every metric of the file, those of a shared mapping once. */
  readonly metrics: ReadonlyArray<MetricSite>
}

/**
 * What the rules over more than one key need of a file, without asking that all of it is right:
 * a bad path in one target must not hide that two others emit the same series.
 */
export const survey = (file: unknown): Survey => {
  const { defaults: given, mappings, targets: listed, targets_from } = map(file)
  const defaults = map(given)
  const shared = new Map(
    Object.entries(map(mappings)).map(([name, value]) => [name, mappingSite(value, ["mappings", name])])
  )
  const siteOf = (value: unknown, path: KeyPath) => targetSite(value, path, defaults, shared)
  const targets = list(listed).map((value, index) => siteOf(value, ["targets", index]))
  const sources = sourceSites(targets_from, siteOf)
  const sites = [...targets, ...sources.flatMap(({ target, request }) => (request ? [target, request] : [target]))]
  const ownMetrics = sites.flatMap(({ settings, metrics }) => ("mapping" in settings ? [] : (metrics ?? [])))
  return {
    defaults,
    targets,
    sources,
    sites,
    mappings: shared,
    metrics: [...[...shared.values()].flatMap(({ metrics }) => metrics), ...ownMetrics]
  }
}
