import * as Effect from "effect/Effect"
import * as LogLevel from "effect/LogLevel"
import type { RequestTrace } from "../client/request-trace.ts"
import { shownUrl } from "../client/shown-url.ts"
import type { Target } from "../config/target.ts"
import { dropReasons } from "../mapping/problems.ts"
import type { Poll } from "./outcome.ts"

/** The fields of a log line about a poll. No query, header or body: they may contain secrets. */
const fieldsOf = ({ request }: Target, { outcome, seconds }: Poll, trace: RequestTrace) => {
  const result = outcome._tag === "Good" ? outcome.result : undefined
  const problems = dropReasons.reduce((sum, reason) => sum + (result?.dropped[reason] ?? 0), 0)
  return {
    request: `${request.method} ${shownUrl(request)}`,
    ...(trace.redirects.length > 0 && { redirects: trace.redirects.join(" ") }),
    ...(trace.logins.length > 0 && { login: trace.logins.join(" ") }),
    ...(trace.requests > trace.redirects.length + 1 && { requests: trace.requests }),
    ...(outcome._tag === "Failed" && { reason: outcome.reason, error: outcome.message }),
    status: outcome.status ?? trace.status ?? "none",
    bytes: outcome.bytes ?? 0,
    // after a 304 there is no result, and the series stay
    ...(outcome._tag === "Good" && { series: result?.series ?? "unchanged", problems }),
    ms: Math.round(seconds * 1000),
    connection: trace.reused ? "reused" : "new"
  }
}

/** One line for each poll at the level debug. */
export const logPoll = Effect.fnUntraced(function* (target: Target, poll: Poll, trace: RequestTrace) {
  // without the level debug there is no line to build
  if (!(yield* LogLevel.isEnabled("Debug"))) return
  yield* Effect.annotateLogs(Effect.logDebug("polled"), fieldsOf(target, poll, trace))
})
