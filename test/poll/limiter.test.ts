import { assert, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import { makeLimiter } from "../../src/poll/limiter.ts"

const seconds = Duration.seconds

/** A limiter, and hosts whose polls last a second. Counts the polls of each host, and of all in `all`. */
const makePolls = (total: number) => {
  const limiter = makeLimiter(total)
  const all = { running: 0, most: 0, ended: 0 }
  const host = (origin: string) => {
    const it = { running: 0, most: 0, ended: 0 }
    const poll = (lasts: Duration.Duration) =>
      Effect.acquireUseRelease(
        Effect.sync(() => {
          for (const counts of [it, all]) counts.most = Math.max(counts.most, ++counts.running)
        }),
        () => Effect.sleep(lasts),
        () =>
          Effect.sync(() => {
            for (const counts of [it, all]) {
              counts.running--
              counts.ended++
            }
          })
      )
    const polls = (count: number, lasts = seconds(1)) =>
      Effect.forEach(Array.from({ length: count }), () => Effect.forkChild(limiter.withPermit(origin)(poll(lasts))))
    return Object.assign(it, { polls })
  }
  return { limiter, host, all }
}

it.effect("concurrent polls never exceed the limit, and all polls run", () =>
  Effect.gen(function* () {
    const { host, all } = makePolls(16)
    for (let i = 0; i < 100; i++) yield* host(`http://${i}`).polls(1)
    yield* TestClock.adjust(seconds(6))
    assert.deepStrictEqual(all, { running: 4, most: 16, ended: 96 })
    yield* TestClock.adjust(seconds(1))
    assert.strictEqual(all.ended, 100)
  })
)

it.effect("one host has an eighth of the permits, and its queue does not block other hosts", () =>
  Effect.gen(function* () {
    const { host } = makePolls(16)
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

it.effect("with a single permit each host is still polled", () =>
  Effect.gen(function* () {
    const { host } = makePolls(1)
    const only = host("http://only")
    yield* only.polls(3)
    yield* TestClock.adjust(seconds(3))
    assert.deepStrictEqual([only.most, only.ended], [1, 3])
  })
)

it.effect("an interrupted poll, waiting or running, releases its permit", () =>
  Effect.gen(function* () {
    const { host } = makePolls(8)
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

it.effect("after close no poll starts, and close waits for running polls, at most for the grace period", () =>
  Effect.gen(function* () {
    const { limiter, host } = makePolls(8)
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
