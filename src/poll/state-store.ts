import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import type { Target } from "../config/target.ts"
import { render } from "../exposition/lines.ts"
import { type DaemonStatus, daemonSamples } from "./daemon-status.ts"
import { makeFragment, type PageFragment } from "./page-fragment.ts"
import { makeTargetFragments } from "./target-fragments.ts"
import { rendersTheSame } from "./target-metrics.ts"
import { initialStatus, type TargetStatus } from "./target-status.ts"

interface Entry {
  status: TargetStatus
  /** Monotonic milliseconds by which the target's loop must show a sign of life. */
  deadline: number
}

/**
 * The only mutable state: the status of every target, and of the daemon itself. Writers replace a status whole, readers see one or the next, so that a
 * scrape never sees half a poll.
 */
export class StateStore extends Context.Service<
  StateStore,
  {
    /** Grows with every change of what a scrape would show. */
    readonly version: () => number
    readonly statuses: () => ReadonlyArray<TargetStatus>
    readonly status: (name: string) => TargetStatus | undefined
    readonly daemon: () => DaemonStatus
    /** Lasts until there is a change that nobody has waited for yet. */
    readonly change: Effect.Effect<void>
    /** The page: poller's metrics of itself, then polled series and own metrics of all targets. */
    readonly fragments: () => ReadonlyArray<PageFragment>
    readonly updateDaemon: (change: (daemon: DaemonStatus) => DaemonStatus) => Effect.Effect<void>
    readonly add: (target: Target) => Effect.Effect<void>
    readonly remove: (name: string) => Effect.Effect<void>
    /** Replaces a status and hands on what the change has to say; nothing when the target is gone. */
    readonly modify: <A>(
      name: string,
      change: (status: TargetStatus) => readonly [TargetStatus, A]
    ) => Effect.Effect<A | undefined>
    readonly update: (name: string, change: (status: TargetStatus) => TargetStatus) => Effect.Effect<void>
    /** The loop's own promise: it will be heard of again by then (monotonic milliseconds). */
    readonly setDeadline: (name: string, by: number) => void
    /** Targets whose loop broke its promise: it is wedged, whatever the upstream does. */
    readonly overdue: (now: number) => ReadonlyArray<string>
  }
>()("poller/Board") {
  static readonly layer = (start: DaemonStatus) =>
    Layer.sync(StateStore, () => {
      const entries = new Map<string, Entry>()
      const statusOf = (name: string) => entries.get(name)?.status
      const targets = makeTargetFragments(statusOf)
      const own = makeFragment(() => render(daemonSamples(daemon)))
      const changes = Latch.makeUnsafe(false)
      let daemon = start
      let version = 0
      const changed = () => {
        version++
        changes.openUnsafe()
      }
      const modify = <A>(name: string, f: (status: TargetStatus) => readonly [TargetStatus, A]) =>
        Effect.sync(() => {
          const entry = entries.get(name)
          if (entry === undefined) return undefined
          const before = entry.status
          const [status, result] = f(before)
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
        update: (name, f) => modify(name, (status) => [f(status), undefined]),
        setDeadline: (name, by) => {
          const entry = entries.get(name)
          if (entry !== undefined) entry.deadline = by
        },
        overdue: (now) => [...entries].filter(([, { deadline }]) => deadline < now).map(([name]) => name)
      })
    })
}
