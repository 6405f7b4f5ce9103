import { assert, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { makeLimiter } from "../../src/poll/limiter.ts"

const seconds = Duration.seconds

/** `count` polls of a host that last a second each; counts of those that run and have ended, and of all hosts. */
const crowd = (total: number) => {
  const limiter = makeLimiter(total)
  const of = { running: 0, most: 0, ended: 0 }
  const host = (origin: string) => {
    const it = { running: 0, most: 0, ended: 0 }
    const poll = (lasts: Duration.Duration) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          for (const counts of [it, of]) counts.most = Math.max(counts.most, ++counts.running)
        }),
        () => Effect.sleep(lasts),
        () =>
          Effect.sync(() => {
            for (const counts of [it, of]) {
              counts.running--
              counts.ended++
            }
          })
      )
    const polls = (count: number, lasts = seconds(1)) =>
      Effect.forEach(Array.from({ length: count }), () => Effect.forkChild(limiter.withPermit(origin)(poll(lasts))))
    return Object.assign(it, { polls })
  }
  return { limiter, host, of }
}

it.effect("polls never exceed the limit, and all of them run", () =>
  Effect.gen(function* () {
    const { host, of } = crowd(16)
    for (let i = 0; i < 100; i++) yield* host(`http://${i}`).polls(1)
    yield* TestClock.adjust(seconds(6))
    assert.deepStrictEqual(of, { running: 4, most: 16, ended: 96 })
    yield* TestClock.adjust(seconds(1))
    assert.strictEqual(of.ended, 100)
  })
)

it.effect("one host has an eighth of the permits, and its queue does not block other hosts", () =>
  Effect.gen(function* () {
    const { host } = crowd(16)
    const slow = host("http://slow")
    yield* slow.polls(100, seconds(1000))
    yield* TestClock.adjust(0)
    assert.strictEqual(slow.running, 2)
    const quick = host("http://quick")
    yield* quick.polls(20)
    yield* TestClock.adjust(seconds(10))
    assert.deepStrictEqual([quick.most, quick.ended], [2, 20])
  })
)

it.effect("even with one permit, each host is polled", () =>
  Effect.gen(function* () {
    const { host } = crowd(1)
    const only = host("http://only")
    yield* only.polls(3)
    yield* TestClock.adjust(seconds(3))
    assert.deepStrictEqual([only.most, only.ended], [1, 3])
  })
)

it.effect("an interrupted poll, waiting or running, releases its permit", () =>
  Effect.gen(function* () {
    const { host } = crowd(8)
    const it = host("http://host")
    const fibers = yield* it.polls(3, seconds(1000))
    yield* TestClock.adjust(0)
    const next = yield* it.polls(1)
    for (const fiber of fibers) yield* Fiber.interrupt(fiber)
    yield* TestClock.adjust(seconds(1))
    assert.isDefined(next[0]?.pollUnsafe())
    assert.strictEqual(it.running, 0)
  })
)

it.effect("after close no poll starts, and close waits for the running ones, for the grace at most", () =>
  Effect.gen(function* () {
    const { limiter, host } = crowd(8)
    const it = host("http://host")
    yield* it.polls(2, seconds(3))
    yield* TestClock.adjust(seconds(1))
    const closing = yield* Effect.forkChild(limiter.close(seconds(5)))
    yield* TestClock.adjust(Duration.millis(1999))
    assert.isUndefined(closing.pollUnsafe())
    yield* TestClock.adjust(Duration.millis(1001))
    assert.isDefined(closing.pollUnsafe())
    yield* it.polls(1)
    assert.strictEqual(it.ended, 1)
  })
)
