import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { Configuration } from "../config/configuration.ts"
import { formatDiagnostic, type SourceDiagnostic } from "../config/diagnostics.ts"
import type { Lists, TargetSet } from "../config/target-set.ts"
import { runInSlices } from "../config/time-slice.ts"
import type { Ownership } from "../poll/ownership.ts"
import type { Scheduler } from "../poll/scheduler.ts"
import { StateStore } from "../poll/state-store.ts"
import { diagnosticsOf } from "./listing.ts"
import { makeSourceRefresh } from "./source-refresh.ts"

/** New problems of a source that are logged at one time. A list of 10,000 bad targets usually has one cause. */
const maxLines = 10

/** Logs the problems of a source when they appear, and when all are solved. */
const logChanges = Effect.fnUntraced(function* (
  source: string,
  before: ReadonlySet<string>,
  diagnostics: ReadonlyArray<SourceDiagnostic>
) {
  const started = diagnostics
    .filter(({ subject }) => !before.has(subject))
    .map((diagnostic) => formatDiagnostic(diagnostic))
  const lines =
    started.length > maxLines ? [...started.slice(0, maxLines), `${started.length - maxLines} more`] : started
  for (const problem of lines) yield* Effect.annotateLogs(Effect.logWarning("targets_from failed"), { source, problem })
  if (before.size > 0 && diagnostics.length === 0) {
    yield* Effect.annotateLogs(Effect.logInfo("targets_from good again"), { source })
  }
})

/** The current configuration and lists. */
interface Current {
  readonly configuration: Configuration
  readonly lists: Lists
  readonly targetSet: TargetSet
}

/**
 * Makes the scheduler poll the targets that this process owns, both those of the configuration and those of its
 * sources. Logs the problems of sources, and writes them to the state store.
 */
export const makeTargetManager = Effect.fnUntraced(function* (scheduler: Scheduler, ownership: Ownership) {
  const store = yield* StateStore
  const discovery = yield* makeSourceRefresh
  const oneAtATime = Semaphore.makeUnsafe(1).withPermits(1)

  let current: Current | undefined
  let reported: ReadonlyMap<string, ReadonlySet<string>> = new Map()

  const report = Effect.fnUntraced(function* ({ configuration, targetSet }: Current) {
    const sources = configuration.sources.map(({ name }) => {
      const { attempted, lastSuccess, listing } = discovery.snapshot(name)
      const { targets = 0, diagnostics = [] } = targetSet.sources.get(name) ?? {}
      return { name, attempted, lastSuccess, targets, diagnostics: [...diagnosticsOf(listing), ...diagnostics] }
    })
    for (const { name, diagnostics } of sources) yield* logChanges(name, reported.get(name) ?? new Set(), diagnostics)
    reported = new Map(
      sources.map(({ name, diagnostics }) => [name, new Set(diagnostics.map(({ subject }) => subject))])
    )
    yield* store.updateDaemon((daemon) => ({
      ...daemon,
      sources: sources.map(({ diagnostics, ...source }) => ({
        ...source,
        problems: diagnostics.map((diagnostic) => formatDiagnostic(diagnostic))
      }))
    }))
  })

  const listsOf = ({ sources }: Configuration): Lists =>
    new Map(sources.map(({ name }) => [name, discovery.snapshot(name).entries]))

  const applyOwned = Effect.fnUntraced(function* (targetSet: TargetSet) {
    const targets = targetSet.targets.filter(({ name }) => ownership.owns(name))
    const others = targetSet.targets.filter(({ name }) => !ownership.owns(name))
    const kept = others.filter(({ name }) => ownership.keeps(name)).map(({ name }) => name)
    const changes = yield* scheduler.apply(targets, { kept, isTakeover: ownership.isTakeover() })
    return { targets: targets.length, ...changes }
  })

  const applyLists = Effect.fnUntraced(function* (configuration: Configuration, lists: Lists) {
    const targetSet = yield* runInSlices(configuration.targetSet(lists))
    current = { configuration, lists, targetSet }
    yield* ownership.describe(targetSet.targets)
    const changes = yield* applyOwned(targetSet)
    yield* report(current)
    return changes
  })

  const refresh = Effect.gen(function* () {
    if (current === undefined) return
    const { configuration, lists: before } = current
    const lists = listsOf(configuration)
    if ([...lists].every(([name, entries]) => before.get(name) === entries)) return yield* report(current)
    const { targets, added, changed, removed } = yield* applyLists(configuration, lists)
    if (added + changed + removed === 0) return
    yield* Effect.annotateLogs(Effect.logInfo("targets changed"), { targets, added, changed, removed })
  })

  const applyOwnership = Effect.suspend(() => (current === undefined ? Effect.void : applyOwned(current.targetSet)))

  return {
    /** Applies a configuration. Returns the number of targets and what changed. */
    apply: (configuration: Configuration) =>
      discovery
        .setSources(configuration.sources)
        .pipe(Effect.andThen(Effect.suspend(() => applyLists(configuration, listsOf(configuration)))), oneAtATime),
    /** Applies the changes of the sources and of the ownership. Never ends. */
    run: Effect.raceAllFirst([
      discovery.run,
      Effect.forever(Effect.andThen(discovery.changes, oneAtATime(refresh))),
      Effect.forever(Effect.andThen(ownership.changes, oneAtATime(applyOwnership)))
    ])
  }
})

export type TargetManager = Effect.Success<ReturnType<typeof makeTargetManager>>
