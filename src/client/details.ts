import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { Timeout, TooLarge, Unreachable, type UpstreamError } from "./errors.ts"

/** The documents that the rows of one list need. */
export interface DetailRequests {
  /** References against the URL of the response, in the order of the rows; undefined if a row has none. */
  readonly urls: ReadonlyArray<string | undefined>
  /** One more fails the poll. */
  readonly max: number
  readonly atOnce: number
  /** A document that fails costs its row, not the poll. */
  readonly isPartial: boolean
}

/** How the documents of rows are found. */
export interface Details {
  /** Fails if the response cannot be read, which its conversion then reports. */
  readonly find: (pages: ReadonlyArray<Uint8Array>) => Result.Result<ReadonlyArray<DetailRequests>, string>
}

export type DetailBodies = ReadonlyArray<ReadonlyArray<Uint8Array | undefined>>

/** The share of the time left in which documents have to arrive: one that hangs must not cost the whole poll. */
const share = 0.9

/**
 * Requests the documents of all rows, each URL once, of the origin of `base` only. `fetch` requests one; `deadline` is
 * that of the poll in epoch milliseconds.
 */
export const fetchDetails = Effect.fnUntraced(function* (
  requests: ReadonlyArray<DetailRequests>,
  base: URL,
  deadline: number,
  fetch: (url: URL) => Effect.Effect<Uint8Array, UpstreamError>
) {
  const end = deadline - (1 - share) * (deadline - (yield* Clock.currentTimeMillis))
  const bodies: Array<ReadonlyArray<Uint8Array | undefined>> = []
  for (const { urls, max, atOnce, isPartial } of requests) {
    if (urls.length > max) {
      const detail = `${urls.length} rows with a document each: get: max allows ${max}`
      return yield* new TooLarge({ limit: max, detail })
    }
    const wanted = new Map<string, URL | undefined>()
    for (const url of urls) if (url !== undefined) wanted.set(url, sameOrigin(url, base))
    const fetched = new Map<string, Uint8Array>()
    yield* Effect.forEach(
      wanted,
      ([text, url]) => {
        const body = url === undefined ? Effect.fail(elsewhere) : within(end, fetch(url))
        const kept = Effect.map(body, (bytes) => void fetched.set(text, bytes))
        return isPartial ? Effect.ignore(kept) : kept
      },
      { concurrency: atOnce, discard: true }
    )
    if (!isPartial && urls.includes(undefined))
      return yield* new Unreachable({ message: "a row lacks a value of the URL in get" })
    bodies.push(urls.map((url) => (url === undefined ? undefined : fetched.get(url))))
  }
  return bodies as DetailBodies
})

const elsewhere = new Unreachable({ message: "the document of a row is of another origin" })

const sameOrigin = (reference: string, base: URL): URL | undefined => {
  if (!URL.canParse(reference, base)) return undefined
  const url = new URL(reference, base)
  return url.origin === base.origin ? url : undefined
}

/** Fails with a timeout at `end`. */
const within = <A>(end: number, effect: Effect.Effect<A, UpstreamError>) =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const left = Duration.millis(Math.max(0, end - now))
    return Effect.timeoutOrElse(effect, {
      duration: left,
      orElse: (): Effect.Effect<A, UpstreamError> => Effect.fail(new Timeout({ after: left }))
    })
  })
