import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { type Asking, type Listed, listed } from "./discovered-settings.ts"
import { askingOf } from "./discovery-source.ts"
import { place } from "./path-text.ts"
import type { Survey } from "./raw-configuration.ts"
import type { SourceSite } from "./raw-source.ts"
import { labelsOf, type TargetSite } from "./raw-target.ts"
import { labelsOnce, statesLabel } from "./rules/metrics.ts"
import { userOnce } from "./rules/requests.ts"
import { clashes, showNames } from "./rules/series-conflicts.ts"
import { timeoutWithinInterval } from "./rules/targets.ts"
import { Target as TargetFields } from "./schema/configuration-file.ts"
import { issuesOf } from "./schema-issues.ts"
import type { Target } from "./target.ts"
import type { Entry } from "./target-group.ts"
import type { Trouble } from "./trouble.ts"
import { type Fields, map } from "./unknown-values.ts"

/** What each source lists, by its name. */
export type Lists = ReadonlyMap<string, ReadonlyArray<Entry>>

/** The targets of a configuration together with what its sources list, and what came of the list of each source. */
export interface Roster {
  readonly targets: ReadonlyArray<Target>
  readonly sources: ReadonlyMap<string, { readonly targets: number; readonly troubles: ReadonlyArray<Trouble> }>
}

/** A target, and how it lies among the others. */
interface Member {
  readonly target: Target
  readonly site: TargetSite
}

/** All that an entry says of itself: the rest of a target's settings was judged with its source. */
const Own = Schema.Struct({
  name: TargetFields.fields.name,
  url: TargetFields.fields.url,
  labels: TargetFields.fields.labels,
  interval: TargetFields.fields.interval,
  timeout: TargetFields.fields.timeout
})

/** What may be wrong with that together with the settings of the source. */
const rules = [labelsOnce, statesLabel, userOnce, timeoutWithinInterval]

const siteOf = ({ target }: SourceSite, own: Listed): TargetSite => {
  const labels = { ...map(target.settings.labels), ...own.labels }
  const settings = { ...target.settings, ...own, labels }
  const pathOf = (...keys: ReadonlyArray<string>) => keys
  return { ...target, path: [], pathOf, name: own.name, own: { ...own }, settings, labels: labelsOf(labels) }
}

const faultsOf = (file: Survey, site: TargetSite): ReadonlyArray<string> => {
  const alone = { ...file, metrics: [], targets: [site], sources: [], sites: [site] }
  const issues = [...issuesOf(Own, site.own), ...rules.flatMap((rule) => rule(alone))]
  return issues.map(({ path, message }) => `${place(path)}: ${message}`)
}

/** An entry of a source, and the target that it makes or why it makes none. */
interface Verdict {
  readonly source: string
  readonly entry: Entry
  readonly result: Result.Result<Member, string>
}

/** Of several entries of one name the first stands; one that says the very same again says nothing. */
const withOwnNames = (own: ReadonlyArray<Member>, all: ReadonlyArray<Verdict>): ReadonlyArray<Verdict> => {
  const first = new Map(own.map(({ target }) => [target.name, target]))
  return all.flatMap((verdict) => {
    if (Result.isFailure(verdict.result)) return [verdict]
    const { target } = verdict.result.success
    const other = first.get(target.name)
    if (other === undefined) {
      first.set(target.name, target)
      return [verdict]
    }
    const message = `the name ${target.name} is that of another target as well: give it an instance label of its own`
    return other.settings() === target.settings() ? [] : [{ ...verdict, result: Result.fail(message) }]
  })
}

/** Of several targets that could emit the same series the first stands. */
const withOwnSeries = (own: ReadonlyArray<Member>, all: ReadonlyArray<Verdict>): ReadonlyArray<Verdict> => {
  const members = all.flatMap(({ result }) => (Result.isSuccess(result) ? [result.success] : []))
  const clashing = clashes([...own, ...members].map(({ site }) => site))
  return all.map((verdict) => {
    const clash = Result.isSuccess(verdict.result) ? clashing.get(verdict.result.success.site) : undefined
    if (clash === undefined) return verdict
    const mend = "give each a label that tells them apart, such as instance"
    const message = `could emit the same series as ${clash.other.name} (${showNames(clash.names)}): ${mend}`
    return { ...verdict, result: Result.fail(message) }
  })
}

const troubleOf = ({ source, entry, result }: Verdict): ReadonlyArray<Trouble> =>
  Result.isSuccess(result)
    ? []
    : [{ about: JSON.stringify([source, entry.address]), where: entry.where, message: result.failure }]

const followed = (file: Survey, own: ReadonlyArray<Member>, make: (settings: Fields) => Target) => {
  const sources = file.sources.map((site) => ({ site, asking: askingOf(site) }))
  let known = new Map<string, Verdict["result"]>()

  const judge = (site: SourceSite, asking: Asking, entry: Entry): Verdict["result"] =>
    Result.flatMap(listed(entry, asking), (own) => {
      const target = siteOf(site, own)
      const faults = faultsOf(file, target)
      return faults.length > 0
        ? Result.fail(faults.join("; "))
        : Result.succeed({ site: target, target: make(target.settings) })
    })

  return (lists: Lists): Roster => {
    const before = known
    known = new Map()
    const judged = sources.flatMap(({ site, asking }) =>
      (lists.get(site.name) ?? []).map((entry): Verdict => {
        const key = JSON.stringify([site.name, entry.address, entry.labels])
        const result = known.get(key) ?? before.get(key) ?? judge(site, asking, entry)
        known.set(key, result)
        return { source: site.name, entry, result }
      })
    )
    const final = withOwnSeries(own, withOwnNames(own, judged))
    const bySource = Map.groupBy(final, ({ source }) => source)
    const members = final.flatMap(({ result }) => (Result.isSuccess(result) ? [result.success] : []))
    return {
      targets: [...own, ...members].map(({ target }) => target),
      sources: new Map(
        sources.map(({ site: { name } }) => {
          const all = bySource.get(name) ?? []
          const troubles = all.flatMap(troubleOf)
          return [name, { targets: all.length - troubles.length, troubles }]
        })
      )
    }
  }
}

const fixed = (targets: ReadonlyArray<Target>) => (): Roster => ({ targets, sources: new Map() })

/**
 * Makes rosters of a configuration without problems: its own targets, then those that its sources list. An entry that makes no target, or one that is
 * not to be told from another before it, costs that target alone. What an entry came to is remembered from one roster to the next. Without sources
 * nothing is remembered of the file.
 */
export const rosters = (
  file: Survey,
  own: ReadonlyArray<Member>,
  make: (settings: Fields) => Target
): ((lists: Lists) => Roster) =>
  file.sources.length === 0 ? fixed(own.map(({ target }) => target)) : followed(file, own, make)
