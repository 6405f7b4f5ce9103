import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import { monotonic } from "./cadence.ts"

/** When the series of each target expire. A good poll sets a new time. */
export interface Expiry {
  /** Counted from now. Replaces the time set before. */
  readonly set: (name: string, after: Duration.Duration) => Effect.Effect<void>
  readonly clear: (name: string) => Effect.Effect<void>
}

/**
 * One timer for all targets. It sleeps until the first time that was set; until then a good poll has usually set a
 * later one. A fiber and a timer for each target would be a seventh of the heap. `run` never ends; `expire` is called
 * for each target whose time has come.
 */
export const makeExpiry = Effect.fnUntraced(function* (expire: (name: string) => Effect.Effect<void>) {
  const times = new Map<string, number>()
  const earlier = Latch.makeUnsafe(false)
  let next = Number.POSITIVE_INFINITY

  const sweep = Effect.gen(function* () {
    earlier.closeUnsafe()
    next = Number.POSITIVE_INFINITY
    const now = yield* monotonic
    for (const [name, time] of times) {
      if (time > now) next = Math.min(next, time)
      else {
        times.delete(name)
        yield* expire(name)
      }
    }
    yield* Number.isFinite(next) ? Effect.timeoutOption(earlier.await, Duration.millis(next - now)) : earlier.await
  })

  const expiry: Expiry = {
    set: (name, after) =>
      Effect.map(monotonic, (now) => {
        const time = now + Duration.toMillis(after)
        times.set(name, time)
        if (time < next) earlier.openUnsafe()
      }),
    clear: (name) => Effect.sync(() => void times.delete(name))
  }
  return { expiry, run: Effect.forever(sweep) }
})
