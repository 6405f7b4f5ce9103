import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import type { Target } from "../config/target.ts"
import { render } from "../exposition/lines.ts"
import { type Self, selfSamples } from "./daemon-status.ts"
import { makeSection, type Section } from "./page-fragment.ts"
import { makeSections } from "./target-fragments.ts"
import { showTheSame } from "./target-metrics.ts"
import { initial, type Status } from "./target-status.ts"

interface Entry {
  status: Status
  /** Monotonic milliseconds by which the target's loop must show a sign of life. */
  expectedBy: number
}

/**
 * The only mutable state: the status of every target, and of the daemon itself. Writers replace a status whole, readers see one or the next, so that a
 * scrape never sees half a poll.
 */
export class Board extends Context.Service<
  Board,
  {
    /** Grows with every change of what a scrape would show. */
    readonly version: () => number
    readonly statuses: () => ReadonlyArray<Status>
    readonly status: (name: string) => Status | undefined
    readonly self: () => Self
    /** Lasts until there is a change that nobody has waited for yet. */
    readonly change: Effect.Effect<void>
    /** The page: poller's metrics of itself, then polled series and own metrics of all targets. */
    readonly sections: () => ReadonlyArray<Section>
    readonly updateSelf: (change: (self: Self) => Self) => Effect.Effect<void>
    readonly add: (target: Target) => Effect.Effect<void>
    readonly remove: (name: string) => Effect.Effect<void>
    /** Replaces a status and hands on what the change has to say; nothing when the target is gone. */
    readonly modify: <A>(name: string, change: (status: Status) => readonly [Status, A]) => Effect.Effect<A | undefined>
    readonly update: (name: string, change: (status: Status) => Status) => Effect.Effect<void>
    /** The loop's own promise: it will be heard of again by then (monotonic milliseconds). */
    readonly expect: (name: string, by: number) => void
    /** Targets whose loop broke its promise: it is wedged, whatever the upstream does. */
    readonly overdue: (now: number) => ReadonlyArray<string>
  }
>()("poller/Board") {
  static readonly layer = (start: Self) =>
    Layer.sync(Board, () => {
      const entries = new Map<string, Entry>()
      const statusOf = (name: string) => entries.get(name)?.status
      const targets = makeSections(statusOf)
      const own = makeSection(() => render(selfSamples(self)))
      const changes = Latch.makeUnsafe(false)
      let self = start
      let version = 0
      const changed = () => {
        version++
        changes.openUnsafe()
      }
      const modify = <A>(name: string, f: (status: Status) => readonly [Status, A]) =>
        Effect.sync(() => {
          const entry = entries.get(name)
          if (entry === undefined) return undefined
          const before = entry.status
          const [status, result] = f(before)
          entry.status = status
          if (!showTheSame(before, status)) {
            targets.change(name)
            changed()
          }
          return result
        })
      return Board.of({
        version: () => version,
        change: Effect.andThen(changes.await, changes.close),
        statuses: () => Array.from(entries.values(), ({ status }) => status),
        status: statusOf,
        self: () => self,
        sections: () => [own.section, ...targets.sections()],
        updateSelf: (change) =>
          Effect.sync(() => {
            self = change(self)
            own.change()
            changed()
          }),
        add: (target) =>
          Effect.sync(() => {
            entries.set(target.name, { status: initial(target), expectedBy: Number.POSITIVE_INFINITY })
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
        expect: (name, by) => {
          const entry = entries.get(name)
          if (entry !== undefined) entry.expectedBy = by
        },
        overdue: (now) => [...entries].filter(([, { expectedBy }]) => expectedBy < now).map(([name]) => name)
      })
    })
}
