import type { TargetStatus } from "../../poll/target-status.ts"

export type State = "up" | "down" | "waiting"

export const stateOf = ({ last, outage }: TargetStatus): State =>
  last === undefined ? "waiting" : outage === undefined ? "up" : "down"

/** Where a target's page is. */
export const pathOf = (name: string): string => `/targets/${encodeURIComponent(name)}`

/** A URL as it may be shown: a user, a password and a query may hold secrets. */
export const shownUrl = ({ protocol, host, pathname, search }: URL): string =>
  `${protocol}//${host}${pathname}${search === "" ? "" : "?…"}`
