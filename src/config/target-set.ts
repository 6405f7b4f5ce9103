import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { formatPath, messageOf, type SourceDiagnostic } from "./diagnostics.ts"
import { type DiscoveredSettings, discoveredSettings, type RequestOptions } from "./discovered-settings.ts"
import { requestOptionsOf } from "./discovery-source.ts"
import type { RawConfiguration } from "./raw-configuration.ts"
import type { RawSource } from "./raw-source.ts"
import { labelsOf, type RawTarget } from "./raw-target.ts"
import { labelsOnce, statesLabel } from "./rules/metrics.ts"
import { userOnce } from "./rules/requests.ts"
import { formatNames, seriesConflicts } from "./rules/series-conflicts.ts"
import { timeoutWithinInterval } from "./rules/targets.ts"
import { Target as TargetFields } from "./schema/configuration-file.ts"
import { schemaIssues } from "./schema-issues.ts"
import { type Target } from "./target.ts"
import type { DiscoveredTarget } from "./target-group.ts"
import { mapSliced, type Sliced } from "./time-slice.ts"
import { asMap, type Fields } from "./unknown-values.ts"

/** The targets of each source, by the name of the source. */
export type Lists = ReadonlyMap<string, ReadonlyArray<DiscoveredTarget>>

/** All targets of a configuration and its sources, and the result for each source. */
export interface TargetSet {
  readonly targets: ReadonlyArray<Target>
  readonly sources: ReadonlyMap<
    string,
    { readonly targets: number; readonly diagnostics: ReadonlyArray<SourceDiagnostic> }
  >
}

/** A target, and its raw form for the rules. */
interface Member {
  readonly target: Target
  readonly raw: RawTarget
}

/** The settings that an entry sets itself. The other settings were checked with the source. */
const OwnFields = Schema.Struct({
  name: TargetFields.fields.name,
  url: TargetFields.fields.url,
  labels: TargetFields.fields.labels,
  interval: TargetFields.fields.interval,
  timeout: TargetFields.fields.timeout
})

/** Rules that may fail for the settings of an entry together with those of its source. */
const rules = [labelsOnce, statesLabel, userOnce, timeoutWithinInterval]

const rawTargetOf = ({ target }: RawSource, own: DiscoveredSettings): RawTarget => {
  const labels = { ...asMap(target.settings.labels), ...own.labels }
  const settings = { ...target.settings, ...own, labels }
  const pathOf = (...keys: ReadonlyArray<string>) => keys
  return { ...target, path: [], pathOf, name: own.name, own: { ...own }, settings, labels: labelsOf(labels) }
}

const problemsOf = (file: RawConfiguration, target: RawTarget): ReadonlyArray<string> => {
  const alone = { ...file, metrics: [], targets: [target], sources: [], targetLike: [target] }
  const issues = [...schemaIssues(OwnFields, target.own), ...rules.flatMap((rule) => rule(alone))]
  return issues.map((issue) => `${formatPath(issue.path)}: ${messageOf(issue)}`)
}

/** An entry of a source, and its target or the reason why it has none. */
interface Resolution {
  readonly source: string
  readonly entry: DiscoveredTarget
  readonly result: Result.Result<Member, string>
}

/** Of several entries with the same name, the first one wins. The others are errors, unless they are identical. */
function* rejectDuplicateNames(
  own: ReadonlyArray<Member>,
  all: ReadonlyArray<Resolution>
): Sliced<ReadonlyArray<Resolution>> {
  const first = new Map(own.map(({ target }) => [target.name, target]))
  const kept = yield* mapSliced(all, (resolution): ReadonlyArray<Resolution> => {
    if (Result.isFailure(resolution.result)) return [resolution]
    const { target } = resolution.result.success
    const other = first.get(target.name)
    if (other === undefined) {
      first.set(target.name, target)
      return [resolution]
    }
    const message = `another target has the name ${target.name} too: give it a different instance label`
    return other.fingerprint() === target.fingerprint() ? [] : [{ ...resolution, result: Result.fail(message) }]
  })
  return kept.flat()
}

/** Of several targets that could emit the same series, the first one wins. */
function* rejectSeriesConflicts(
  own: ReadonlyArray<Member>,
  all: ReadonlyArray<Resolution>
): Sliced<ReadonlyArray<Resolution>> {
  const members = all.flatMap(({ result }) => (Result.isSuccess(result) ? [result.success] : []))
  const conflicts = yield* seriesConflicts([...own, ...members].map(({ raw }) => raw))
  return all.map((resolution) => {
    const conflict = Result.isSuccess(resolution.result) ? conflicts.get(resolution.result.success.raw) : undefined
    if (conflict === undefined) return resolution
    const fix = "give each a different label, such as instance"
    const message = `could emit the same series as ${conflict.other.name} (${formatNames(conflict.names)}): ${fix}`
    return { ...resolution, result: Result.fail(message) }
  })
}

const diagnosticOf = ({ source, entry, result }: Resolution): ReadonlyArray<SourceDiagnostic> =>
  Result.isSuccess(result)
    ? []
    : [{ subject: JSON.stringify([source, entry.address]), location: entry.location, message: result.failure }]

const discoveredSets = (file: RawConfiguration, own: ReadonlyArray<Member>, make: (settings: Fields) => Target) => {
  const sources = file.sources.map((source) => ({ source, options: requestOptionsOf(source) }))
  let known = new Map<string, Resolution["result"]>()

  const resolve = (source: RawSource, options: RequestOptions, entry: DiscoveredTarget): Resolution["result"] =>
    Result.flatMap(discoveredSettings(entry, options), (own) => {
      const target = rawTargetOf(source, own)
      const faults = problemsOf(file, target)
      return faults.length > 0
        ? Result.fail(faults.join("; "))
        : Result.succeed({ raw: target, target: make(target.settings) })
    })

  return function* (lists: Lists): Sliced<TargetSet> {
    const before = known
    const after = new Map<string, Resolution["result"]>()
    const resolved: Array<Resolution> = []
    for (const { source, options } of sources) {
      for (const entry of lists.get(source.name) ?? []) {
        const key = JSON.stringify([source.name, entry.address, entry.labels])
        const result = after.get(key) ?? before.get(key) ?? resolve(source, options, entry)
        after.set(key, result)
        resolved.push({ source: source.name, entry, result })
        yield
      }
    }
    known = after
    const final = yield* rejectSeriesConflicts(own, yield* rejectDuplicateNames(own, resolved))
    const bySource = Map.groupBy(final, ({ source }) => source)
    const members = final.flatMap(({ result }) => (Result.isSuccess(result) ? [result.success] : []))
    return {
      targets: [...own, ...members].map(({ target }) => target),
      sources: new Map(
        sources.map(({ source: { name } }) => {
          const all = bySource.get(name) ?? []
          const diagnostics = all.flatMap(diagnosticOf)
          return [name, { targets: all.length - diagnostics.length, diagnostics }]
        })
      )
    }
  }
}

/** The set of a configuration without sources. */
export const fixedSet = (targets: ReadonlyArray<Target>) =>
  function* (): Sliced<TargetSet> {
    return { targets, sources: new Map() }
  }

/**
 * Returns the function that makes the set of targets from the current lists: the targets of the configuration first,
 * then those of its sources. A bad entry is reported; only its own target is left out. Resolved entries are cached from
 * one call to the next.
 */
export const targetSets = (
  file: RawConfiguration,
  own: ReadonlyArray<Member>,
  make: (settings: Fields) => Target
): ((lists: Lists) => Sliced<TargetSet>) =>
  file.sources.length === 0 ? fixedSet(own.map(({ target }) => target)) : discoveredSets(file, own, make)
