import { assert, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Scope from "effect/Scope"
import * as TestClock from "effect/testing/TestClock"
import { BadStatus, type UpstreamError } from "../../src/client/errors.ts"
import type { UpstreamResponse } from "../../src/client/exchange.ts"
import { HttpClient } from "../../src/client/http-client.ts"
import { offsetOf, slotOf } from "../../src/poll/cadence.ts"
import { initialDaemonStatus } from "../../src/poll/daemon-status.ts"
import * as Scheduler from "../../src/poll/scheduler.ts"
import { StateStore } from "../../src/poll/state-store.ts"
import { freshResponse } from "./fresh-response.ts"
import { aTarget } from "./polled-target.ts"

const seconds = Duration.seconds
/** A limit of concurrent polls that no test reaches. */
const maxPolls = 1000
const daemonStatus = initialDaemonStatus("1.2.3", "26.0.0", { ordinal: 0, total: 1 }, 0)
const json = (document: unknown) => freshResponse(JSON.stringify(document))
const down = new BadStatus({ status: 503, retryAfter: undefined })

/** An upstream whose response the test sets, and a log that the test reads. */
const makeSetup = () => {
  const setup = {
    response: Effect.succeed(json({ a: 1 })) as Effect.Effect<UpstreamResponse, UpstreamError>,
    polls: 0,
    log: [] as Array<string>
  }
  const upstream = Layer.succeed(HttpClient, {
    open: () =>
      Effect.succeed(() =>
        Effect.suspend(() => {
          setup.polls++
          return setup.response
        })
      )
  })
  const logger = Logger.layer([Logger.make(({ message }) => void setup.log.push(String(message)))])
  return Object.assign(setup, { layer: Layer.mergeAll(StateStore.layer(daemonStatus), upstream, logger) })
}

const page = Effect.map(StateStore, (store) =>
  store
    .fragments()
    .flatMap((fragment) => fragment.blocks())
    .map(({ lines }) => Buffer.from(lines).toString())
    .join("")
)
const polledSeries = Effect.map(page, (text) => text.split("\n").filter((line) => line.startsWith("upstream_")))
const ownValue = (name: string) =>
  Effect.map(page, (text) => new RegExp(`^${name}(?:{[^}]*})? (.*)$`, "m").exec(text)?.[1])

const withSetup =
  (body: (setup: ReturnType<typeof makeSetup>) => Effect.Effect<void, never, StateStore | HttpClient | Scope.Scope>) =>
  () => {
    const setup = makeSetup()
    return Effect.provide(body(setup), setup.layer)
  }

it.effect(
  "a single target is polled at once, then on the grid",
  withSetup((setup) =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), maxPolls)
      yield* scheduler.apply([aTarget("shop")])
      yield* TestClock.adjust(0)
      assert.strictEqual(setup.polls, 1)
      yield* TestClock.adjust(seconds(100))
      assert.strictEqual(setup.polls, 11)
    })
  )
)

it.effect(
  "many targets are polled once within the first interval, and not all at once",
  withSetup((setup) =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), maxPolls)
      yield* scheduler.apply(Array.from({ length: 50 }, (_, n) => aTarget(`node-${n}`)))
      yield* TestClock.adjust(seconds(5))
      assert.isAbove(setup.polls, 10)
      assert.isBelow(setup.polls, 40)
      yield* TestClock.adjust(Duration.millis(4999))
      assert.strictEqual(setup.polls, 50)
    })
  )
)

it.effect(
  "a good poll replaces all series",
  withSetup((setup) =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), maxPolls)
      setup.response = Effect.succeed(json({ a: 1, b: 2 }))
      yield* scheduler.apply([aTarget("shop")])
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(yield* polledSeries, ["upstream_a 1", "upstream_b 2"])
      setup.response = Effect.succeed(json({ b: 3 }))
      yield* TestClock.adjust(seconds(10))
      assert.deepStrictEqual(yield* polledSeries, ["upstream_b 3"])
    })
  )
)

it.effect(
  "after failed polls the last good series stay exactly until stale_after, then they are removed",
  withSetup((setup) =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), maxPolls)
      yield* scheduler.apply([aTarget("shop", { staleAfter: seconds(25) })])
      yield* TestClock.adjust(0)
      setup.response = Effect.fail(down)
      yield* TestClock.adjust(Duration.millis(24_999))
      assert.deepStrictEqual(yield* polledSeries, ["upstream_a 1"])
      assert.strictEqual(yield* ownValue("poll_up"), "0")
      yield* TestClock.adjust(Duration.millis(1))
      assert.deepStrictEqual(yield* polledSeries, [])
      assert.strictEqual(yield* ownValue("poll_series"), "0")
      setup.response = Effect.succeed(json({ a: 2 }))
      yield* TestClock.adjust(seconds(10))
      assert.deepStrictEqual(yield* polledSeries, ["upstream_a 2"])
    })
  )
)

it.effect(
  "an hour's outage is two lines in the log, and every failed poll is counted",
  withSetup((setup) =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), maxPolls)
      yield* scheduler.apply([aTarget("shop")])
      yield* TestClock.adjust(seconds(5))
      setup.response = Effect.fail(down)
      yield* TestClock.adjust(seconds(3600))
      setup.response = Effect.succeed(json({ a: 1 }))
      yield* TestClock.adjust(seconds(10))
      assert.deepStrictEqual(setup.log, ["target down", "target up"])
      assert.include(yield* page, 'poll_errors_total{reason="status",target="shop"} 360')
    })
  )
)

it.effect(
  "a poll that overruns skips a tick, which is counted, and polls never overlap",
  withSetup((setup) =>
    Effect.gen(function* () {
      let running = 0
      let most = 0
      setup.response = Effect.gen(function* () {
        most = Math.max(most, ++running)
        yield* Effect.sleep(seconds(12))
        running--
        return json({ a: 1 })
      })
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), maxPolls)
      yield* scheduler.apply([aTarget("slow")])
      yield* TestClock.adjust(seconds(95))
      assert.strictEqual(most, 1)
      assert.strictEqual(setup.polls, 5)
      assert.strictEqual(yield* ownValue("poll_ticks_skipped_total"), "5")
    })
  )
)

it.effect(
  "Retry-After is honoured by skipping ticks",
  withSetup((setup) =>
    Effect.gen(function* () {
      setup.response = Effect.fail(new BadStatus({ status: 429, retryAfter: 25_000 }))
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), maxPolls)
      yield* scheduler.apply([aTarget("shop")])
      yield* TestClock.adjust(seconds(29))
      assert.strictEqual(setup.polls, 1)
      assert.strictEqual(yield* ownValue("poll_ticks_skipped_total"), "2")
      yield* TestClock.adjust(seconds(1))
      assert.strictEqual(setup.polls, 2)
    })
  )
)

it.effect(
  "an exception in a poll fails that poll and is logged, and the loop goes on",
  withSetup((setup) =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), maxPolls)
      const transform = () => {
        throw new Error("bug")
      }
      yield* scheduler.apply([aTarget("shop", { transform })])
      yield* TestClock.adjust(seconds(10))
      assert.strictEqual(setup.polls, 2)
      assert.include(yield* page, 'poll_errors_total{reason="internal",target="shop"} 2')
      assert.include(setup.log.join(), "bug")
    })
  )
)

it.effect(
  "a loop that dies fails the scheduler",
  withSetup((setup) =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), maxPolls)
      // a target without a timeout cannot occur; it stands for any bug in the loop outside a poll
      yield* scheduler.apply([
        aTarget("shop", { request: { ...aTarget("shop").request, timeout: undefined as never } })
      ])
      const exit = yield* Effect.exit(scheduler.await)
      assert.isTrue(Exit.isFailure(exit))
      assert.strictEqual(setup.polls, 0)
    })
  )
)

it.effect(
  "a response with more than max_series series fails the poll, and the series stay",
  withSetup((setup) =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), maxPolls)
      yield* scheduler.apply([aTarget("shop", { maxSeries: 2 })])
      yield* TestClock.adjust(0)
      setup.response = Effect.succeed(json({ a: 1, b: 2, c: 3 }))
      yield* TestClock.adjust(seconds(10))
      assert.deepStrictEqual(yield* polledSeries, ["upstream_a 1"])
      assert.include(yield* page, 'poll_errors_total{reason="too_many_series",target="shop"} 1')
    })
  )
)

it.effect(
  "after a reload unchanged targets keep series, counters and tick, and removed ones are gone at once",
  withSetup(() =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), maxPolls)
      yield* scheduler.apply([aTarget("kept", { fingerprint: () => "1" })])
      yield* TestClock.adjust(seconds(4))
      yield* scheduler.apply([aTarget("kept", { fingerprint: () => "1" }), aTarget("new")])
      assert.strictEqual(yield* ownValue("polls_total"), "1")
      assert.include(yield* page, 'poll_up{target="new"} 1')
      yield* scheduler.apply([aTarget("new")])
      assert.notInclude(yield* page, "kept")
      yield* TestClock.adjust(seconds(45))
      assert.isAbove(Number(yield* ownValue("polls_total")), 3)
      yield* scheduler.apply([aTarget("new", { fingerprint: () => "changed" })])
      assert.strictEqual(yield* ownValue("polls_total"), "1")
    })
  )
)

it.effect(
  "the first polls of many targets are spread over 30 seconds, however long the interval, and the next ones are on the grid",
  withSetup(() =>
    Effect.gen(function* () {
      const store = yield* StateStore
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), maxPolls)
      const targets = Array.from({ length: 20 }, (_, n) => aTarget(`daily-${n}`, { interval: seconds(86_400) }))
      yield* scheduler.apply(targets)
      const polled = () => store.statuses().filter((status) => status.polls === 1).length
      yield* TestClock.adjust(seconds(10))
      assert.isAtLeast(polled(), 2)
      assert.isAtMost(polled(), 18)
      yield* TestClock.adjust(seconds(21))
      assert.strictEqual(polled(), 20)
      for (const { target, nextTick = 0 } of store.statuses()) {
        const place = Duration.toMillis(offsetOf(target.name, target.interval, slotOf(target.interval, targets.length)))
        assert.strictEqual(nextTick % 86_400_000, place % 86_400_000, target.name)
        assert.isAtLeast(nextTick, 43_200_000)
        assert.isAtMost(nextTick, 129_630_000)
      }
    })
  )
)

it.effect(
  "on close a running poll may end within the grace period, and none starts",
  withSetup((setup) =>
    Effect.gen(function* () {
      let ended = 0
      setup.response = Effect.delay(
        Effect.sync(() => {
          ended++
          return json({ a: 1 })
        }),
        seconds(3)
      )
      const scope = yield* Scope.make()
      const scheduler = yield* Scheduler.makeScheduler(seconds(5), maxPolls).pipe(Scope.provide(scope))
      yield* scheduler.apply([aTarget("shop", { interval: seconds(4) })])
      yield* TestClock.adjust(seconds(5))
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* TestClock.adjust(seconds(2))
      yield* Fiber.join(closing)
      assert.strictEqual(ended, 2)
      assert.strictEqual(setup.polls, 2)
    })
  )
)

it.effect(
  "a poll that still runs after the grace period is interrupted",
  withSetup((setup) =>
    Effect.gen(function* () {
      let interrupted = false
      setup.response = Effect.onInterrupt(Effect.never, () => Effect.sync(() => (interrupted = true)))
      const scope = yield* Scope.make()
      const scheduler = yield* Scheduler.makeScheduler(seconds(2), maxPolls).pipe(Scope.provide(scope))
      yield* scheduler.apply([aTarget("shop")])
      yield* TestClock.adjust(0)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* TestClock.adjust(Duration.millis(1999))
      assert.isFalse(interrupted)
      yield* TestClock.adjust(Duration.millis(1))
      yield* Fiber.join(closing)
      assert.isTrue(interrupted)
    })
  )
)
