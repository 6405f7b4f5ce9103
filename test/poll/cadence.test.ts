import { assert, expect, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as TestClock from "effect/testing/TestClock"
import { cadence, offsetOf, slotOf, type Tick } from "../../src/poll/cadence.ts"

const seconds = Duration.seconds

interface Run {
  readonly start: number
  readonly skipped: number
}

/** When the iterations of a body start (seconds), and how many ticks were skipped before each. */
const runs = Effect.fnUntraced(function* (lengths: ReadonlyArray<number>, offset: number, until: number) {
  const seen: Array<Run> = []
  const body = Effect.gen(function* () {
    const { skipped } = (yield* Schedule.CurrentMetadata).output as Tick
    const length = lengths[Math.min(seen.length, lengths.length - 1)] ?? 0
    seen.push({ start: (yield* Clock.currentTimeMillis) / 1000, skipped })
    yield* Effect.sleep(seconds(length))
  })
  yield* Effect.forkScoped(Effect.schedule(body, cadence(seconds(10), seconds(offset))))
  yield* TestClock.adjust(seconds(until))
  return seen
})

it.effect.each([
  { what: "in time: the grid", lengths: [1], offset: 0, starts: [0, 10, 20, 30, 40], skipped: [0, 0, 0, 0, 0] },
  {
    what: "one overruns: its tick is skipped",
    lengths: [1, 12, 1],
    offset: 0,
    starts: [0, 10, 30, 40],
    skipped: [0, 0, 1, 0]
  },
  { what: "one overruns twice", lengths: [1, 27, 1], offset: 0, starts: [0, 10, 40], skipped: [0, 0, 2] },
  { what: "always slow: every other tick", lengths: [13], offset: 0, starts: [0, 20, 40], skipped: [0, 1, 1] },
  {
    what: "as long as the interval: the tick at its end is skipped",
    lengths: [10],
    offset: 0,
    starts: [0, 20, 40],
    skipped: [0, 1, 1]
  },
  {
    what: "with an offset: the grid starts later",
    lengths: [1, 12, 1],
    offset: 3,
    starts: [3, 13, 33, 43],
    skipped: [0, 0, 1, 0]
  }
])("$what", ({ lengths, offset, starts, skipped }) =>
  Effect.gen(function* () {
    const seen = yield* runs(lengths, offset, 45)
    assert.deepStrictEqual(
      seen.map(({ start }) => start),
      starts
    )
    assert.deepStrictEqual(
      seen.map((run) => run.skipped),
      skipped
    )
  })
)

it.effect.each([
  { what: "the grid is an interval later", first: 3, offset: 3, starts: [3, 13, 23, 33, 43] },
  { what: "the grid starts soon: its second tick", first: 3, offset: 5, starts: [3, 15, 25, 35, 45] },
  { what: "the grid starts nearly an interval later", first: 3, offset: 10, starts: [3, 10, 20, 30, 40] },
  { what: "the grid started before", first: 0, offset: -4, starts: [0, 6, 16, 26, 36] },
  { what: "at once, on the grid", first: 0, offset: 0, starts: [0, 10, 20, 30, 40] }
])("first poll, then the grid: $what", ({ first, offset, starts }) =>
  Effect.gen(function* () {
    const seen: Array<number> = []
    const body = Effect.map(Clock.currentTimeMillis, (now) => void seen.push(now / 1000))
    yield* Effect.forkScoped(Effect.schedule(body, cadence(seconds(10), seconds(first), seconds(offset))))
    yield* TestClock.adjust(seconds(45))
    assert.deepStrictEqual(seen, starts)
  })
)

/** The test clock with changes. */
const clockWith = (clock: Clock.Clock, change: Partial<Clock.Clock>): Clock.Clock => ({ ...clock, ...change })

it.effect("a timer that fires early does not repeat its tick", () =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    let calls = 0
    const early = clockWith(clock, {
      monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe() - (calls++ === 0 ? 0n : 900_000n)
    })
    const seen = yield* Effect.provideService(runs([0], 0, 95), Clock.Clock, early)
    assert.strictEqual(seen.length, 10)
    assert.isTrue(seen.every(({ skipped }) => skipped === 0))
  })
)

it.effect("a wall clock that is set an hour forward or back changes nothing", () =>
  Effect.gen(function* () {
    const clock = yield* Clock.Clock
    let shift = 0
    const shifting = clockWith(clock, { currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe() + shift })
    const starts: Array<number> = []
    const body = Effect.sync(() => {
      starts.push(clock.currentTimeMillisUnsafe() / 1000)
      shift = starts.length % 2 === 0 ? 3_600_000 : -3_600_000
    })
    yield* Effect.forkScoped(Effect.provideService(Effect.schedule(body, cadence(seconds(10))), Clock.Clock, shifting))
    yield* TestClock.adjust(seconds(45))
    assert.deepStrictEqual(starts, [0, 10, 20, 30, 40])
  })
)

it("10,000 targets with similar names are spread evenly over the interval", () => {
  const tenths = new Array<number>(10).fill(0)
  for (let n = 0; n < 10_000; n++) {
    const share = Duration.toMillis(offsetOf(`target-${n}`, seconds(30), slotOf(seconds(30), 10_000))) / 30_000
    const tenth = Math.floor(share * 10)
    tenths[tenth] = (tenths[tenth] ?? 0) + 1
  }
  for (const count of tenths) {
    expect(count).toBeGreaterThan(800)
    expect(count).toBeLessThan(1200)
  }
})

const slots = [
  { targets: 10_000, interval: 30, slot: 25 },
  { targets: 1000, interval: 30, slot: 100 },
  { targets: 100, interval: 30, slot: 925 },
  { targets: 5, interval: 30, slot: 925 },
  { targets: 2, interval: 1, slot: 25 },
  { targets: 10, interval: 86_400, slot: 925 },
  { targets: 10_000, interval: 86_400, slot: 25 }
]

it.each(slots)("$targets targets every $interval s: slots of $slot ms", ({ targets, interval, slot }) => {
  expect(slotOf(seconds(interval), targets)).toBe(slot)
})

it("targets share wake-ups: offsets are multiples of the slot, and the first slot after the start is the earliest", () => {
  const offset = (n: number) => Duration.toMillis(offsetOf(`target-${n}`, seconds(1), 25, 5)) + 5
  const offsets = Array.from({ length: 1000 }, (_, n) => offset(n))
  assert.deepStrictEqual(
    [...new Set(offsets)].sort((a, b) => a - b),
    Array.from({ length: 40 }, (_, slot) => (slot + 1) * 25)
  )
})

it("an offset depends only on the name and the slot", () => {
  expect(offsetOf("shop", seconds(30), 25)).toEqual(offsetOf("shop", seconds(30), 25))
  expect(offsetOf("shop", seconds(30), 25)).not.toEqual(offsetOf("scheduler", seconds(30), 25))
})

it("a target that is added later has the ticks that it would have had from the start", () => {
  const first = Duration.toMillis(offsetOf("shop", seconds(30), 25))
  for (const elapsed of [0, 1, first - 1, first, first + 1, 29_999, 30_000, 1_234_567]) {
    const wait = Duration.toMillis(offsetOf("shop", seconds(30), 25, elapsed))
    expect(wait).toBeGreaterThanOrEqual(0)
    expect(wait).toBeLessThan(30_000)
    const tick = (elapsed + wait - first) / 30_000
    expect(tick).toBeCloseTo(Math.round(tick), 6)
  }
})
