import type { TargetStatus } from "../../poll/target-status.ts"
import { droppedOf } from "./poll-text.ts"

/** `partial`: up, but samples of the last response were dropped. */
export const states = ["down", "partial", "waiting", "up"] as const
export type State = (typeof states)[number]

export const stateOf = ({ last, outage, problems }: TargetStatus): State => {
  if (last === undefined) return "waiting"
  if (outage !== undefined) return "down"
  // after a 304, the response before it is still shown, and its problems too
  return droppedOf(last) > 0 || problems.length > 0 ? "partial" : "up"
}

/** The path of a target's page. */
export const pathOf = (name: string): string => `/targets/${encodeURIComponent(name)}`
