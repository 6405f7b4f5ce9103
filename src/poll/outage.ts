import type { ErrorReason, Poll } from "./outcome.ts"

/** A run of failed polls that has not ended. */
export interface Outage {
  /** Epoch milliseconds of the first failed poll. */
  readonly since: number
  /** Why the last of its polls failed; a change of it is no transition. */
  readonly reason: ErrorReason
  readonly message: string
  readonly polls: number
}

/** What is worth a line in the log. */
export type Transition =
  | { readonly _tag: "Down"; readonly reason: ErrorReason; readonly message: string }
  | { readonly _tag: "Up"; readonly milliseconds: number; readonly polls: number }

/** The outage after one more poll, and the transition if that poll was one: an outage of any length has two. */
export const afterPoll = (
  outage: Outage | undefined,
  { at, seconds, outcome }: Poll
): readonly [Outage | undefined, Transition | undefined] => {
  if (outcome._tag === "Good") {
    return outage === undefined
      ? [undefined, undefined]
      : [undefined, { _tag: "Up", milliseconds: at + seconds * 1000 - outage.since, polls: outage.polls }]
  }
  const { reason, message } = outcome
  return outage === undefined
    ? [
        { since: at, reason, message, polls: 1 },
        { _tag: "Down", reason, message }
      ]
    : [{ ...outage, reason, message, polls: outage.polls + 1 }, undefined]
}
