import type { Outage } from "../../poll/outage.ts"
import type { PollRecord } from "../../poll/outcome.ts"
import { bytes, duration } from "./page-format.ts"

/** How one poll went, in one line. Never what the response said. */
export const pollText = ({ seconds, outcome }: PollRecord): string => {
  if (outcome._tag === "Failed")
    return [outcome.status !== undefined && `status ${outcome.status}`, duration(seconds)].filter(Boolean).join(", ")
  return [
    outcome.status !== 200 && `status ${outcome.status}`,
    duration(seconds),
    outcome.series === undefined ? "not modified" : bytes(outcome.bytes)
  ]
    .filter(Boolean)
    .join(", ")
}

/** Why a poll failed. A message that begins with its reason says it once. */
export const reasonText = ({ reason, message }: { readonly reason: string; readonly message: string }): string =>
  message.startsWith(reason) ? message : `${reason}, ${message}`

/** Samples that the response did not yield. */
export const droppedOf = ({ outcome }: PollRecord): number => (outcome._tag === "Good" ? outcome.dropped : 0)

/** The cause of an outage, the same for all targets that fail in the same way: without the address that failed. */
export const causeOf = ({ reason, message }: Pick<Outage, "reason" | "message">): string => {
  if (reason === "timeout") return reason
  const text = message.replace(/ \[?[0-9a-fA-F.:]+\]?:\d+$/, "").trim()
  if (text === "" || text.length > 60) return reason
  return text.startsWith(reason) || reason === "connection" ? text : `${reason} (${text})`
}
