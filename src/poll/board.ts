import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Target } from "../config/target.ts"
import type { Block } from "../exposition/block.ts"
import { render } from "../exposition/block.ts"
import { showTheSame, targetSamples } from "./metrics.ts"
import { type Self, selfSamples } from "./self.ts"
import { initial, type Status } from "./status.ts"

interface Entry {
  status: Status
  /** poller's own metrics of the target, rendered with the change: a scrape of 10,000 targets has no time for it. */
  own: ReadonlyArray<Block>
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
    /** Polled series and own metrics of all targets, and of the daemon. */
    readonly blocks: () => ReadonlyArray<Block>
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
      let self = start
      let version = 0
      const change = (entry: Entry, status: Status) => {
        const before = entry.status
        entry.status = status
        if (showTheSame(before, status)) return
        entry.own = render(targetSamples(status))
        version++
      }
      const modify = <A>(name: string, f: (status: Status) => readonly [Status, A]) =>
        Effect.sync(() => {
          const entry = entries.get(name)
          if (entry === undefined) return undefined
          const [status, result] = f(entry.status)
          change(entry, status)
          return result
        })
      return Board.of({
        version: () => version,
        statuses: () => Array.from(entries.values(), ({ status }) => status),
        status: (name) => entries.get(name)?.status,
        self: () => self,
        blocks: () => [
          ...render(selfSamples(self)),
          ...[...entries.values()].flatMap(({ own, status }) => [...own, ...status.blocks])
        ],
        updateSelf: (change) =>
          Effect.sync(() => {
            self = change(self)
            version++
          }),
        add: (target) =>
          Effect.sync(() => {
            const status = initial(target)
            const own = render(targetSamples(status))
            entries.set(target.name, { status, own, expectedBy: Number.POSITIVE_INFINITY })
            version++
          }),
        remove: (name) =>
          Effect.sync(() => {
            if (entries.delete(name)) version++
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
