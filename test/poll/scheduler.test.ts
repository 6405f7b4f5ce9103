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
import { aTarget } from "./polled-target.ts"

const seconds = Duration.seconds
/** More at once than any test has. */
const polls = 1000
const self = initialDaemonStatus("1.2.3", "26.0.0", { ordinal: 0, total: 1 }, 0)
const json = (document: unknown): UpstreamResponse => ({
  _tag: "Fresh",
  status: 200,
  body: Buffer.from(JSON.stringify(document)),
  validators: undefined
})
const down = new BadStatus({ status: 503, retryAfter: undefined })

/** An upstream that answers as the test says, a log that the test can read, and what a scrape would show. */
const scene = () => {
  const it = {
    answer: Effect.succeed(json({ a: 1 })) as Effect.Effect<UpstreamResponse, UpstreamError>,
    polls: 0,
    log: [] as Array<string>
  }
  const upstream = Layer.succeed(HttpClient, {
    open: () =>
      Effect.succeed(() =>
        Effect.suspend(() => {
          it.polls++
          return it.answer
        })
      )
  })
  const logger = Logger.layer([Logger.make(({ message }) => void it.log.push(String(message)))])
  return Object.assign(it, { layer: Layer.mergeAll(StateStore.layer(self), upstream, logger) })
}

const page = Effect.map(StateStore, (store) =>
  store
    .fragments()
    .flatMap((section) => section.blocks())
    .map(({ lines }) => Buffer.from(lines).toString())
    .join("")
)
const polledSeries = Effect.map(page, (text) => text.split("\n").filter((line) => line.startsWith("upstream_")))
const own = (name: string) => Effect.map(page, (text) => new RegExp(`^${name}(?:{[^}]*})? (.*)$`, "m").exec(text)?.[1])

const withScene =
  (body: (it: ReturnType<typeof scene>) => Effect.Effect<void, never, StateStore | HttpClient | Scope.Scope>) => () => {
    const it = scene()
    return Effect.provide(body(it), it.layer)
  }

it.effect(
  "the first poll comes at once for one target, the others on the grid",
  withScene((it) =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), polls)
      yield* scheduler.apply([aTarget("shop")])
      yield* TestClock.adjust(0)
      assert.strictEqual(it.polls, 1)
      yield* TestClock.adjust(seconds(100))
      assert.strictEqual(it.polls, 11)
    })
  )
)

it.effect(
  "of many targets each is polled once within the first interval, and not all at once",
  withScene((it) =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), polls)
      yield* scheduler.apply(Array.from({ length: 50 }, (_, n) => aTarget(`node-${n}`)))
      yield* TestClock.adjust(seconds(5))
      assert.isAbove(it.polls, 10)
      assert.isBelow(it.polls, 40)
      yield* TestClock.adjust(Duration.millis(4999))
      assert.strictEqual(it.polls, 50)
    })
  )
)

it.effect(
  "a good poll replaces all series: what the answer no longer has is gone",
  withScene((it) =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), polls)
      it.answer = Effect.succeed(json({ a: 1, b: 2 }))
      yield* scheduler.apply([aTarget("shop")])
      yield* TestClock.adjust(0)
      assert.deepStrictEqual(yield* polledSeries, ["upstream_a 1", "upstream_b 2"])
      it.answer = Effect.succeed(json({ b: 3 }))
      yield* TestClock.adjust(seconds(10))
      assert.deepStrictEqual(yield* polledSeries, ["upstream_b 3"])
    })
  )
)

it.effect(
  "after failed polls the last good series stand until stale_after, to the moment, then they are gone",
  withScene((it) =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), polls)
      yield* scheduler.apply([aTarget("shop", { staleAfter: seconds(25) })])
      yield* TestClock.adjust(0)
      it.answer = Effect.fail(down)
      yield* TestClock.adjust(Duration.millis(24_999))
      assert.deepStrictEqual(yield* polledSeries, ["upstream_a 1"])
      assert.strictEqual(yield* own("poll_up"), "0")
      yield* TestClock.adjust(Duration.millis(1))
      assert.deepStrictEqual(yield* polledSeries, [])
      assert.strictEqual(yield* own("poll_series"), "0")
      it.answer = Effect.succeed(json({ a: 2 }))
      yield* TestClock.adjust(seconds(10))
      assert.deepStrictEqual(yield* polledSeries, ["upstream_a 2"])
    })
  )
)

it.effect(
  "an hour's outage is two lines in the log, and every failed poll is counted",
  withScene((it) =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), polls)
      yield* scheduler.apply([aTarget("shop")])
      yield* TestClock.adjust(seconds(5))
      it.answer = Effect.fail(down)
      yield* TestClock.adjust(seconds(3600))
      it.answer = Effect.succeed(json({ a: 1 }))
      yield* TestClock.adjust(seconds(10))
      assert.deepStrictEqual(it.log, ["target down", "target up"])
      assert.include(yield* page, 'poll_errors_total{reason="status",target="shop"} 360')
    })
  )
)

it.effect(
  "a poll that overruns skips its tick, and the skip is counted; never two at once",
  withScene((it) =>
    Effect.gen(function* () {
      let running = 0
      let most = 0
      it.answer = Effect.gen(function* () {
        most = Math.max(most, ++running)
        yield* Effect.sleep(seconds(12))
        running--
        return json({ a: 1 })
      })
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), polls)
      yield* scheduler.apply([aTarget("slow")])
      yield* TestClock.adjust(seconds(95))
      assert.strictEqual(most, 1)
      assert.strictEqual(it.polls, 5)
      assert.strictEqual(yield* own("poll_ticks_skipped_total"), "5")
    })
  )
)

it.effect(
  "Retry-After is honoured by skipping ticks",
  withScene((it) =>
    Effect.gen(function* () {
      it.answer = Effect.fail(new BadStatus({ status: 429, retryAfter: 25_000 }))
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), polls)
      yield* scheduler.apply([aTarget("shop")])
      yield* TestClock.adjust(seconds(29))
      assert.strictEqual(it.polls, 1)
      assert.strictEqual(yield* own("poll_ticks_skipped_total"), "2")
      yield* TestClock.adjust(seconds(1))
      assert.strictEqual(it.polls, 2)
    })
  )
)

it.effect(
  "a bug in a poll costs that poll, is logged, and the loop goes on",
  withScene((it) =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), polls)
      const transform = () => {
        throw new Error("bug")
      }
      yield* scheduler.apply([aTarget("shop", { transform })])
      yield* TestClock.adjust(seconds(10))
      assert.strictEqual(it.polls, 2)
      assert.include(yield* page, 'poll_errors_total{reason="internal",target="shop"} 2')
      assert.include(it.log.join(), "bug")
    })
  )
)

it.effect(
  "a loop that dies fails the scheduler",
  withScene((it) =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), polls)
      // a target without a deadline cannot come about: it stands for any bug in the loop, outside of a poll
      yield* scheduler.apply([
        aTarget("shop", { request: { ...aTarget("shop").request, timeout: undefined as never } })
      ])
      const exit = yield* Effect.exit(scheduler.await)
      assert.isTrue(Exit.isFailure(exit))
      assert.strictEqual(it.polls, 0)
    })
  )
)

it.effect(
  "an answer of more than max_series fails the poll and leaves the series",
  withScene((it) =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), polls)
      yield* scheduler.apply([aTarget("shop", { maxSeries: 2 })])
      yield* TestClock.adjust(0)
      it.answer = Effect.succeed(json({ a: 1, b: 2, c: 3 }))
      yield* TestClock.adjust(seconds(10))
      assert.deepStrictEqual(yield* polledSeries, ["upstream_a 1"])
      assert.include(yield* page, 'poll_errors_total{reason="too_many_series",target="shop"} 1')
    })
  )
)

it.effect(
  "of the targets of a new configuration, unchanged ones keep series, counters and tick; removed ones are gone at once",
  withScene(() =>
    Effect.gen(function* () {
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), polls)
      yield* scheduler.apply([aTarget("kept", { fingerprint: () => "1" })])
      yield* TestClock.adjust(seconds(4))
      yield* scheduler.apply([aTarget("kept", { fingerprint: () => "1" }), aTarget("new")])
      assert.strictEqual(yield* own("polls_total"), "1")
      assert.include(yield* page, 'poll_up{target="new"} 1')
      yield* scheduler.apply([aTarget("new")])
      assert.notInclude(yield* page, "kept")
      yield* TestClock.adjust(seconds(45))
      assert.isAbove(Number(yield* own("polls_total")), 3)
      yield* scheduler.apply([aTarget("new", { fingerprint: () => "changed" })])
      assert.strictEqual(yield* own("polls_total"), "1")
    })
  )
)

it.effect(
  "the first polls of many targets are spread over 30 seconds, however long the interval, and the next ones are on the grid",
  withScene(() =>
    Effect.gen(function* () {
      const store = yield* StateStore
      const scheduler = yield* Scheduler.makeScheduler(seconds(1), polls)
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
  "when it closes, a poll in flight gets the grace to end, and none begins",
  withScene((it) =>
    Effect.gen(function* () {
      let ended = 0
      it.answer = Effect.delay(
        Effect.sync(() => {
          ended++
          return json({ a: 1 })
        }),
        seconds(3)
      )
      const scope = yield* Scope.make()
      const scheduler = yield* Scheduler.makeScheduler(seconds(5), polls).pipe(Scope.provide(scope))
      yield* scheduler.apply([aTarget("shop", { interval: seconds(4) })])
      yield* TestClock.adjust(seconds(5))
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* TestClock.adjust(seconds(2))
      yield* Fiber.join(closing)
      assert.strictEqual(ended, 2)
      assert.strictEqual(it.polls, 2)
    })
  )
)

it.effect(
  "what is still in flight after the grace is cut",
  withScene((it) =>
    Effect.gen(function* () {
      let cut = false
      it.answer = Effect.onInterrupt(Effect.never, () => Effect.sync(() => (cut = true)))
      const scope = yield* Scope.make()
      const scheduler = yield* Scheduler.makeScheduler(seconds(2), polls).pipe(Scope.provide(scope))
      yield* scheduler.apply([aTarget("shop")])
      yield* TestClock.adjust(0)
      const closing = yield* Effect.forkChild(Scope.close(scope, Exit.void))
      yield* TestClock.adjust(Duration.millis(1999))
      assert.isFalse(cut)
      yield* TestClock.adjust(Duration.millis(1))
      yield* Fiber.join(closing)
      assert.isTrue(cut)
    })
  )
)
