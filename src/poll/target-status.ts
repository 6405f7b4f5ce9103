import type { Validators } from "../client/exchange.ts"
import type { Target } from "../config/target.ts"
import type { Block } from "../exposition/block.ts"
import { addDropped, noneDropped } from "../mapping/problems.ts"
import type { Dropped, Problem } from "../mapping/sample.ts"
import { afterPoll, type Outage, type Transition } from "./outage.ts"
import { type ErrorReason, errorReasons, type Poll, type PollRecord, recordOf } from "./outcome.ts"
import { PollHistory } from "./poll-history.ts"

/** All that is known of one target; immutable but for its history, and replaced whole after every poll. Times are epoch milliseconds. */
export interface TargetStatus {
  readonly target: Target
  readonly polls: number
  readonly errors: Readonly<Record<ErrorReason, number>>
  readonly dropped: Dropped
  readonly skipped: number
  readonly last: PollRecord | undefined
  readonly lastSuccess: number | undefined
  readonly outage: Outage | undefined
  /** When the next tick is due. */
  readonly nextTick: number | undefined
  /** Ticks before this time are skipped, because the upstream asked for it (Retry-After). */
  readonly retryAt: number | undefined
  /** The series as they stand: of the last good poll, until they are stale. */
  readonly blocks: ReadonlyArray<Block>
  readonly series: number
  readonly problems: ReadonlyArray<Problem>
  /** Of the answer that the series are of. */
  readonly validators: Validators | undefined
  /** The last polls; who replaces the status after one adds it. */
  readonly history: PollHistory
}

const zeros = <K extends string>(keys: ReadonlyArray<K>) =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>

/** A target that was never polled. */
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

/** The status after one more poll, and the transition if that poll was one. */
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

/** The next tick is due at `at`; `ticks` before it passed unused. */
export const scheduleTick = (status: TargetStatus, at: number, ticks: number): TargetStatus => ({
  ...status,
  nextTick: at,
  skipped: status.skipped + ticks
})

/** A tick that was not used although no poll was running. */
export const skipTick = (status: TargetStatus): TargetStatus => ({ ...status, skipped: status.skipped + 1 })

/** The last good poll is too long ago: its series are gone. */
export const expireSeries = (status: TargetStatus): TargetStatus => ({
  ...status,
  blocks: [],
  series: 0,
  problems: [],
  validators: undefined
})
