import * as Clock from "effect/Clock"
import * as Cron from "effect/Cron"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { hash32 } from "./shard.ts"

/** Milliseconds of the monotonic clock, which cannot be set. Only differences have a meaning. */
export const monotonic: Effect.Effect<number> = Effect.map(Clock.monotonicTimeNanos, (nanos) => Number(nanos) / 1e6)

/** One tick of the grid: its number, and how many ticks before it were skipped. */
export interface Tick {
  readonly number: number
  readonly skipped: number
  /** Milliseconds until the tick, counted from the call of the schedule. */
  readonly dueIn: number
  /** The loop sleeps for a part of that time only and calls the schedule again, since the wall clock may be set. */
  readonly isPartial?: boolean
}

const millis = (nanos: bigint) => Number(nanos) / 1e6

/**
 * Ticks `first` after the first call of the schedule, and then every `interval` on a grid that has a tick at `offset`.
 * The second tick is the tick of the grid that is nearest to an interval after the first. A poll that takes longer than
 * the interval skips the ticks that come meanwhile; the grid stays the same. No schedule of Effect does both: `fixed`
 * runs twice after an overrun, `spaced` drifts, `windowed` and `fixed` repeat a tick when a timer fires early. The
 * clock is monotonic, so that a change of the wall clock neither stops the loop nor makes it run faster.
 */
export const cadence = (
  interval: Duration.Duration,
  first: Duration.Duration = Duration.zero,
  offset: Duration.Duration = first
) =>
  Schedule.fromStep(
    Clock.clockWith((clock) =>
      Effect.sync(() => {
        const period = Duration.toMillis(interval)
        const firstDue = Duration.toMillis(first)
        const grid = Duration.toMillis(offset)
        /** When tick number 1 is due. */
        const secondDue = grid + Math.round((firstDue + period - grid) / period) * period
        const start = clock.monotonicTimeNanosUnsafe()
        let last = -1
        return () =>
          Effect.sync((): [Tick, Duration.Duration] => {
            const elapsed = millis(clock.monotonicTimeNanosUnsafe() - start)
            // a timer that fires a fraction of a millisecond early must not repeat its tick
            const number = last < 0 ? 0 : Math.max(last + 1, Math.floor((elapsed - secondDue) / period) + 2)
            const skipped = number - last - 1
            last = number
            const due = number === 0 ? firstDue : secondDue + (number - 1) * period
            const dueIn = Math.max(0, due - elapsed)
            return [{ number, skipped, dueIn }, Duration.millis(dueIn)]
          })
      })
    )
  )

/** The first polls of many targets are spread over this time, or over the interval where that is shorter. */
const firstPolls = Duration.seconds(30)

/** Milliseconds. Shorter slots would save no wake-ups, longer ones would be noticed. */
const minSlot = 25
const maxSlot = 1000

/** Slots of an interval, at least. */
const minSlots = 32

/** Ticks of one slot, on average, if the interval has enough slots. */
const ticksPerSlot = 4

/**
 * Milliseconds. The offsets of targets are multiples of this, so that targets share wake-ups of the process. With 100
 * targets every 30 s that saves more than a third of the CPU time: a poll right after another one finds code and data
 * in the caches of the processor.
 */
export const slotOf = (interval: Duration.Duration, targets: number): number => {
  const period = Math.min(Duration.toMillis(interval), Duration.toMillis(firstPolls))
  const slot = Math.min(period / minSlots, (ticksPerSlot * period) / targets, maxSlot)
  return Math.max(minSlot, Math.floor(slot / minSlot) * minSlot)
}

const endOfSlot = (name: string, period: number, slot: number) =>
  // at the start of the first slot no loop is ready yet, and the target would wait for a whole interval
  (Math.floor((period * hash32(name)) / 2 ** 32 / slot) + 1) * slot

/**
 * Time until the first tick of a target that starts `elapsed` milliseconds after the daemon. The offset of a target in
 * its interval depends only on its name and the length of a slot. So targets are spread evenly, and a reload does not
 * move them, or by a slot at most if there are many more or fewer targets.
 */
export const offsetOf = (name: string, interval: Duration.Duration, slot: number, elapsed = 0): Duration.Duration => {
  const period = Duration.toMillis(interval)
  const late = (elapsed - endOfSlot(name, period, slot)) % period
  return Duration.millis(late > 0 ? period - late : -late)
}

/** Time until the first poll of one of many targets that start `elapsed` milliseconds after the daemon. */
export const firstOffsetOf = (
  name: string,
  interval: Duration.Duration,
  slot: number,
  elapsed = 0
): Duration.Duration =>
  Duration.isLessThanOrEqualTo(interval, firstPolls)
    ? offsetOf(name, interval, slot, elapsed)
    : Duration.millis(endOfSlot(name, Duration.toMillis(firstPolls), slot))

/**
 * Time until the first poll of one of `count` targets that another process polled until now. They are due, so they are
 * spread only over the time that this process needs to start them: a millisecond for each.
 */
export const takeoverOffsetOf = (name: string, interval: Duration.Duration, count: number): Duration.Duration =>
  Duration.millis(
    Math.floor((Math.min(count, Duration.toMillis(interval)) * hash32(name)) / 2 ** 32 / minSlot) * minSlot
  )

/** Milliseconds. A schedule that waits reads the wall clock at least this often. */
const maxSleep = 30_000

/**
 * Ticks first after `first`, or at the next time of the schedule if that is undefined, and then at each time of the
 * schedule. Times that pass during a poll are skipped. The clock is the wall clock, which may be set at any time. If it
 * is set forward over a time, that tick comes at once; if it is set back, a time comes again.
 */
export const cronTicks = (cron: Cron.Cron, first: Duration.Duration | undefined) =>
  Schedule.fromStep(
    Clock.clockWith((clock) =>
      Effect.sync(() => {
        const now = () => clock.currentTimeMillisUnsafe()
        const after = (time: number) => Cron.next(cron, new Date(time)).getTime()
        let number = -1
        let due = first === undefined ? after(now()) : now() + Duration.toMillis(first)
        let isPending = true
        return () =>
          Effect.sync((): [Tick, Duration.Duration] => {
            const time = now()
            let skipped = 0
            if (!isPending) {
              // the tick at `due` has run: count the times that have passed since
              for (let next = after(due); next <= time && skipped < maxSkipped; next = after(next)) skipped++
              // a timer that fires early must not repeat its time, but a clock that was set back must
              due = after(time < due - maxEarly ? time : Math.max(time, due))
              isPending = true
            } else if (number >= 0 || first === undefined) due = Math.min(due, after(time))
            const dueIn = Math.max(0, due - time)
            if (dueIn > maxSleep) return [{ number, skipped, dueIn, isPartial: true }, Duration.millis(maxSleep)]
            number++
            isPending = false
            return [{ number, skipped, dueIn }, Duration.millis(dueIn)]
          })
      })
    )
  )

/** Milliseconds by which a timer may be early on the wall clock. */
const maxEarly = 1000

/** Limits the count of skipped times: the wall clock may have been set forward by years. */
const maxSkipped = 10_000
