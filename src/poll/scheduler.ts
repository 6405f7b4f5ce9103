import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberMap from "effect/FiberMap"
import type { Target } from "../config/target.ts"
import { offsetOf } from "./cadence.ts"
import { monotonic } from "./clock.ts"
import { makeExpiry } from "./expiry.ts"
import { makeLimiter } from "./limiter.ts"
import { loop } from "./poll-loop.ts"
import { StateStore } from "./state-store.ts"
import { expireSeries } from "./target-status.ts"

export type Scheduler = Effect.Success<ReturnType<typeof makeScheduler>>

/**
 * One loop per target. `apply` makes the scheduler poll these targets and no others: a target whose configuration did not change keeps its series, its
 * counters, its connection and its tick. `join` lasts as long as all loops live: it fails with the first that dies.
 *
 * `polls` of them are under way at once. When the scope closes no poll begins any more, those in flight get up to `grace`, then they are cut.
 */
export const makeScheduler = Effect.fnUntraced(function* (grace: Duration.Duration, polls: number) {
  const store = yield* StateStore
  const loops = yield* FiberMap.make<string, unknown, never>()
  const limiter = makeLimiter(polls)
  yield* Effect.addFinalizer(() => limiter.close(grace))
  const { expiry, run } = yield* makeExpiry((name) => store.update(name, expireSeries))
  const expiring = yield* Effect.forkScoped(run)
  const begin = yield* monotonic

  const stop = Effect.fnUntraced(function* (name: string) {
    yield* FiberMap.remove(loops, name)
    yield* expiry.clear(name)
    yield* store.remove(name)
  })

  const start = Effect.fnUntraced(function* (target: Target, isAlone: boolean) {
    yield* store.add(target)
    // asked by the loop itself: with many targets the last one begins seconds after the first, and would stay behind those it stands with on the page
    const offset = isAlone
      ? Effect.succeed(Duration.zero)
      : Effect.map(monotonic, (now) => offsetOf(target.name, target.interval, now - begin))
    yield* FiberMap.run(
      loops,
      target.name
    )(Effect.flatMap(offset, (offset) => loop(target, offset, limiter.withPermit(target.request.url.origin), expiry)))
  })

  const apply = Effect.fnUntraced(function* (targets: ReadonlyArray<Target>) {
    const wanted = new Map(targets.map((target) => [target.name, target]))
    const current = new Map(store.statuses().map(({ target }) => [target.name, target]))
    const unchanged = (target: Target) => {
      const before = current.get(target.name)
      return before === target || before?.fingerprint() === target.fingerprint()
    }
    const removed = [...current.keys()].filter((name) => !wanted.has(name))
    const started = targets.filter((target) => !unchanged(target))
    for (const name of removed) yield* stop(name)
    for (const target of started) {
      yield* stop(target.name)
      yield* start(target, targets.length === 1)
    }
    const changed = started.filter(({ name }) => current.has(name)).length
    return { added: started.length - changed, changed, removed: removed.length }
  })

  return { apply, join: Effect.raceFirst(FiberMap.join(loops), Fiber.join(expiring)) }
})
