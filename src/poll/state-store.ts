import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import type { Target } from "../config/target.ts"
import { renderSamples } from "../exposition/sample-writer.ts"
import { type DaemonStatus, daemonSamples } from "./daemon-status.ts"
import { makeFragment, makeTargetFragments, type PageFragment } from "./page-fragments.ts"
import { rendersTheSame } from "./target-samples.ts"
import { initialStatus, type TargetStatus } from "./target-status.ts"
import { Writers } from "./writers.ts"

interface Entry {
  status: TargetStatus
  /** Monotonic milliseconds. */
  deadline: number
}

/**
 * The status of every target and of the daemon: all of the mutable state that scrapes and pages read. A write replaces
 * a status as a whole, so that a scrape sees the series of one poll or of the next, never a mixture.
 */
export class StateStore extends Context.Service<
  StateStore,
  {
    /** Grows with each change that a scrape would show. */
    readonly version: () => number
    readonly statuses: () => ReadonlyArray<TargetStatus>
    readonly status: (name: string) => TargetStatus | undefined
    readonly daemon: () => DaemonStatus
    /** Waits for a change since the last time this was awaited. */
    readonly change: Effect.Effect<void>
    /** The page: the metrics of the process, then polled series and own metrics of all targets. */
    readonly fragments: () => ReadonlyArray<PageFragment>
    readonly updateDaemon: (change: (daemon: DaemonStatus) => DaemonStatus) => Effect.Effect<void>
    readonly add: (target: Target) => Effect.Effect<void>
    readonly remove: (name: string) => Effect.Effect<void>
    /** Replaces a status and returns the second value of `change`; undefined if the target was removed. */
    readonly modify: <A>(
      name: string,
      change: (status: TargetStatus) => readonly [TargetStatus, A]
    ) => Effect.Effect<A | undefined>
    readonly update: (name: string, change: (status: TargetStatus) => TargetStatus) => Effect.Effect<void>
    /** Sets the time by which the loop of a target must set its next deadline (monotonic milliseconds). */
    readonly setDeadline: (name: string, by: number) => void
    /** Targets whose loop missed its deadline. Such a loop is stuck; an upstream that is down does not cause it. */
    readonly overdue: (now: number) => ReadonlyArray<string>
  }
>()("poller/StateStore") {
  static readonly layer = (initial: DaemonStatus) =>
    Layer.effect(
      StateStore,
      Effect.map(Writers, (writers) => {
        const entries = new Map<string, Entry>()
        const statusOf = (name: string) => entries.get(name)?.status
        const targets = makeTargetFragments(statusOf, writers)
        const own = makeFragment(() => renderSamples(daemonSamples(daemon), writers))
        const changes = Latch.makeUnsafe(false)
        let daemon = initial
        let version = 0
        const changed = () => {
          version++
          changes.openUnsafe()
        }
        const modify = <A>(name: string, change: (status: TargetStatus) => readonly [TargetStatus, A]) =>
          Effect.sync(() => {
            const entry = entries.get(name)
            if (entry === undefined) return undefined
            const before = entry.status
            const [status, result] = change(before)
            entry.status = status
            if (!rendersTheSame(before, status)) {
              targets.invalidate(name)
              changed()
            }
            return result
          })
        return StateStore.of({
          version: () => version,
          change: Effect.andThen(changes.await, changes.close),
          statuses: () => Array.from(entries.values(), ({ status }) => status),
          status: statusOf,
          daemon: () => daemon,
          fragments: () => [own.fragment, ...targets.fragments()],
          updateDaemon: (change) =>
            Effect.sync(() => {
              daemon = change(daemon)
              own.invalidate()
              changed()
            }),
          add: (target) =>
            Effect.sync(() => {
              entries.set(target.name, { status: initialStatus(target), deadline: Number.POSITIVE_INFINITY })
              targets.add(target)
              changed()
            }),
          remove: (name) =>
            Effect.sync(() => {
              if (!entries.delete(name)) return
              targets.remove(name)
              changed()
            }),
          modify,
          update: (name, change) => modify(name, (status) => [change(status), undefined]),
          setDeadline: (name, by) => {
            const entry = entries.get(name)
            if (entry !== undefined) entry.deadline = by
          },
          overdue: (now) => [...entries].filter(([, { deadline }]) => deadline < now).map(([name]) => name)
        })
      })
    )
}
