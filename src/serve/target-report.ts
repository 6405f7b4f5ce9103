import * as Duration from "effect/Duration"
import { shownUrl } from "../client/shown-url.ts"
import type { PollRecord } from "../poll/outcome.ts"
import type { TargetStatus } from "../poll/target-status.ts"
import { curlLine } from "./pages/curl.ts"
import { droppedOf } from "./pages/poll-text.ts"
import { type State, stateOf } from "./pages/target-state.ts"

/** One poll in JSON. Times are RFC 3339, durations are seconds. */
export interface PollReport {
  readonly at: string
  readonly seconds: number
  readonly outcome: "good" | "failed"
  readonly status: number | null
  readonly bytes: number | null
  /** Null after a 304 and for a failed poll. */
  readonly series: number | null
  readonly dropped: number
  readonly reason: string | null
  readonly error: string | null
}

/** A target in `/api/targets`. The keys are stable; new ones may be added. */
export interface TargetReport {
  readonly name: string
  readonly state: State
  /** Without user, password and query. */
  readonly url: string
  readonly mapping: string | null
  readonly interval_seconds: number
  readonly timeout_seconds: number
  readonly stale_after_seconds: number
  /** The current outage; null if the target is not down. */
  readonly outage: {
    readonly since: string
    readonly reason: string
    readonly error: string
    readonly failed_polls: number
  } | null
  readonly last_poll: PollReport | null
  readonly last_success: string | null
  readonly next_poll: string | null
  /** Ticks are skipped until then, since the upstream asked for it (Retry-After). */
  readonly paused_until: string | null
  readonly series: number
  readonly polls: number
  readonly failed_polls: number
  readonly skipped_ticks: number
}

/** A target in `/api/targets/NAME`. */
export interface TargetDetails extends TargetReport {
  readonly errors: Readonly<Record<string, number>>
  readonly dropped: Readonly<Record<string, number>>
  readonly curl: string
  /** The last request of the last poll. */
  readonly last_request: {
    readonly status: number | null
    readonly address: string | null
    readonly connection_reused: boolean
    readonly headers: Readonly<Record<string, string>>
    /** Seconds from the start of the request. */
    readonly times: Readonly<Record<string, number>>
  } | null
  readonly problems: ReadonlyArray<{
    readonly reason: string
    readonly metric: string
    readonly path: string
    readonly row: string
    readonly found: string
  }>
  readonly last_polls: ReadonlyArray<PollReport>
  readonly last_failures: ReadonlyArray<PollReport>
}

const rfc3339 = (milliseconds: number | undefined): string | null =>
  milliseconds === undefined ? null : new Date(milliseconds).toISOString()

const pollReport = (poll: PollRecord): PollReport => {
  const { at, seconds, outcome } = poll
  const isGood = outcome._tag === "Good"
  return {
    at: new Date(at).toISOString(),
    seconds,
    outcome: isGood ? "good" : "failed",
    status: outcome.status ?? null,
    bytes: outcome.bytes ?? null,
    series: isGood ? (outcome.series ?? null) : null,
    dropped: droppedOf(poll),
    reason: isGood ? null : outcome.reason,
    error: isGood ? null : outcome.message
  }
}

const sum = (counts: Readonly<Record<string, number | undefined>>) =>
  Object.values(counts).reduce<number>((total, count) => total + (count ?? 0), 0)

export const reportOf = (status: TargetStatus): TargetReport => {
  const { target, outage, last, pause } = status
  return {
    name: target.name,
    state: stateOf(status),
    url: shownUrl(target.request),
    mapping: target.mappingName ?? null,
    interval_seconds: Duration.toSeconds(target.interval),
    timeout_seconds: Duration.toSeconds(target.request.timeout),
    stale_after_seconds: Duration.toSeconds(target.staleAfter),
    outage:
      outage === undefined
        ? null
        : {
            since: new Date(outage.since).toISOString(),
            reason: outage.reason,
            error: outage.message,
            failed_polls: outage.polls
          },
    last_poll: last === undefined ? null : pollReport(last),
    last_success: rfc3339(status.lastSuccess),
    next_poll: rfc3339(status.nextTick),
    paused_until: rfc3339(pause?.at),
    series: status.series,
    polls: status.polls,
    failed_polls: sum(status.errors),
    skipped_ticks: status.skipped
  }
}

export const detailsOf = (status: TargetStatus): TargetDetails => {
  const { trace, history } = status
  return {
    ...reportOf(status),
    errors: Object.fromEntries(Object.entries(status.errors).map(([reason, count]) => [reason, count ?? 0])),
    dropped: status.dropped,
    curl: curlLine(status.target.request),
    last_request:
      trace === undefined
        ? null
        : {
            status: trace.status ?? null,
            address: trace.address ?? null,
            connection_reused: trace.reused,
            headers: trace.headers,
            times: Object.fromEntries(Object.entries(trace.times).map(([what, at = 0]) => [what, at / 1000]))
          },
    problems: status.problems,
    last_polls: history.polls().map(pollReport),
    last_failures: history.failures().map(pollReport)
  }
}
