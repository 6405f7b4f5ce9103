import type { Outage } from "../../poll/outage.ts"
import type { PollRecord } from "../../poll/outcome.ts"
import { bytes, duration } from "./page-format.ts"

/** The result of a poll in one line, without any content of the response. */
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

/** Why a poll failed. The reason is left out if the message begins with it. */
export const reasonText = ({ reason, message }: { readonly reason: string; readonly message: string }): string =>
  message.startsWith(reason) ? message : `${reason}, ${message}`

/** The number of samples that were dropped. */
export const droppedOf = ({ outcome }: PollRecord): number => (outcome._tag === "Good" ? outcome.dropped : 0)

/** The cause of an outage without the address, so that targets that fail in the same way have the same cause. */
export const causeOf = ({ reason, message }: Pick<Outage, "reason" | "message">): string => {
  if (reason === "timeout") return reason
  const text = message.replace(/ \[?[0-9a-fA-F.:]+\]?:\d+$/, "").trim()
  if (text === "" || text.length > 60) return reason
  return text.startsWith(reason) || reason === "connection" ? text : `${reason} (${text})`
}
