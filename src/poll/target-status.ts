import { type ErrorReason, errorReasons } from "../client/error-reasons.ts"
import type { Validators } from "../client/exchange.ts"
import type { Target } from "../config/target.ts"
import type { Block } from "../exposition/block.ts"
import { addDropped, type Dropped, noneDropped, type Problem } from "../mapping/problems.ts"
import { afterPoll, type Outage, type Transition } from "./outage.ts"
import { type Poll, type PollRecord, recordOf } from "./outcome.ts"
import { PollHistory } from "./poll-history.ts"

/** What is known about one target. Immutable, except for the history. Times are epoch milliseconds. */
export interface TargetStatus {
  readonly target: Target
  /** Polls that have ended. */
  readonly polls: number
  readonly errors: Readonly<Record<ErrorReason, number>>
  readonly dropped: Dropped
  /** Skipped ticks. */
  readonly skipped: number
  readonly last: PollRecord | undefined
  readonly lastSuccess: number | undefined
  readonly outage: Outage | undefined
  readonly nextTick: number | undefined
  /** Ticks before this time are skipped, as the upstream asked for it (Retry-After). */
  readonly retryAt: number | undefined
  /** The exposed series: those of the last good poll, until they expire. */
  readonly blocks: ReadonlyArray<Block>
  readonly series: number
  readonly problems: ReadonlyArray<Problem>
  /** Of the response that the series come from. */
  readonly validators: Validators | undefined
  /** The caller of `applyPoll` adds the poll to it. */
  readonly history: PollHistory
}

const zeros = <K extends string>(keys: ReadonlyArray<K>) =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>

/** The status of a target before its first poll. */
export const initialStatus = (target: Target): TargetStatus => ({
  target,
  polls: 0,
  errors: zeros(errorReasons),
  dropped: noneDropped,
  skipped: 0,
  last: undefined,
  lastSuccess: undefined,
  outage: undefined,
  nextTick: undefined,
  retryAt: undefined,
  blocks: [],
  series: 0,
  problems: [],
  validators: undefined,
  history: new PollHistory()
})

/** The status after one more poll, and the transition, if the poll was one. */
export const applyPoll = (status: TargetStatus, poll: Poll): readonly [TargetStatus, Transition | undefined] => {
  const [outage, transition] = afterPoll(status.outage, poll)
  const { outcome } = poll
  const next = { ...status, polls: status.polls + 1, last: recordOf(poll), outage }
  const end = poll.at + poll.seconds * 1000
  if (outcome._tag === "Failed") {
    return [
      {
        ...next,
        errors: { ...status.errors, [outcome.reason]: status.errors[outcome.reason] + 1 },
        retryAt: outcome.retryAfter === undefined ? undefined : end + outcome.retryAfter
      },
      transition
    ]
  }
  const good = { ...next, lastSuccess: end, retryAt: undefined }
  if (outcome.result === undefined) return [good, transition]
  const { blocks, series, dropped, problems, validators } = outcome.result
  return [{ ...good, blocks, series, problems, validators, dropped: addDropped(status.dropped, dropped) }, transition]
}

/** The next tick is due at `at`; `ticks` before it were skipped. */
export const scheduleTick = (status: TargetStatus, at: number, ticks: number): TargetStatus => ({
  ...status,
  nextTick: at,
  skipped: status.skipped + ticks
})

/** A tick is skipped although no poll is running. */
export const skipTick = (status: TargetStatus): TargetStatus => ({ ...status, skipped: status.skipped + 1 })

/** The last good poll was too long ago. */
export const expireSeries = (status: TargetStatus): TargetStatus => ({
  ...status,
  blocks: [],
  series: 0,
  problems: [],
  validators: undefined
})
