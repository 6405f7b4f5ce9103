import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { lowercase, makeAuthenticator } from "./authenticator.ts"
import { acceptEncoding } from "./body.ts"
import { readDetails } from "./details.ts"
import { Timeout, type UpstreamError } from "./errors.ts"
import { type Channel, type Progress, runExchange, type Start, type UpstreamResponse } from "./exchange.ts"
import { limitIdle } from "./idle.ts"
import { readLocalFile } from "./local-file.ts"
import { MemoryBudget, quarterOfMemory } from "./memory-budget.ts"
import { readPages } from "./pages.ts"
import { makePools } from "./pool.ts"
import type { Request } from "./request.ts"
import type { RequestTrace } from "./request-trace.ts"
import type { Attempt } from "./send.ts"
import { makeSessions, SessionUse } from "./session-pool.ts"
import type { Validators } from "./validators.ts"

/** Sends the requests of one poll. The `validators` of the last usable response make the request conditional. */
export type Exchange = (
  validators: Validators | undefined,
  trace?: RequestTrace
) => Effect.Effect<UpstreamResponse, UpstreamError>

const poll = Effect.fnUntraced(function* (
  channel: Channel,
  validators: Validators | undefined,
  trace: RequestTrace | undefined
) {
  const { request } = channel
  const { details, pages } = request
  const progress: Progress = { step: undefined }
  // only times in the request and details need the clock
  const now = request.render === undefined && details === undefined ? 0 : yield* Clock.currentTimeMillis
  const rendered = request.render?.(now)
  const { url, body } = rendered ?? request
  const start: Start = {
    url,
    body,
    method: request.method,
    configured: rendered === undefined ? channel.configured : lowercase(rendered.headers),
    validators: details === undefined ? validators : undefined,
    limit: request.maxBody,
    trace,
    progress
  }
  const read =
    url.protocol === "file:"
      ? readLocalFile(url, request.maxBody, validators)
      : pages === undefined
        ? Effect.map(runExchange(channel, start), ({ response }) => response)
        : readPages(channel, pages, start)
  const response = Effect.timeoutOrElse(read, {
    duration: request.timeout,
    orElse: () => Effect.fail(new Timeout({ after: request.timeout, step: progress.step }))
  })
  return yield* details === undefined ? response : readDetails(channel, details, start, now, response)
})

/** The client of one target. Scoped: afterwards its connections are closed, unless other targets share them. */
const open = Effect.fnUntraced(function* (
  request: Request,
  common: Attempt["headers"],
  memory: MemoryBudget,
  openPool: Effect.Success<ReturnType<typeof makePools>>,
  openSession: Effect.Success<ReturnType<typeof makeSessions>>,
  withSpare: Channel["withSpare"]
) {
  const channel: Channel = {
    request,
    common,
    configured: lowercase(request.headers),
    memory,
    pool: yield* openPool(request),
    authenticator: makeAuthenticator(request),
    use: request.login && new SessionUse(yield* openSession(request.login.login), request.login.interval),
    withSpare
  }
  return (validators: Validators | undefined, trace?: RequestTrace) => poll(channel, validators, trace)
})

const unlimited: Channel["withSpare"] = (requests) => requests

/** The HTTP client. */
export class HttpClient extends Context.Service<
  HttpClient,
  {
    /** `withSpare` limits the concurrent requests of a poll beside its first one. */
    readonly open: (request: Request, withSpare?: Channel["withSpare"]) => Effect.Effect<Exchange, never, Scope.Scope>
  }
>()("poller/HttpClient") {
  /** Keeps at most `idle` idle connections, and uses at most `memory` bytes for concurrent bodies. */
  static readonly layer = (userAgent: string, idle: number, memory = quarterOfMemory()) =>
    Layer.effect(
      HttpClient,
      Effect.gen(function* () {
        const openPool = yield* makePools(limitIdle(idle))
        const common = { accept: "application/json", "accept-encoding": acceptEncoding, "user-agent": userAgent }
        const budget = new MemoryBudget(memory)
        const openSession = yield* makeSessions(common, budget, openPool)
        return {
          open: (request: Request, withSpare = unlimited) =>
            open(request, common, budget, openPool, openSession, withSpare)
        }
      })
    )
}
