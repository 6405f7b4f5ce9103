import * as Duration from "effect/Duration"
import { type ErrorReason, errorReasonsOf } from "../client/error-reasons.ts"
import type { RequestTrace } from "../client/request-trace.ts"
import type { Validators } from "../client/validators.ts"
import type { Target } from "../config/target.ts"
import type { Block } from "../exposition/page.ts"
import { addDropped, type Dropped, noneDropped, type Problem } from "../mapping/problems.ts"
import { afterPoll, type Outage, type Transition } from "./outage.ts"
import { type Poll, type PollRecord, recordOf } from "./outcome.ts"
import { PollHistory } from "./poll-history.ts"

/** What is known about one target. Immutable, except for the history. Times are epoch milliseconds. */
export interface TargetStatus {
  readonly target: Target
  /** Polls that have ended. */
  readonly polls: number
  readonly errors: Readonly<Partial<Record<ErrorReason, number>>>
  readonly dropped: Dropped
  /** Skipped ticks. */
  readonly skipped: number
  readonly last: PollRecord | undefined
  /** The last request of the last poll. */
  readonly trace: RequestTrace | undefined
  readonly lastSuccess: number | undefined
  readonly outage: Outage | undefined
  readonly nextTick: number | undefined
  readonly pause: Pause | undefined
  /** The exposed series: those of the last good poll, until they expire. */
  readonly blocks: ReadonlyArray<Block>
  readonly series: number
  readonly problems: ReadonlyArray<Problem>
  /** The validators of the response that the series come from. */
  readonly validators: Validators | undefined
  /** The caller of `applyPoll` adds the poll to it. */
  readonly history: PollHistory
}

/** Ticks are skipped, since the upstream asked for it (Retry-After). */
export interface Pause {
  /** Milliseconds on the monotonic clock: a wall clock that is set back does not prolong a pause. */
  readonly until: number
  /** Epoch milliseconds of its end, by the wall clock at its start. */
  readonly at: number
  /** Milliseconds that the upstream asked for, and the granted ones. */
  readonly asked: number
  readonly granted: number
}

const hour = 3_600_000

/** A pause is at most an hour or ten intervals, whichever is longer. */
const pauseFor = ({ interval }: Target, { at, seconds, end }: Poll, asked: number): Pause => {
  const granted = Math.min(asked, Math.max(hour, 10 * Duration.toMillis(interval)))
  return { until: end + granted, at: at + seconds * 1000 + granted, asked, granted }
}

const zeros = <K extends string>(keys: ReadonlyArray<K>) =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>

/** The status of a target before its first poll. */
export const initialStatus = (target: Target): TargetStatus => ({
  target,
  polls: 0,
  errors: zeros(errorReasonsOf(target.request)),
  dropped: noneDropped,
  skipped: 0,
  last: undefined,
  trace: undefined,
  lastSuccess: undefined,
  outage: undefined,
  nextTick: undefined,
  pause: undefined,
  blocks: [],
  series: 0,
  problems: [],
  validators: undefined,
  history: new PollHistory()
})

/** The status after one more poll, and the transition, if there is one. */
export const applyPoll = (status: TargetStatus, poll: Poll): readonly [TargetStatus, Transition | undefined] => {
  const [outage, transition] = afterPoll(status.outage, poll)
  const { outcome } = poll
  const next = { ...status, polls: status.polls + 1, last: recordOf(poll), trace: poll.trace, outage }
  const end = poll.at + poll.seconds * 1000
  if (outcome._tag === "Failed") {
    return [
      {
        ...next,
        errors: { ...status.errors, [outcome.reason]: (status.errors[outcome.reason] ?? 0) + 1 },
        pause: outcome.retryAfter === undefined ? undefined : pauseFor(status.target, poll, outcome.retryAfter)
      },
      transition
    ]
  }
  const good = { ...next, lastSuccess: end, pause: undefined }
  if (outcome.result === undefined) return [good, transition]
  const { blocks, series, dropped, problems, validators } = outcome.result
  return [{ ...good, blocks, series, problems, validators, dropped: addDropped(status.dropped, dropped) }, transition]
}

/** The status of a target whose last good poll was before the start. It is not counted again. */
export const restoreStatus = (status: TargetStatus, poll: Poll, lastSuccess: number): TargetStatus => {
  const [restored] = applyPoll(status, poll)
  return { ...restored, polls: status.polls, dropped: status.dropped, errors: status.errors, lastSuccess }
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
