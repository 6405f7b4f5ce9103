import * as Redacted from "effect/Redacted"
import type { Auth, Request } from "./request.ts"

/**
 * Why a poll failed: the values of the label `reason` of `poll_errors_total`. The metrics, the counters of a target and
 * the test of docs/metrics.md derive from this table. The last three occur only for some targets, see `errorReasonsOf`.
 */
export const errorReasons = [
  "timeout",
  "connection",
  "tls",
  "status",
  "too_large",
  "not_json",
  "too_many_series",
  "internal",
  "credential",
  "login",
  "pages"
] as const

export type ErrorReason = (typeof errorReasons)[number]

/** Whether the password is in the URL, not in a file. */
const isInUrl = (auth: Auth) => auth._tag === "Basic" && Redacted.isRedacted(auth.password)

/** Reasons that only some targets can have, and how to find out. */
const occurs: Readonly<Partial<Record<ErrorReason, (request: Request) => boolean>>> = {
  credential: ({ auth, headersFrom, login }) =>
    (auth !== undefined && !isInUrl(auth)) || login !== undefined || Object.keys(headersFrom).length > 0,
  login: ({ login }) => login !== undefined,
  pages: ({ pages }) => pages !== undefined
}

/** The reasons for which a poll with this request can fail. */
export const errorReasonsOf = (request: Request): ReadonlyArray<ErrorReason> =>
  errorReasons.filter((reason) => occurs[reason]?.(request) ?? true)
