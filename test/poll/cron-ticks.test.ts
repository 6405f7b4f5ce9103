import { assert, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/testing/TestClock"
import { parseCron } from "../../src/config/cron.ts"
import { cronTicks } from "../../src/poll/cadence.ts"

const minutes = Duration.minutes

/** Runs ticks as the poll loop does. Returns the minute of each poll, and how many times were skipped before it. */
const run = Effect.fnUntraced(function* (
  text: string,
  first: Duration.Duration | undefined,
  lengths: ReadonlyArray<number> = [0]
) {
  const cron = Result.getOrThrow(parseCron(text))
  const seen: Array<readonly [minute: number, skipped: number]> = []
  const step = yield* Schedule.toStep(cronTicks(cron, first))
  const loop = Effect.gen(function* () {
    let skipped = 0
    for (;;) {
      const [tick, pause] = yield* Effect.orDie(step(yield* Clock.currentTimeMillis, undefined))
      skipped += tick.skipped
      yield* Effect.sleep(pause)
      if (tick.isPartial === true) continue
      seen.push([(yield* Clock.currentTimeMillis) / 60_000, skipped])
      skipped = 0
      yield* Effect.sleep(minutes(lengths[Math.min(seen.length, lengths.length) - 1] ?? 0))
    }
  })
  yield* Effect.forkScoped(loop)
  return seen
})

it.effect("polls at the start, then at each time", () =>
  Effect.gen(function* () {
    const seen = yield* run("*/15 * * * *", minutes(1))
    yield* TestClock.adjust(minutes(50))
    assert.deepStrictEqual(seen, [
      [1, 0],
      [15, 0],
      [30, 0],
      [45, 0]
    ])
  })
)

it.effect("waits for the next time without a first poll", () =>
  Effect.gen(function* () {
    const seen = yield* run("0 6 * * *", undefined)
    yield* TestClock.adjust(Duration.days(2))
    assert.deepStrictEqual(seen, [
      [360, 0],
      [1800, 0]
    ])
  })
)

it.effect("skips the times that pass during a poll, and counts them", () =>
  Effect.gen(function* () {
    const seen = yield* run("*/10 * * * *", undefined, [25, 0])
    yield* TestClock.adjust(minutes(55))
    assert.deepStrictEqual(seen, [
      [10, 0],
      [40, 2],
      [50, 0]
    ])
  })
)

it.effect("after the wall clock is set forwards over a time, the poll comes soon, and only once", () =>
  Effect.gen(function* () {
    const seen = yield* run("0 6 * * *", undefined)
    yield* TestClock.adjust(minutes(60))
    yield* TestClock.setTime(Duration.toMillis(minutes(400)))
    yield* TestClock.adjust(minutes(1))
    assert.strictEqual(seen.length, 1)
    assert.isAtMost(seen[0]?.[0] ?? 0, 401)
    yield* TestClock.adjust(Duration.days(1))
    assert.strictEqual(seen[1]?.[0], 1800)
  })
)

it.effect("after the wall clock is set back by an hour, the time comes again", () =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    let shift = 0
    const shifted = { ...clock, currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + shift }
    const seen = yield* Effect.provideService(run("0 6 * * *", undefined), Clock.Clock, shifted)
    yield* TestClock.adjust(minutes(361))
    assert.strictEqual(seen.length, 1)
    shift = Duration.toMillis(minutes(-60))
    yield* TestClock.adjust(minutes(58))
    assert.strictEqual(seen.length, 1)
    yield* TestClock.adjust(minutes(2))
    assert.strictEqual(seen.length, 2)
  })
)
