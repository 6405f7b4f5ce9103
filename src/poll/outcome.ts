import type { Block } from "../exposition/block.ts"
import type { Dropped, Problem } from "../transform/sample.ts"
import type { Validators } from "../upstream/exchange.ts"

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
export interface Yield {
  readonly blocks: ReadonlyArray<Block>
  readonly series: number
  readonly dropped: Dropped
  readonly problems: ReadonlyArray<Problem>
  /** Of the answer, so that the next poll can ask whether there is another. */
  readonly validators: Validators | undefined
}

/** How one poll ended. A 304 is good and yields nothing new: the series stand. */
export type Outcome =
  | { readonly _tag: "Good"; readonly status: number; readonly bytes: number; readonly yield: Yield | undefined }
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
export interface Poll {
  readonly at: number
  readonly seconds: number
  readonly outcome: Outcome
}
