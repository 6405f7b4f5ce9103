import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberMap from "effect/FiberMap"
import type { Target } from "../config/target.ts"
import { makePause, mapSliced, runInSlices } from "../config/time-slice.ts"
import { firstOffsetOf, monotonic, offsetOf, slotOf } from "./cadence.ts"
import { makeExpiry } from "./expiry.ts"
import { makeLimiter } from "./limiter.ts"
import { pollLoop, type Start } from "./poll-loop.ts"
import { StateStore } from "./state-store.ts"
import { expireSeries } from "./target-status.ts"

export type Scheduler = Effect.Success<ReturnType<typeof makeScheduler>>

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

  const stop = Effect.fnUntraced(function* (name: string) {
    yield* FiberMap.remove(loops, name)
    yield* expiry.clear(name)
    yield* store.remove(name)
  })

  /** A single target is polled at once; the first polls of many are spread. */
  const startOf = ({ name, interval }: Target, total: number, started: number, now: number): Start => {
    const elapsed = now - startTime
    if (total === 1) return { first: Duration.zero, offset: Duration.zero }
    const slot = slotOf(interval, total)
    const first = started === 1 ? Duration.zero : firstOffsetOf(name, interval, slot, elapsed)
    return { first, offset: offsetOf(name, interval, slot, elapsed) }
  }

  const start = Effect.fnUntraced(function* (target: Target, total: number, started: number) {
    yield* store.add(target)
    // evaluated by the loop: of many targets, the last loop starts seconds after the first
    const times = Effect.map(monotonic, (now) => startOf(target, total, started, now))
    const { url, details } = target.request
    const withPermit = limiter.withPermit(url.origin)
    const withSpare = details && limiter.withSpare(url.origin)
    yield* FiberMap.run(loops, target.name)(pollLoop(target, times, withPermit, withSpare, expiry))
  })

  const apply = Effect.fnUntraced(function* (targets: ReadonlyArray<Target>) {
    const wanted = new Map(targets.map((target) => [target.name, target]))
    const current = new Map(store.statuses().map(({ target }) => [target.name, target]))
    const isUnchanged = (target: Target) => {
      const before = current.get(target.name)
      return before === target || before?.fingerprint() === target.fingerprint()
    }
    const removed = [...current.keys()].filter((name) => !wanted.has(name))
    const kept = yield* runInSlices(mapSliced(targets, isUnchanged))
    const started = targets.filter((_, index) => kept[index] !== true)
    const pause = makePause()
    for (const name of removed) {
      yield* stop(name)
      yield* pause
    }
    for (const target of started) {
      yield* stop(target.name)
      yield* start(target, targets.length, started.length)
      yield* pause
    }
    const changed = started.filter(({ name }) => current.has(name)).length
    return { added: started.length - changed, changed, removed: removed.length }
  })

  return { apply, await: Effect.raceFirst(FiberMap.join(loops), Fiber.join(expiring)) }
})
