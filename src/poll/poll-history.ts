import { type Poll, type PollRecord, recordOf } from "./outcome.ts"

/** When a poll started (epoch milliseconds) and how long it took (seconds, NaN if it failed). */
export interface PollTime {
  readonly at: number
  readonly seconds: number
}

/** How many polls keep their times, and how many of each outcome keep their details. */
const maxTimes = 60
const maxDetails = 10

/** Appends numbers to a list. If the list has `max` numbers already, the oldest ones make room. */
const append = (list: Array<number>, max: number, numbers: ReadonlyArray<number>): void => {
  if (list.length < max) return void list.push(...numbers)
  list.copyWithin(0, numbers.length)
  for (const [index, number] of numbers.entries()) list[max - numbers.length + index] = number
}

const chunks = (list: ReadonlyArray<number>, size: number): ReadonlyArray<ReadonlyArray<number>> =>
  Array.from({ length: list.length / size }, (_, index) => list.slice(index * size, (index + 1) * size))

/**
 * The last polls of a target, oldest first. It is mutable and consists of lists of numbers. An object for each poll
 * would be a third of the heap with ten thousand targets, and a new list after each poll would be most of the garbage.
 */
export class PollHistory {
  /** `at` and `seconds` of each poll. */
  readonly #times: Array<number> = []
  /** Status, bytes, series (NaN after a 304) and dropped samples of each good poll. */
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

  /** The last polls with their details. */
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

  /** The last failed polls with their details. Good polls do not push them out. */
  failures(): ReadonlyArray<PollRecord> {
    return this.#failures
  }
}
