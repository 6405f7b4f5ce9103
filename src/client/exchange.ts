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
  /** The bodies of the second page and those after it. */
  readonly pages?: ReadonlyArray<Uint8Array> | undefined
  readonly details?: DetailBodies | undefined
  readonly validators: Validators | undefined
  readonly contentType?: string | undefined
  /** Says that the memory of the bodies is no longer used. */
  readonly release?: (() => void) | undefined
}

/** The response is the one that the validators were of. */
export interface NotModified {
  readonly _tag: "NotModified"
  readonly status: 304
}

export type UpstreamResponse = FreshResponse | NotModified

/** What the exchanges of one target have in common. */
export interface Channel {
  readonly request: Request
  /** The headers that poller sends to everybody. */
  readonly common: Attempt["headers"]
  /** The headers that the configuration sets. */
  readonly configured: Attempt["headers"]
  readonly memory: MemoryBudget
  readonly pool: Effect.Effect<Pool, UpstreamError>
  readonly authenticator: Authenticator
  readonly use: SessionUse | undefined
  /** Sends further requests of a poll at the same time, if the host may have more now. */
  readonly withSpare: (requests: Effect.Effect<void, UpstreamError>) => Effect.Effect<void, UpstreamError>
}

/** The configured headers of a request that has lost its body to a redirect. */
const withoutContent = (headers: Attempt["headers"]) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith("content-")))

/** What one exchange asks for. */
export interface Start extends Pick<Attempt, "url" | "method" | "body"> {
  /** The headers that the configuration sets. */
  readonly configured: Attempt["headers"]
  readonly validators: Validators | undefined
  /** Bytes of body. */
  readonly limit: number
  readonly trace: RequestTrace | undefined
  /** Learns which step of the poll is under way. */
  readonly progress: Progress
}

/** The step of a poll that is under way, such as `page 3`; undefined for the request itself. */
export interface Progress {
  step: string | undefined
}

/** An answer, and what is needed to find the page after it. */
export interface Fetched {
  readonly answer: UpstreamResponse
  readonly url: URL
  readonly link: string | undefined
}

/** One request, with its redirects, and once more with new credentials. */
export const runExchange = Effect.fnUntraced(function* (
  { request, common, memory, pool: current, authenticator, use }: Channel,
  { configured, validators, limit, trace, progress, ...start }: Start
) {
  const { acceptStatus, followRedirects, socketPath } = request
  const isGood = (status = 0) => acceptStatus.some(({ from, to }) => from <= status && status <= to)
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
    if (session !== undefined && use?.begins(session) === true) trace?.logins.push(use.session.login.name)
    const asked = session === undefined ? url : (use?.session.url(session, url) ?? url)
    progress.step = isOwn ? (authenticator.step ?? step) : step
    const own: Partial<Attempt> & Pick<Attempt, "headers"> = isOwn
      ? {
          agents: pool.own,
          socketPath,
          headers: {
            ...common,
            ...(body !== undefined && { "content-type": "application/json" }),
            ...(body === undefined && request.body !== undefined ? withoutContent(configured) : configured),
            ...(yield* authenticator.headers({ url: asked, method, body }, crossOrigin, trace)),
            ...(session !== undefined &&
              (yield* use?.session.headers(session, asked, configured.cookie) ?? Effect.succeed({})))
          }
        }
      : crossOrigin
    progress.step = step
    const headers = { ...own.headers, ...conditions }
    const attempt: Attempt = { ...crossOrigin, ...own, url: asked, method, body, headers, trace }
    const received = yield* send(attempt, ({ statusCode }) => (isGood(statusCode) ? limit : undefined))
    const { head, release } = received
    const status = head.statusCode ?? 0
    session?.cookies.store(asked, head.headers["set-cookie"] ?? [])
    if (received.body !== undefined) {
      if (session !== undefined) use?.accepted()
      const answer: FreshResponse = {
        _tag: "Fresh",
        status,
        body: received.body,
        validators: validatorsOf(url, head.headers),
        contentType: head.headers["content-type"],
        release
      }
      return { answer, url, link: headerText(head.headers.link) } satisfies Fetched
    }
    if (status === 304 && Object.keys(conditions).length > 0) {
      const answer: NotModified = { _tag: "NotModified", status }
      return { answer, url, link: undefined } satisfies Fetched
    }
    if (status === 401 && isOwn && !isRefused && authenticator.refused(head)) {
      if (!isRepeatable && !authenticator.isChallenged) return yield* badStatus(head, notRepeated(method))
      isRefused = true
      continue
    }
    if (session !== undefined && use !== undefined) {
      const isHopeful = yield* use.refused(session, status, isRefused)
      if (isHopeful && !isRepeatable) return yield* badStatus(head, notRepeated(method))
      if (isHopeful) {
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
    // credentials do not come back with a redirect back
    isOwn = isOwn && !next.isCrossOrigin
    ;({ url, method, body } = next)
    trace?.redirects.push(`${status} ${url.origin}`)
    followed++
  }
})

/** The server has seen the request: it may have done what it asks for, whatever it answers. */
const notRepeated = (method: string) => `a ${method} is not sent again; the next poll has new credentials`

const headerText = (header: string | ReadonlyArray<string> | undefined) =>
  typeof header === "string" ? header : header?.join(", ")
