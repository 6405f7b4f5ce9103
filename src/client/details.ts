import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { inStep, Timeout, TooLarge, Unreachable, type UpstreamError } from "./errors.ts"
import { type Channel, type FreshResponse, runExchange, type Start, type UpstreamResponse } from "./exchange.ts"
import { monotonic } from "./monotonic.ts"

/** The documents that the rows of one list need. */
export interface DetailRequests {
  /**
   * References relative to the URL of the response, one for each row. Undefined if the row lacks a value of the URL.
   */
  readonly urls: ReadonlyArray<string | undefined>
  /** Maximum number of rows. One more fails the poll. */
  readonly max: number
  /** Maximum number of concurrent requests. */
  readonly atOnce: number
  /** True: a document that fails drops its row. False: it fails the poll. */
  readonly isPartial: boolean
}

export interface Details {
  /**
   * Finds the documents that the rows of a response need. `now` is in epoch milliseconds. Fails if the response cannot
   * be parsed; the conversion then reports that.
   */
  readonly find: (pages: ReadonlyArray<Uint8Array>, now: number) => Result.Result<ReadonlyArray<DetailRequests>, string>
}

/** The documents of rows: a list for each detail, with an entry for each row. A string is the error of a document. */
export type DetailBodies = ReadonlyArray<ReadonlyArray<Uint8Array | string>>

const noUrl = "the row lacks a value of the url"

interface Fetch {
  /** The URL that references are relative to. */
  readonly base: URL
  /** The deadline in milliseconds of the monotonic clock. */
  readonly end: number
  /** Bytes of all documents together. */
  readonly limit: number
  readonly request: (url: URL) => Effect.Effect<Uint8Array, UpstreamError>
  readonly withSpare: Channel["withSpare"]
}

/** Requests the documents of all rows, each URL once. */
const fetchDetails = Effect.fnUntraced(function* (all: ReadonlyArray<DetailRequests>, fetch: Fetch) {
  const found: Array<ReadonlyArray<Uint8Array | string>> = []
  let left = fetch.limit
  for (const requests of all) {
    const { urls, max } = requests
    if (urls.length > max) {
      const detail = `${urls.length} rows with a document each: get: max allows ${max}`
      return yield* new TooLarge({ limit: max, detail })
    }
    const bodies = new Map<string, Uint8Array | string>()
    const wanted = [...new Set(urls.filter((url) => url !== undefined))]
    left = yield* fetchAll(wanted, requests, { ...fetch, limit: left }, bodies)
    if (!requests.isPartial && urls.includes(undefined)) return yield* new Unreachable({ message: `get: ${noUrl}` })
    found.push(urls.map((url) => (url === undefined ? noUrl : (bodies.get(url) ?? noUrl))))
  }
  return found as DetailBodies
})

/**
 * Requests these URLs and puts the documents into `bodies`. The first of the concurrent requests uses the permit of the
 * poll. The others run only if the host has free permits. Returns how many bytes are left.
 */
const fetchAll = Effect.fnUntraced(function* (
  urls: ReadonlyArray<string>,
  { atOnce, isPartial }: DetailRequests,
  { base, end, limit, request, withSpare }: Fetch,
  bodies: Map<string, Uint8Array | string>
) {
  let left = limit
  let next = 0
  const fetchOne = (text: string, number: number) => {
    const url = sameOrigin(text, base)
    return (url === undefined ? Effect.fail(badUrl) : within(end, request(url))).pipe(
      Effect.tap((body) => {
        left -= body.length
        return left < 0 ? Effect.fail(longDetails(limit)) : Effect.sync(() => bodies.set(text, body))
      }),
      Effect.catch((error) => {
        if (left < 0 || !isPartial) return Effect.fail(left < 0 ? error : inStep(error, stepOf(number, urls.length)))
        return Effect.sync(() => bodies.set(text, error.message))
      })
    )
  }
  const fetchNext: Effect.Effect<void, UpstreamError> = Effect.suspend(() => {
    const text = urls[next++]
    return text === undefined ? Effect.void : Effect.andThen(fetchOne(text, next), fetchNext)
  })
  const others = Array.from({ length: Math.min(atOnce, urls.length) - 1 }, () => withSpare(fetchNext))
  yield* Effect.all([fetchNext, ...others], { concurrency: "unbounded", discard: true })
  return left
})

const stepOf = (number: number, total: number) => `get: document ${number} of ${total}`

const badUrl = new Unreachable({ message: "its url has another origin, or is not a URL" })

const longDetails = (limit: number) =>
  new TooLarge({
    limit,
    detail: `the documents of the rows (get) are longer than what max_body leaves, ${limit} bytes`
  })

const sameOrigin = (reference: string, base: URL): URL | undefined => {
  const url = URL.parse(reference, base)
  return url?.origin === base.origin ? url : undefined
}

/** Fails with a timeout at `end`. */
const within = <A>(end: number, effect: Effect.Effect<A, UpstreamError>) =>
  Effect.flatMap(monotonic, (now) => {
    const left = Duration.millis(Math.max(0, end - now))
    const late: Effect.Effect<A, UpstreamError> = Effect.fail(new Timeout({ after: left }))
    return end <= now ? late : Effect.timeoutOrElse(effect, { duration: left, orElse: () => late })
  })

/**
 * Reads a response and the documents of its rows. The request is never conditional: documents may change while their
 * list does not. At the deadline of the poll only the missing documents fail, so a document that hangs does not fail
 * the poll.
 */
export const readDetails = Effect.fnUntraced(function* (
  channel: Channel,
  details: Details,
  start: Start,
  now: number,
  list: Effect.Effect<UpstreamResponse, UpstreamError>
) {
  const end = (yield* monotonic) + Duration.toMillis(channel.request.timeout)
  const response = yield* list
  if (response._tag === "NotModified") return response
  const releases = [response.release]
  const release = () => {
    for (const one of releases) one?.()
  }
  const bodies = [response.body, ...(response.pages ?? [])]
  const found = details.find(bodies, now)
  if (Result.isFailure(found)) return response
  const fetch = (url: URL) =>
    Effect.flatMap(
      runExchange(channel, {
        ...start,
        url,
        method: "GET",
        body: undefined,
        validators: undefined,
        progress: { step: undefined }
      }),
      ({ response }) => {
        if (response._tag === "NotModified") return Effect.die("a response that is not conditional is 304")
        releases.push(response.release)
        return Effect.succeed(response.body)
      }
    )
  const limit = start.limit - bodies.reduce((sum, { length }) => sum + length, 0)
  const documents = yield* Effect.onError(
    fetchDetails(found.success, { base: start.url, end, limit, request: fetch, withSpare: channel.withSpare }),
    () => Effect.sync(release)
  )
  const whole: FreshResponse = { ...response, details: documents, validators: undefined, release }
  return whole
})
