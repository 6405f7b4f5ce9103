import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Authenticator } from "./authenticator.ts"
import type { DetailBodies } from "./details.ts"
import { BadStatus, type UpstreamError } from "./errors.ts"
import type { MemoryBudget } from "./memory-budget.ts"
import type { Pool } from "./pool.ts"
import { maxRedirects, redirected, redirects } from "./redirects.ts"
import type { Request } from "./request.ts"
import type { RequestTrace } from "./request-trace.ts"
import { type Attempt, badStatus, type CrossOrigin, isSafe, send } from "./send.ts"
import type { SessionUse } from "./session-pool.ts"
import { conditionsFor, type Validators, validatorsOf } from "./validators.ts"

export interface FreshResponse {
  readonly _tag: "Fresh"
  readonly status: number
  /** Decompressed. */
  readonly body: Uint8Array
  /** The bodies of the further pages. */
  readonly pages?: ReadonlyArray<Uint8Array> | undefined
  readonly details?: DetailBodies | undefined
  readonly validators: Validators | undefined
  readonly contentType?: string | undefined
  /** Releases the memory of the bodies. Call it when they are no longer used. */
  readonly release?: (() => void) | undefined
}

/** The response has not changed since the one with the validators. */
export interface NotModified {
  readonly _tag: "NotModified"
  readonly status: 304
}

export type UpstreamResponse = FreshResponse | NotModified

/** What the exchanges of one target have in common. */
export interface Channel {
  readonly request: Request
  /** The headers of all requests, such as User-Agent. */
  readonly common: Attempt["headers"]
  /** The headers that the configuration sets. */
  readonly configured: Attempt["headers"]
  readonly memory: MemoryBudget
  readonly pool: Effect.Effect<Pool, UpstreamError>
  readonly authenticator: Authenticator
  readonly use: SessionUse | undefined
  /** Runs further concurrent requests of a poll if the host has a free permit; otherwise does nothing. */
  readonly withSpare: (requests: Effect.Effect<void, UpstreamError>) => Effect.Effect<void, UpstreamError>
}

/** The configured headers for a request without its body, after a redirect. */
const withoutContent = (headers: Attempt["headers"]) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith("content-")))

/** The first request of an exchange. */
export interface Start extends Pick<Attempt, "url" | "method" | "body"> {
  /** The headers that the configuration sets. */
  readonly configured: Attempt["headers"]
  readonly validators: Validators | undefined
  /** The maximum size of the body in bytes. */
  readonly limit: number
  readonly trace: RequestTrace | undefined
  readonly progress: Progress
}

/** The current step of a poll for the message of a timeout, such as `page 3`. Undefined: the request itself. */
export interface Progress {
  step: string | undefined
}

/** A response, and what is needed to find the page after it: its URL and its Link header. */
export interface Fetched {
  readonly response: UpstreamResponse
  readonly url: URL
  readonly link: string | undefined
}

/** Sends a request, follows its redirects, and tries once more with new credentials if it is refused. */
export const runExchange = Effect.fnUntraced(function* (
  { request, common, memory, pool: current, authenticator, use }: Channel,
  { configured, validators, limit, trace, progress, ...start }: Start
) {
  const { acceptStatus, followRedirects, socketPath } = request
  const isAccepted = (status = 0) => acceptStatus.some(({ from, to }) => from <= status && status <= to)
  const timeout = Duration.toMillis(request.timeout)
  const pool = yield* current
  const crossOrigin: CrossOrigin = { headers: common, agents: pool.crossOrigin, timeout, memory }
  const { step } = progress
  let { url, method, body }: Pick<Attempt, "url" | "method" | "body"> = start
  let isOwn = true
  let isRefused = false
  for (let followed = 0; ; ) {
    const conditions = conditionsFor(method, url, validators)
    const isRepeatable = isSafe(method)
    progress.step = isOwn ? (use?.step ?? step) : step
    const session = isOwn && use !== undefined ? yield* use.open : undefined
    if (session !== undefined && use?.isFirstUse(session) === true) trace?.logins.push(use.session.login.name)
    const requestUrl = session === undefined ? url : (use?.session.url(session, url) ?? url)
    progress.step = isOwn ? (authenticator.step ?? step) : step
    const own: Partial<Attempt> & Pick<Attempt, "headers"> = isOwn
      ? {
          agents: pool.own,
          socketPath,
          headers: {
            ...common,
            ...(body !== undefined && { "content-type": "application/json" }),
            ...(body === undefined && request.body !== undefined ? withoutContent(configured) : configured),
            ...(yield* authenticator.headers({ url: requestUrl, method, body }, crossOrigin, trace)),
            ...(session !== undefined &&
              (yield* use?.session.headers(session, requestUrl, configured.cookie) ?? Effect.succeed({})))
          }
        }
      : crossOrigin
    progress.step = step
    const headers = { ...own.headers, ...conditions }
    const attempt: Attempt = { ...crossOrigin, ...own, url: requestUrl, method, body, headers, trace }
    const received = yield* send(attempt, ({ statusCode }) => (isAccepted(statusCode) ? limit : undefined))
    const { head, release } = received
    const status = head.statusCode ?? 0
    session?.cookies.store(requestUrl, head.headers["set-cookie"] ?? [])
    if (received.body !== undefined) {
      if (session !== undefined) use?.accepted()
      const response: FreshResponse = {
        _tag: "Fresh",
        status,
        body: received.body,
        validators: validatorsOf(url, head.headers),
        contentType: head.headers["content-type"],
        release
      }
      return { response, url, link: headerText(head.headers.link) } satisfies Fetched
    }
    if (status === 304 && Object.keys(conditions).length > 0) {
      const response: NotModified = { _tag: "NotModified", status }
      return { response, url, link: undefined } satisfies Fetched
    }
    if (status === 401 && isOwn && !isRefused && authenticator.refused(head)) {
      if (!isRepeatable && !authenticator.isChallenged) return yield* badStatus(head, notRepeated(method))
      isRefused = true
      continue
    }
    if (session !== undefined && use !== undefined) {
      const mayRetry = yield* use.refused(session, status, isRefused)
      if (mayRetry && !isRepeatable) return yield* badStatus(head, notRepeated(method))
      if (mayRetry) {
        isRefused = true
        continue
      }
    }
    if (session !== undefined && session.taken.size === 0 && session.cookies.isEmpty && status === 401)
      return yield* badStatus(head, "the login gave no cookie, and it has no take")
    if (!followRedirects || !redirects.includes(status)) return yield* badStatus(head)
    if (followed === maxRedirects)
      return yield* new BadStatus({ status, detail: `more than ${maxRedirects} redirects` })
    const next = redirected({ url, method, body }, status, head.headers.location)
    if (typeof next === "string") return yield* new BadStatus({ status, detail: next })
    // after a redirect to another origin, a redirect back gets no credentials either
    isOwn = isOwn && !next.isCrossOrigin
    ;({ url, method, body } = next)
    trace?.redirects.push(`${status} ${url.origin}`)
    followed++
  }
})

/** The server may have acted on the request although it refused it, so an unsafe method is not sent again. */
const notRepeated = (method: string) => `a ${method} is not sent again; the next poll has new credentials`

const headerText = (header: string | ReadonlyArray<string> | undefined) =>
  typeof header === "string" ? header : header?.join(", ")
