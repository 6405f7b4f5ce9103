import { assert, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as TestClock from "effect/testing/TestClock"
import * as fc from "fast-check"
import { makeExpiry } from "../../src/poll/expiry.ts"

const name = fc.constantFrom("a", "b", "c")
const step = fc.oneof(
  fc.record({ do: fc.constant("set" as const), name, after: fc.integer({ min: 1, max: 100 }) }),
  fc.record({ do: fc.constant("clear" as const), name }),
  fc.record({ do: fc.constant("wait" as const), seconds: fc.integer({ min: 0, max: 60 }) })
)
type Step = typeof step extends fc.Arbitrary<infer A> ? A : never

/** When each target expired, as `name at seconds`. */
const ends = Effect.fnUntraced(function* (steps: ReadonlyArray<Step>) {
  const ended: Array<string> = []
  const { expiry, run } = yield* makeExpiry((name) =>
    Effect.map(Clock.currentTimeMillis, (now) => void ended.push(`${name} at ${now / 1000}`))
  )
  const running = yield* Effect.forkChild(run)
  for (const step of [...steps, { do: "wait" as const, seconds: 100 }]) {
    if (step.do === "set") yield* expiry.set(step.name, Duration.seconds(step.after))
    else if (step.do === "clear") yield* expiry.clear(step.name)
    else yield* TestClock.adjust(Duration.seconds(step.seconds))
  }
  yield* Fiber.interrupt(running)
  return ended
})

/** The same, computed second by second. */
const expected = (steps: ReadonlyArray<Step>): ReadonlyArray<string> => {
  const times = new Map<string, number>()
  const ended: Array<string> = []
  let now = 0
  for (const step of [...steps, { do: "wait" as const, seconds: 100 }]) {
    if (step.do === "set") times.set(step.name, now + step.after)
    else if (step.do === "clear") times.delete(step.name)
    else
      for (const until = now + step.seconds; now < until; ) {
        now++
        for (const [name, time] of times) if (time === now && times.delete(name)) ended.push(`${name} at ${now}`)
      }
  }
  return ended
}

it.effect("a target expires at the last time that was set, and not after clear", () =>
  Effect.promise(() =>
    fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const ended = await Effect.runPromise(Effect.provide(ends(steps), TestClock.layer()))
        assert.deepStrictEqual([...ended].sort(), [...expected(steps)].sort())
      })
    )
  )
)

it.effect("a target whose time is set again and again expires at the last one", () =>
  Effect.gen(function* () {
    const steps = Array.from(
      { length: 10 },
      (): ReadonlyArray<Step> => [
        { do: "set", name: "a", after: 25 },
        { do: "wait", seconds: 10 }
      ]
    )
    assert.deepStrictEqual(yield* ends(steps.flat()), ["a at 115"])
  })
)
