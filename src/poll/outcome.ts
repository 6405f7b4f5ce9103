import type { Validators } from "../client/exchange.ts"
import type { Block } from "../exposition/block.ts"
import type { Dropped, Problem } from "../mapping/sample.ts"

/** Why a poll failed: the `reason` of `poll_errors_total`, a closed set. */
export const errorReasons = [
  "timeout",
  "connection",
  "tls",
  "status",
  "too_large",
  "not_json",
  "too_many_series",
  "internal"
] as const
export type ErrorReason = (typeof errorReasons)[number]

/** What the answer yielded; all of it is replaced at once. */
export interface ConversionResult {
  readonly blocks: ReadonlyArray<Block>
  readonly series: number
  readonly dropped: Dropped
  readonly problems: ReadonlyArray<Problem>
  /** Of the answer, so that the next poll can ask whether there is another. */
  readonly validators: Validators | undefined
}

/** How one poll ended. A 304 is good and yields nothing new: the series stand. */
export type Outcome =
  | {
      readonly _tag: "Good"
      readonly status: number
      readonly bytes: number
      readonly result: ConversionResult | undefined
    }
  | {
      readonly _tag: "Failed"
      readonly reason: ErrorReason
      readonly message: string
      readonly status?: number | undefined
      readonly bytes?: number | undefined
      /** Milliseconds that the upstream asked to be left alone (Retry-After). */
      readonly retryAfter?: number | undefined
    }

/** An outcome with its time: epoch milliseconds of the start, and how long it took in seconds. */
export interface Poll extends Time {
  readonly outcome: Outcome
}

interface Time {
  readonly at: number
  readonly seconds: number
}

/** How a poll went, without what it yielded: some of them are kept of each target. */
export interface PollRecord extends Time {
  readonly outcome:
    | {
        readonly _tag: "Good"
        readonly status: number
        readonly bytes: number
        /** How many series the answer yielded; undefined of a 304. */
        readonly series: number | undefined
        /** How many samples it did not yield. */
        readonly dropped: number
      }
    | Extract<Outcome, { _tag: "Failed" }>
}

export const recordOf = ({ at, seconds, outcome }: Poll): PollRecord => {
  if (outcome._tag === "Failed") return { at, seconds, outcome }
  const { _tag, status, bytes } = outcome
  const dropped = Object.values(outcome.result?.dropped ?? {}).reduce((sum, count) => sum + count, 0)
  return { at, seconds, outcome: { _tag, status, bytes, series: outcome.result?.series, dropped } }
}
