import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { hash32 } from "./hash.ts"

/** One tick of a grid: its number from the first, and how many before it passed unused. */
export interface Tick {
  readonly number: number
  readonly skipped: number
  /** Milliseconds until it is due, counted from the moment the schedule was asked. */
  readonly dueIn: number
}

const millis = (nanos: bigint) => Number(nanos) / 1e6

/**
 * Ticks every `interval` on a grid that begins `offset` after the schedule is first asked.
 * A run that overruns its tick skips the ticks it covered, and the grid stays: none of the stock schedules does both
 * (`fixed` runs twice after an overrun, `spaced` drifts, `windowed` and `fixed` repeat a tick when a timer wakes early).
 * Time is the monotonic clock, so that setting the wall clock neither silences the loop nor makes it rush.
 */
export const cadence = (interval: Duration.Duration, offset: Duration.Duration = Duration.zero) =>
  Schedule.fromStep(
    Clock.clockWith((clock) =>
      Effect.sync(() => {
        const period = Duration.toMillis(interval)
        const start = clock.monotonicTimeNanosUnsafe()
        let last = -1
        return () =>
          Effect.sync((): [Tick, Duration.Duration] => {
            const elapsed = millis(clock.monotonicTimeNanosUnsafe() - start) - Duration.toMillis(offset)
            // a timer that wakes a fraction of a millisecond early must not repeat its tick
            const number = Math.max(last + 1, elapsed < 0 || last < 0 ? 0 : Math.floor(elapsed / period) + 1)
            const skipped = number - last - 1
            last = number
            const dueIn = Math.max(0, number * period - elapsed)
            return [{ number, skipped, dueIn }, Duration.millis(dueIn)]
          })
      })
    )
  )

/**
 * Ticks of different targets are this far apart or at the same time (milliseconds): one wake-up and warm caches for some polls in place of one each are a fifth of
 * the processor time of ten thousand targets.
 */
const slot = 25

/**
 * How long a target waits for its first tick, when the daemon's grid is `elapsed` old (milliseconds). A target's place in its interval follows from its
 * name, so that many targets are spread evenly, and neither a restart nor a reload moves them.
 */
export const offsetOf = (name: string, interval: Duration.Duration, elapsed = 0): Duration.Duration => {
  const period = Duration.toMillis(interval)
  // at the end of its slot: the first one begins before any loop is ready, and would be missed by a whole interval
  const place = (Math.floor((period * hash32(name)) / 2 ** 32 / slot) + 1) * slot
  const late = (elapsed - place) % period
  return Duration.millis(late > 0 ? period - late : -late)
}
