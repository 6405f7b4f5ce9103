import * as Duration from "effect/Duration"
import {
  type DropReason,
  dropReasons,
  type Family,
  type Labels,
  type MetricType,
  type Sample
} from "../mapping/sample.ts"
import { type ErrorReason, errorReasons } from "./outcome.ts"
import type { TargetStatus } from "./target-status.ts"

const family = (name: string, type: MetricType, help: string): Family => ({ name, type, help })

/** poller's own metrics of a target; each is there from the start but for the time of a success that has not been. */
const families = {
  up: family("poll_up", "gauge", "1 if the last poll of the target was good, else 0."),
  duration: family("poll_duration_seconds", "gauge", "How long the last poll took, from the request to the series."),
  lastSuccess: family("poll_last_success_timestamp_seconds", "gauge", "When the last good poll ended."),
  interval: family("poll_interval_seconds", "gauge", "Time between two polls of the target."),
  series: family("poll_series", "gauge", "Series of the target that are exposed now."),
  bytes: family("poll_response_bytes", "gauge", "Size of the last answer's body, decompressed."),
  polls: family("polls_total", "counter", "Polls that have ended, good or not."),
  errors: family("poll_errors_total", "counter", "Polls that failed, by reason."),
  skipped: family(
    "poll_ticks_skipped_total",
    "counter",
    "Ticks not used: a poll was still running, or the upstream had asked for a pause."
  ),
  dropped: family("poll_samples_dropped_total", "counter", "Samples that an answer did not yield, by reason.")
} as const

export const targetFamilies: ReadonlyArray<Family> = Object.values(families)

/** The samples of `targetFamilies` for one target. */
export const targetSamples = (status: TargetStatus): ReadonlyArray<Sample> => {
  const target: Labels = [["target", status.target.name]]
  const sample = (family: Family, value: number): Sample => ({ family, labels: target, value })
  const byReason = <R extends ErrorReason | DropReason>(
    family: Family,
    reasons: ReadonlyArray<R>,
    counts: Readonly<Record<R, number>>
  ) => reasons.map((reason): Sample => ({ family, labels: [["reason", reason], ...target], value: counts[reason] }))
  const { last } = status
  return [
    sample(families.up, last?.outcome._tag === "Good" ? 1 : 0),
    sample(families.duration, last?.seconds ?? 0),
    ...(status.lastSuccess === undefined ? [] : [sample(families.lastSuccess, status.lastSuccess / 1000)]),
    sample(families.interval, Duration.toSeconds(status.target.interval)),
    sample(families.series, status.series),
    sample(families.bytes, last?.outcome.bytes ?? 0),
    sample(families.polls, status.polls),
    ...byReason(families.errors, errorReasons, status.errors),
    sample(families.skipped, status.skipped),
    ...byReason(families.dropped, dropReasons, status.dropped)
  ]
}

/** Whether nothing changed that `targetSamples` or the polled series tell of: the plan of the next tick, say. */
export const rendersTheSame = (before: TargetStatus, after: TargetStatus): boolean =>
  before.polls === after.polls && before.skipped === after.skipped && before.blocks === after.blocks
