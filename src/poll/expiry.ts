import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import { monotonic } from "./clock.ts"

/** When the series of each target end, unless a good poll comes before. */
export interface Expiry {
  /** From now; what was set before is void. */
  readonly set: (name: string, after: Duration.Duration) => Effect.Effect<void>
  readonly clear: (name: string) => Effect.Effect<void>
}

/**
 * One timer for all targets, for as long as it runs: it sleeps until the first of them could end, which by then nearly always has been put off. A fiber
 * and a timer for each target would be a seventh of the heap.
 */
export const makeExpiry = Effect.fnUntraced(function* (end: (name: string) => Effect.Effect<void>) {
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
        yield* end(name)
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
