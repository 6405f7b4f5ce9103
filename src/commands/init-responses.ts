import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { BadStatus, type UpstreamError } from "../client/errors.ts"
import { HttpClient } from "../client/http-client.ts"
import type { Request } from "../client/request.ts"
import { failure } from "../failure.ts"
import { fileLimits } from "../host/file-reader.ts"
import { bodyAsJson, type FormatName, formatFor } from "../mapping/document/document-format.ts"
import { type Document, parse } from "../mapping/document/json.ts"
import { decodeText } from "../mapping/document/text.ts"
import { readBytes } from "./config-file.ts"
import { withProgress } from "./progress.ts"

/** A response, and its name in messages. */
export interface SavedResponse {
  readonly place: string
  readonly body: Uint8Array
}

/** A request to an API. */
interface Asked {
  readonly request: Request
  /** Its name in messages. */
  readonly place: string
  /** Advice if the API rejects the request. */
  readonly hint: string | undefined
}

const messageOf = (error: UpstreamError, hint: string | undefined): string =>
  hint !== undefined && error instanceof BadStatus && (error.status === 401 || error.status === 403)
    ? `${error.message}: ${hint}`
    : error.message

/** Requests a URL several times over one connection. */
export const fetchResponses = Effect.fnUntraced(function* (
  { request, place, hint }: Asked,
  samples: number,
  every: Duration.Duration
) {
  const exchange = yield* (yield* HttpClient).open(request)
  const ask = exchange(undefined).pipe(
    Effect.map((answer): SavedResponse => ({ place, body: answer._tag === "Fresh" ? answer.body : new Uint8Array() })),
    Effect.catch((error) => Effect.fail(failure(`${place}: ${messageOf(error, hint)}`))),
    Effect.catchDefect((defect) => Effect.fail(failure(`${place}: a bug in poller: ${defect}`)))
  )
  const askOnce = (index: number) => (index === 0 ? ask : Effect.delay(ask, every))
  const indexes = Array.from({ length: samples }, (_, index) => index)
  return yield* withProgress(samples, "responses", (count) =>
    Effect.forEach(indexes, (index) => Effect.tap(askOnce(index), count))
  )
}, Effect.scoped)

export const readResponses = (files: ReadonlyArray<string>) =>
  Effect.forEach(files, (place) => Effect.map(readBytes(place, fileLimits.response), (body) => ({ place, body })))

/** Parses all responses. Returns the documents and their common format: `known` if it fits, else a detected one. */
export const documentsOf = Effect.fnUntraced(function* (
  responses: ReadonlyArray<SavedResponse>,
  known: FormatName = "json"
) {
  const read = (format: FormatName) => responses.map(({ body }) => Result.flatMap(bodyAsJson(format, body), parse))
  const odd = responses[read(known).findIndex(Result.isFailure)]
  const text = odd === undefined ? undefined : decodeText(odd.body)
  const other = text !== undefined && Result.isSuccess(text) ? formatFor(text.success) : undefined
  const format = other !== undefined && read(other).every(Result.isSuccess) ? other : known
  const documents: Array<Document> = []
  for (const [index, result] of read(format).entries()) {
    if (Result.isFailure(result)) return yield* failure(`${responses[index]?.place}: not JSON: ${result.failure}`)
    documents.push(result.success)
  }
  return { documents, format }
})
