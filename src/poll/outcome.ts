import type { ErrorReason } from "../client/error-reasons.ts"
import type { RequestTrace } from "../client/request-trace.ts"
import type { Validators } from "../client/validators.ts"
import type { Block } from "../exposition/page.ts"
import type { Dropped, Problem } from "../mapping/problems.ts"

/** What a response was converted to. It replaces the previous result as a whole. */
export interface ConversionResult {
  readonly blocks: ReadonlyArray<Block>
  readonly series: number
  readonly dropped: Dropped
  readonly problems: ReadonlyArray<Problem>
  /** The validators of this response, for the conditional request of the next poll. */
  readonly validators: Validators | undefined
}

/** How one poll ended. After a 304 there is no new result, and the series stay. */
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
      /** Milliseconds during which the upstream wants no request (Retry-After). */
      readonly retryAfter?: number | undefined
    }

interface PollTimes {
  /** Epoch milliseconds of the start. */
  readonly at: number
  readonly seconds: number
}

export interface Poll extends PollTimes {
  /** Milliseconds on the monotonic clock at which it ended. */
  readonly end: number
  readonly outcome: Outcome
  /** The trace of its last request. */
  readonly trace?: RequestTrace | undefined
}

/** A poll without its series, for the history. */
export interface PollRecord extends PollTimes {
  readonly outcome:
    | {
        readonly _tag: "Good"
        readonly status: number
        readonly bytes: number
        /** Undefined after a 304. */
        readonly series: number | undefined
        /** The number of dropped samples. */
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
