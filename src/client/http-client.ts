import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type * as Scope from "effect/Scope"
import { type Authenticator, lowercase, makeAuthenticator } from "./authenticator.ts"
import { acceptEncoding } from "./body.ts"
import { type DetailBodies, type Details, fetchDetails } from "./details.ts"
import { BadStatus, Timeout, TooLarge, type UpstreamError } from "./errors.ts"
import { limitIdle } from "./idle.ts"
import { readLocalFile } from "./local-file.ts"
import { MemoryBudget, quarterOfMemory } from "./memory-budget.ts"
import { type Pages, PageWalk } from "./pages.ts"
import { makePools, type Pool } from "./pool.ts"
import { maxRedirects, redirected, redirects } from "./redirects.ts"
import type { Request } from "./request.ts"
import type { RequestTrace } from "./request-trace.ts"
import { type Attempt, badStatus, type CrossOrigin, send } from "./send.ts"
import { makeSessions, SessionUse } from "./session-pool.ts"
import { conditionsFor, type Validators, validatorsOf } from "./validators.ts"

export type UpstreamResponse =
  | {
      readonly _tag: "Fresh"
      readonly status: number
      /** Decompressed. */
      readonly body: Uint8Array
      /** The bodies of the second page and those after it. */
      readonly pages?: ReadonlyArray<Uint8Array> | undefined
      /** The documents of rows; undefined for one that failed. */
      readonly details?: DetailBodies | undefined
      readonly validators: Validators | undefined
      readonly contentType?: string | undefined
      /** Says that the body's memory is no longer used. */
      readonly release?: (() => void) | undefined
    }
  /** The response is the one that the validators were of. */
  | { readonly _tag: "NotModified"; readonly status: 304 }

/** One bounded exchange. `validators` of the last response that was of use make it conditional. */
export type Exchange = (
  validators: Validators | undefined,
  trace?: RequestTrace
) => Effect.Effect<UpstreamResponse, UpstreamError>

/** What the exchanges of one target have in common. */
interface Channel {
  readonly request: Request
  /** The headers that poller sends to everybody. */
  readonly common: Attempt["headers"]
  /** The headers that the configuration sets. */
  readonly configured: Attempt["headers"]
  readonly memory: MemoryBudget
  readonly pool: Effect.Effect<Pool, UpstreamError>
  readonly authenticator: Authenticator
  readonly use: SessionUse | undefined
}

/** The configured headers of a request that has lost its body to a redirect. */
const withoutContent = (headers: Attempt["headers"]) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith("content-")))

/** What one exchange asks for. */
interface Start extends Pick<Attempt, "url" | "method" | "body"> {
  /** The headers that the configuration sets. */
  readonly configured: Attempt["headers"]
  readonly validators: Validators | undefined
  /** Bytes of body. */
  readonly limit: number
  readonly trace: RequestTrace | undefined
}

/** An answer, and what is needed to find the page after it. */
interface Fetched {
  readonly answer: UpstreamResponse
  readonly url: URL
  readonly link: string | undefined
}

const runExchange = Effect.fnUntraced(function* (
  { request, common, memory, pool: current, authenticator, use }: Channel,
  { configured, validators, limit, trace, ...start }: Start
) {
  const { acceptStatus, followRedirects, socketPath } = request
  const isGood = (status = 0) => acceptStatus.some(({ from, to }) => from <= status && status <= to)
  const timeout = Duration.toMillis(request.timeout)
  const pool = yield* current
  const crossOrigin: CrossOrigin = { headers: common, agents: pool.crossOrigin, timeout, memory }
  let { url, method, body }: Pick<Attempt, "url" | "method" | "body"> = start
  let isOwn = true
  let isRefused = false
  for (let followed = 0; ; ) {
    const conditions = conditionsFor(method, url, validators)
    const session = isOwn && use !== undefined ? yield* use.open : undefined
    const asked = session === undefined ? url : (use?.session.url(session, url) ?? url)
    const own: Partial<Attempt> & Pick<Attempt, "headers"> = isOwn
      ? {
          agents: pool.own,
          socketPath,
          headers: {
            ...common,
            ...(body !== undefined && { "content-type": "application/json" }),
            ...(body === undefined && request.body !== undefined ? withoutContent(configured) : configured),
            ...(yield* authenticator.headers({ url: asked, method, body }, crossOrigin)),
            ...(session !== undefined &&
              (yield* use?.session.headers(session, asked, configured.cookie) ?? Effect.succeed({})))
          }
        }
      : crossOrigin
    const headers = { ...own.headers, ...conditions }
    const attempt: Attempt = { ...crossOrigin, ...own, url: asked, method, body, headers, trace }
    const received = yield* send(attempt, ({ statusCode }) => (isGood(statusCode) ? limit : undefined))
    const { head, release } = received
    const status = head.statusCode ?? 0
    session?.cookies.store(asked, head.headers["set-cookie"] ?? [])
    if (received.body !== undefined) {
      if (session !== undefined) use?.accepted()
      const answer: UpstreamResponse = {
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
      const answer: UpstreamResponse = { _tag: "NotModified", status }
      return { answer, url, link: undefined } satisfies Fetched
    }
    if (status === 401 && isOwn && !isRefused && authenticator.refused(head)) {
      isRefused = true
      continue
    }
    if (session !== undefined && use !== undefined && (yield* use.refused(session, status, isRefused))) {
      isRefused = true
      continue
    }
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

/**
 * All pages of a response, or none. They are never conditional: a page that did not change says nothing of the others.
 */
const readPages = Effect.fnUntraced(function* (channel: Channel, pages: Pages, start: Start) {
  const walk = new PageWalk(pages)
  const releases: Array<() => void> = []
  const release = () => {
    for (const one of releases) one()
  }
  const read = Effect.gen(function* () {
    const bodies: Array<Uint8Array> = []
    let [url, left]: [URL | undefined, number] = [walk.first(start.url), start.limit]
    let [status, contentType]: [number, string | undefined] = [0, undefined]
    while (url !== undefined) {
      const { answer, ...fetched }: Fetched = yield* runExchange(channel, {
        ...start,
        url,
        validators: undefined,
        limit: left
      })
      if (answer._tag === "NotModified") return yield* Effect.die("a response that is not conditional is 304")
      if (answer.release !== undefined) releases.push(answer.release)
      bodies.push(answer.body)
      left -= answer.body.length
      if (bodies.length === 1) ({ status, contentType } = answer)
      url = yield* Effect.fromResult(walk.after({ ...fetched, body: answer.body, contentType: answer.contentType }))
    }
    const [body = new Uint8Array(), ...more] = bodies
    const whole: UpstreamResponse = {
      _tag: "Fresh",
      status,
      body,
      pages: more,
      validators: undefined,
      contentType,
      release
    }
    return whole
  })
  return yield* Effect.onError(read, () => Effect.sync(release)).pipe(
    Effect.catchTag("TooLarge", (error) =>
      Effect.fail(
        error.detail === undefined ? new TooLarge({ limit: start.limit, detail: longPages(start.limit) }) : error
      )
    )
  )
})

const longPages = (limit: number) => `the pages are longer than max_body, ${limit} bytes`

const headerText = (header: string | ReadonlyArray<string> | undefined) =>
  typeof header === "string" ? header : header?.join(", ")

/** One poll. */
const poll = Effect.fnUntraced(function* (
  channel: Channel,
  validators: Validators | undefined,
  trace: RequestTrace | undefined
) {
  const { request } = channel
  const rendered = request.render?.(yield* Clock.currentTimeMillis)
  const { url, body } = rendered ?? request
  const start: Start = {
    url,
    body,
    method: request.method,
    configured: rendered === undefined ? channel.configured : lowercase(rendered.headers),
    validators,
    limit: request.maxBody,
    trace
  }
  if (url.protocol === "file:") return yield* readLocalFile(url, request.maxBody, validators)
  if (request.details !== undefined) return yield* readDetails(channel, request.details, start)
  if (request.pages !== undefined) return yield* readPages(channel, request.pages, start)
  return (yield* runExchange(channel, start)).answer
})

/**
 * A response and the documents of its rows. It is never conditional: a list that did not change says nothing of the
 * documents.
 */
const readDetails = Effect.fnUntraced(function* (channel: Channel, details: Details, conditional: Start) {
  const { request } = channel
  const deadline = (yield* Clock.currentTimeMillis) + Duration.toMillis(request.timeout)
  const start = { ...conditional, validators: undefined }
  const response =
    request.pages === undefined
      ? (yield* runExchange(channel, start)).answer
      : yield* readPages(channel, request.pages, start)
  if (response._tag === "NotModified") return response
  const releases = [response.release]
  const release = () => {
    for (const one of releases) one?.()
  }
  const found = details.find([response.body, ...(response.pages ?? [])])
  if (Result.isFailure(found)) return { ...response, validators: undefined }
  const fetch = (url: URL) =>
    Effect.flatMap(runExchange(channel, { ...start, url, method: "GET", body: undefined }), ({ answer }) => {
      if (answer._tag === "NotModified") return Effect.die("a response that is not conditional is 304")
      releases.push(answer.release)
      return Effect.succeed(answer.body)
    })
  const bodies = yield* Effect.onError(fetchDetails(found.success, start.url, deadline, fetch), () =>
    Effect.sync(release)
  )
  return { ...response, details: bodies, validators: undefined, release }
})

/** The exchange of one target. Scoped: its connections go with it. */
const open = Effect.fnUntraced(function* (
  request: Request,
  common: Attempt["headers"],
  memory: MemoryBudget,
  openPool: Effect.Success<ReturnType<typeof makePools>>,
  openSession: Effect.Success<ReturnType<typeof makeSessions>>
) {
  const channel: Channel = {
    request,
    common,
    configured: lowercase(request.headers),
    memory,
    pool: yield* openPool(request),
    authenticator: makeAuthenticator(request),
    use: request.login && new SessionUse(yield* openSession(request.login.login), request.login.interval)
  }
  return (validators: Validators | undefined, trace?: RequestTrace) =>
    poll(channel, validators, trace).pipe(
      Effect.timeoutOrElse({
        duration: request.timeout,
        orElse: () => Effect.fail(new Timeout({ after: request.timeout }))
      })
    )
})

/** The HTTP client. */
export class HttpClient extends Context.Service<
  HttpClient,
  { readonly open: (request: Request) => Effect.Effect<Exchange, never, Scope.Scope> }
>()("poller/HttpClient") {
  /** Keeps `idle` connections for later at most, and `memory` bytes of bodies under way. */
  static readonly layer = (userAgent: string, idle: number, memory = quarterOfMemory()) =>
    Layer.effect(
      HttpClient,
      Effect.gen(function* () {
        const openPool = yield* makePools(limitIdle(idle))
        const common = { accept: "application/json", "accept-encoding": acceptEncoding, "user-agent": userAgent }
        const budget = new MemoryBudget(memory)
        const openSession = yield* makeSessions(common, budget, openPool)
        return { open: (request: Request) => open(request, common, budget, openPool, openSession) }
      })
    )
}
