import type { ErrorReason } from "../client/error-reasons.ts"
import type { Poll } from "./outcome.ts"

/** The failed polls since the last good one. */
export interface Outage {
  /** Epoch milliseconds of the first failed poll. */
  readonly since: number
  /** Milliseconds on the monotonic clock. */
  readonly began: number
  /** The reason of the last failed poll. */
  readonly reason: ErrorReason
  readonly message: string
  readonly polls: number
}

/** A change that is worth a log line. */
export type Transition =
  | { readonly _tag: "Down"; readonly reason: ErrorReason; readonly message: string }
  | { readonly _tag: "Up"; readonly milliseconds: number; readonly polls: number }

/**
 * The outage after one more poll, and the transition, if there is one. An outage has only two transitions, however long
 * it lasts and however often its reason changes.
 */
export const afterPoll = (
  outage: Outage | undefined,
  { at, seconds, end, outcome }: Poll
): readonly [Outage | undefined, Transition | undefined] => {
  if (outcome._tag === "Good") {
    return outage === undefined
      ? [undefined, undefined]
      : [undefined, { _tag: "Up", milliseconds: end - outage.began, polls: outage.polls }]
  }
  const { reason, message } = outcome
  return outage === undefined
    ? [
        { since: at, began: end - seconds * 1000, reason, message, polls: 1 },
        { _tag: "Down", reason, message }
      ]
    : [{ ...outage, reason, message, polls: outage.polls + 1 }, undefined]
}
