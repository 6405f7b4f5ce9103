import * as Effect from "effect/Effect"
import type { Answer, Exchange } from "../client/exchange.ts"
import { fromJson } from "../config/target-group.ts"
import { type Document, type Listing, readAgain, unreadable } from "./listing.ts"

/** The check of Prometheus' http_sd. */
const isJson = (contentType = "") => /^application\/json(;\s*charset=("utf-8"|utf-8))?$/i.test(contentType.trim())

const documentOf = (before: Document | undefined, source: string, answer: Answer): Document => {
  if (answer._tag === "Fresh") answer.release?.()
  return answer._tag === "Fresh" && isJson(answer.contentType)
    ? readAgain(before, source, answer.body, fromJson)
    : unreadable(before, source, "the response's content-type is not application/json")
}

/** Requests the list of a source. After an error, the last good list stays. */
export const readHttp = (source: string, exchange: Exchange, before: Listing): Effect.Effect<Listing> => {
  const last = before.get(source)
  return exchange(undefined).pipe(
    Effect.map((answer) => documentOf(last, source, answer)),
    Effect.catch(({ message }) => Effect.succeed(unreadable(last, source, message))),
    Effect.catchDefect((defect) =>
      Effect.logError("reading a list failed because of a bug in poller", defect).pipe(
        Effect.as(unreadable(last, source, "a bug in poller; the log has its cause"))
      )
    ),
    Effect.map((document) => new Map([[source, document]]))
  )
}
