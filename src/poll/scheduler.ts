import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberMap from "effect/FiberMap"
import type { Target } from "../config/target.ts"
import { makePause, mapSliced, runInSlices } from "../config/time-slice.ts"
import { firstOffsetOf, monotonic, offsetOf, slotOf, takeoverOffsetOf } from "./cadence.ts"
import { makeExpiry } from "./expiry.ts"
import { makeLimiter } from "./limiter.ts"
import { pollLoop, type Start } from "./poll-loop.ts"
import { StateStore } from "./state-store.ts"
import { expireSeries, type TargetStatus } from "./target-status.ts"

export type Scheduler = Effect.Success<ReturnType<typeof makeScheduler>>

/** How other processes of a cluster are involved in a change of the targets. */
export interface Handover {
  /** Targets that another process polls now. Their series stay until an `apply` without them, at most an interval. */
  readonly kept: ReadonlyArray<string>
  /** Other processes have polled the targets that start now. */
  readonly isTakeover: boolean
}

const none: Handover = { kept: [], isTakeover: false }

/** Targets that start together. */
interface Batch {
  /** The number of all targets, running ones included. */
  readonly total: number
  /** The number of targets that start. */
  readonly started: number
  readonly isTakeover: boolean
}

/**
 * Runs one loop for each target. `apply` sets the targets. A target whose configuration is the same as before keeps its
 * series, counters, connections and ticks. `await` lasts as long as all loops run, and fails with the first one that
 * dies.
 *
 * At most `polls` polls run at the same time. When the scope closes, no new poll starts. Running polls may take up to
 * `grace`, then they are interrupted.
 */
export const makeScheduler = Effect.fnUntraced(function* (grace: Duration.Duration, polls: number) {
  const store = yield* StateStore
  const loops = yield* FiberMap.make<string, unknown, never>()
  const limiter = makeLimiter(polls)
  yield* Effect.addFinalizer(() => limiter.close(grace))
  const { expiry, run } = yield* makeExpiry((name) => store.update(name, expireSeries))
  const expiring = yield* Effect.forkScoped(run)
  const startTime = yield* monotonic

  /** Targets whose series are kept although other processes poll them. */
  const kept = new Set<string>()

  const stop = Effect.fnUntraced(function* (name: string) {
    kept.delete(name)
    yield* FiberMap.remove(loops, name)
    yield* expiry.clear(name)
    yield* store.remove(name)
  })

  /** Ends the polls of a target. Its series stay for an interval, unless it is stopped or started earlier. */
  const keep = Effect.fnUntraced(function* ({ target: { name, interval } }: TargetStatus) {
    kept.add(name)
    store.setDeadline(name, Number.POSITIVE_INFINITY)
    const end = Effect.andThen(expiry.clear(name), store.remove(name))
    yield* FiberMap.run(loops, name)(Effect.delay(end, interval))
  })

  /** A single target is polled at once; the first polls of many are spread, over less time if others polled them. */
  const startOf = ({ name, interval }: Target, { total, started, isTakeover }: Batch, now: number): Start => {
    const elapsed = now - startTime
    if (total === 1) return { first: Duration.zero, offset: Duration.zero }
    const slot = slotOf(interval, total)
    const offset = offsetOf(name, interval, slot, elapsed)
    if (started === 1) return { first: Duration.zero, offset }
    return {
      first: isTakeover ? takeoverOffsetOf(name, interval, started) : firstOffsetOf(name, interval, slot, elapsed),
      offset
    }
  }

  const start = Effect.fnUntraced(function* (target: Target, batch: Batch) {
    yield* store.add(target)
    // evaluated by the loop: of many targets, the last loop starts seconds after the first
    const times = Effect.map(monotonic, (now) => startOf(target, batch, now))
    const { url, details } = target.request
    const withPermit = limiter.withPermit(url.origin)
    const withSpare = details && limiter.withSpare(url.origin)
    yield* FiberMap.run(loops, target.name)(pollLoop(target, times, withPermit, withSpare, expiry))
  })

  const apply = Effect.fnUntraced(function* (
    targets: ReadonlyArray<Target>,
    { kept: toKeep, isTakeover }: Handover = none
  ) {
    const wanted = new Map(targets.map((target) => [target.name, target]))
    const current = new Map(store.statuses().map(({ target }) => [target.name, target]))
    const isUnchanged = (target: Target) => {
      const before = current.get(target.name)
      if (kept.has(target.name)) return false
      return before === target || before?.fingerprint() === target.fingerprint()
    }
    for (const name of toKeep) {
      const status = store.status(name)
      if (status !== undefined && status.series > 0 && !kept.has(name)) yield* keep(status)
    }
    const removed = [...current.keys()].filter(
      (name) => !wanted.has(name) && !(kept.has(name) && toKeep.includes(name))
    )
    const unchanged = yield* runInSlices(mapSliced(targets, isUnchanged))
    const started = targets.filter((_, index) => unchanged[index] !== true)
    const pause = makePause()
    for (const name of removed) {
      yield* stop(name)
      yield* pause
    }
    for (const target of started) {
      yield* stop(target.name)
      yield* start(target, { total: targets.length, started: started.length, isTakeover })
      yield* pause
    }
    const changed = started.filter(({ name }) => current.has(name)).length
    return { added: started.length - changed, changed, removed: removed.length }
  })

  return { apply, await: Effect.raceFirst(FiberMap.join(loops), Fiber.join(expiring)) }
})
