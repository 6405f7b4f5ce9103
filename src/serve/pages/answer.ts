import type { PollRecord } from "../../poll/outcome.ts"
import { type Html, html } from "./html.ts"
import * as show from "./show.ts"

const facts = ({ seconds, outcome }: PollRecord): ReadonlyArray<string | false | undefined> =>
  outcome._tag === "Failed"
    ? [outcome.status !== undefined && `status ${outcome.status}`, show.duration(seconds)]
    : [
        outcome.status !== 200 && `status ${outcome.status}`,
        show.duration(seconds),
        outcome.series === undefined ? "not modified" : show.bytes(outcome.bytes)
      ]

/** How one poll went, in a line: never what the answer said. */
export const answer = (poll: PollRecord): Html => html`${facts(poll).filter(Boolean).join(", ")}`

/** Why a poll failed; a message that begins with its reason says it once. */
export const why = ({ reason, message }: { readonly reason: string; readonly message: string }): string =>
  message.startsWith(reason) ? message : `${reason}, ${message}`

/** Samples that the answer did not yield. */
export const droppedOf = ({ outcome }: PollRecord): number => (outcome._tag === "Good" ? outcome.dropped : 0)
