/**
 * Why a poll failed: the values of the label `reason` of `poll_errors_total`. The metrics, the counters of a target and the test of
 * docs/metrics.md derive from this table. The client raises the first ones, the conversion of a response the rest.
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
