import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import { show } from "../config/diagnostics.ts"
import type { Configuration } from "../config/load.ts"
import type { Lists, Roster } from "../config/target-set.ts"
import type { Trouble } from "../config/trouble.ts"
import type { Fleet } from "../poll/scheduler.ts"
import { type Shard, shardOf } from "../poll/shard.ts"
import { Board } from "../poll/state-store.ts"
import { troublesOf } from "./listing.ts"
import * as Discovery from "./source-refresh.ts"

/** Lines for what begins to be wrong with a source at one time: a list of 10,000 bad targets is one mistake. */
const mostLines = 10

/** Tells what is wrong with a source when that begins, and when nothing is any more, however often it is read meanwhile. */
const tell = Effect.fnUntraced(function* (
  source: string,
  before: ReadonlySet<string>,
  troubles: ReadonlyArray<Trouble>
) {
  const begun = troubles.filter(({ about }) => !before.has(about)).map((trouble) => show(trouble))
  const lines = begun.length > mostLines ? [...begun.slice(0, mostLines), `${begun.length - mostLines} more`] : begun
  for (const problem of lines) yield* Effect.annotateLogs(Effect.logWarning("targets_from failed"), { source, problem })
  if (before.size > 0 && troubles.length === 0) {
    yield* Effect.annotateLogs(Effect.logInfo("targets_from good again"), { source })
  }
})

/** What is polled now, and by what. */
interface Current {
  readonly configuration: Configuration
  readonly lists: Lists
  readonly roster: Roster
}

/**
 * Makes the fleet poll the targets of a configuration and those that its sources list, as far as they are of this shard. What is wrong with a
 * source goes to the log and to the board.
 */
export const make = Effect.fnUntraced(function* (fleet: Fleet, shard: Shard) {
  const board = yield* Board
  const discovery = yield* Discovery.make
  const oneAtATime = Semaphore.makeUnsafe(1).withPermits(1)

  let current: Current | undefined
  let told: ReadonlyMap<string, ReadonlySet<string>> = new Map()

  const report = Effect.fnUntraced(function* ({ configuration, roster }: Current) {
    const sources = configuration.sources.map(({ name }) => {
      const { asked, lastSuccess, listing } = discovery.heard(name)
      const { targets = 0, troubles = [] } = roster.sources.get(name) ?? {}
      return { name, asked, lastSuccess, targets, troubles: [...troublesOf(listing), ...troubles] }
    })
    for (const { name, troubles } of sources) yield* tell(name, told.get(name) ?? new Set(), troubles)
    told = new Map(sources.map(({ name, troubles }) => [name, new Set(troubles.map(({ about }) => about))]))
    yield* board.updateSelf((self) => ({
      ...self,
      sources: sources.map(({ troubles, ...source }) => ({
        ...source,
        problems: troubles.map((trouble) => show(trouble))
      }))
    }))
  })

  const listsOf = ({ sources }: Configuration): Lists =>
    new Map(sources.map(({ name }) => [name, discovery.heard(name).entries]))

  const muster = Effect.fnUntraced(function* (configuration: Configuration, lists: Lists) {
    const roster = configuration.roster(lists)
    current = { configuration, lists, roster }
    const targets = roster.targets.filter(({ name }) => shardOf(name, shard.total) === shard.ordinal)
    const changes = yield* fleet.apply(targets)
    yield* report(current)
    return { targets: targets.length, ...changes }
  })

  const again = Effect.gen(function* () {
    if (current === undefined) return
    const { configuration, lists: before } = current
    const lists = listsOf(configuration)
    if ([...lists].every(([name, entries]) => before.get(name) === entries)) return yield* report(current)
    const { targets, added, changed, removed } = yield* muster(configuration, lists)
    if (added + changed + removed === 0) return
    yield* Effect.annotateLogs(Effect.logInfo("targets changed"), { targets, added, changed, removed })
  })

  return {
    /** Polls by this configuration from now on: how many targets, and what changed with it. */
    apply: (configuration: Configuration) =>
      discovery
        .follow(configuration.sources)
        .pipe(Effect.andThen(Effect.suspend(() => muster(configuration, listsOf(configuration)))), oneAtATime),
    /** Keeps to what the sources list, for as long as all of them are followed. */
    follow: Effect.raceFirst(discovery.join, Effect.forever(Effect.andThen(discovery.news, oneAtATime(again))))
  }
})

export type Muster = Effect.Success<ReturnType<typeof make>>
