import * as Effect from "effect/Effect"
import type { UpstreamResponse } from "../client/exchange.ts"
import type { Exchange } from "../client/http-client.ts"
import { type Document, type Listing, readAgain, unreadable } from "./listing.ts"

/** Checks the content type as Prometheus' http_sd does. */
const isJson = (contentType = "") => /^application\/json(;\s*charset=("utf-8"|utf-8))?$/i.test(contentType.trim())

const documentOf = (before: Document | undefined, source: string, maxTargets: number, response: UpstreamResponse) =>
  response._tag === "Fresh" && isJson(response.contentType)
    ? readAgain(before, { format: "json", from: source, bytes: response.body, maxTargets })
    : Effect.succeed(unreadable(before, source, "the response's content-type is not application/json"))

/** Requests the list of a source. After an error, the last good list stays. */
export const readHttp = (
  source: string,
  maxTargets: number,
  exchange: Exchange,
  before: Listing
): Effect.Effect<Listing> => {
  const last = before.get(source)
  return exchange(undefined).pipe(
    Effect.flatMap((response) => documentOf(last, source, maxTargets, response)),
    Effect.catch(({ message }) => Effect.succeed(unreadable(last, source, message))),
    Effect.catchDefect((defect) =>
      Effect.logError("reading a list failed because of a bug in poller", defect).pipe(
        Effect.as(unreadable(last, source, "a bug in poller; the log has its cause"))
      )
    ),
    Effect.map((document) => new Map([[source, document]]))
  )
}
