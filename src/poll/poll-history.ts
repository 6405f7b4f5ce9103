import { type Poll, type PollRecord, recordOf } from "./outcome.ts"

/** When a poll began (epoch milliseconds), and how long it took (seconds, NaN if it failed). */
export interface PollTime {
  readonly at: number
  readonly seconds: number
}

/** So many polls are timed, and so many of a kind kept whole. */
const maxTimes = 60
const maxDetails = 10

/** Adds numbers to the end of a list, in place of the oldest ones where there are `most`. */
const append = (list: Array<number>, most: number, numbers: ReadonlyArray<number>): void => {
  if (list.length < most) return void list.push(...numbers)
  list.copyWithin(0, numbers.length)
  for (const [index, number] of numbers.entries()) list[most - numbers.length + index] = number
}

/** The numbers of a list, some at a time. */
const chunks = (list: ReadonlyArray<number>, size: number): ReadonlyArray<ReadonlyArray<number>> =>
  Array.from({ length: list.length / size }, (_, index) => list.slice(index * size, (index + 1) * size))

/**
 * How the last polls of a target went, oldest first. It is written in place, and in lists of numbers: objects for each poll would be a third of the heap of ten
 * thousand targets, and lists copied at each poll much of what it leaves to the collector.
 */
export class PollHistory {
  /** `at` and `seconds` of each poll. */
  readonly #times: Array<number> = []
  /** Status, bytes, series (NaN of a 304) and dropped samples of each good poll. */
  readonly #good: Array<number> = []
  #failures: ReadonlyArray<PollRecord> = []

  add(poll: Poll): void {
    const { at, seconds, outcome } = recordOf(poll)
    append(this.#times, 2 * maxTimes, [at, outcome._tag === "Good" ? seconds : Number.NaN])
    if (outcome._tag === "Failed") this.#failures = [...this.#failures.slice(1 - maxDetails), { at, seconds, outcome }]
    else {
      const { status, bytes, series = Number.NaN, dropped } = outcome
      append(this.#good, 4 * maxDetails, [status, bytes, series, dropped])
    }
  }

  times(): ReadonlyArray<PollTime> {
    return chunks(this.#times, 2).map(([at = 0, seconds = 0]) => ({ at, seconds }))
  }

  /** The last polls whole. */
  polls(): ReadonlyArray<PollRecord> {
    const failures = [...this.#failures]
    const good = [...chunks(this.#good, 4)]
    return this.times()
      .slice(-maxDetails)
      .toReversed()
      .flatMap(({ at, seconds }) => {
        if (Number.isNaN(seconds)) return failures.pop() ?? []
        const [status = 0, bytes = 0, series = 0, dropped = 0] = good.pop() ?? []
        const outcome = {
          _tag: "Good",
          status,
          bytes,
          series: Number.isNaN(series) ? undefined : series,
          dropped
        } as const
        return { at, seconds, outcome }
      })
      .toReversed()
  }

  /** The last failures, kept apart from the successes that would push them out. */
  failures(): ReadonlyArray<PollRecord> {
    return this.#failures
  }
}
