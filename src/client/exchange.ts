import type { IncomingMessage } from "node:http"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { acceptEncoding } from "./body.ts"
import { type Credentials, lowercase, makeCredentials } from "./credentials.ts"
import { BadStatus, Timeout, type UpstreamError } from "./errors.ts"
import { type Hop, send } from "./hop.ts"
import { boundIdle } from "./idle.ts"
import { MemoryBudget, quarterOfMemory } from "./memory-budget.ts"
import { makePools } from "./pool.ts"
import { maxRedirects, redirected, redirects, type Strange } from "./redirect.ts"
import type { Request } from "./request.ts"
import { retryAfter } from "./retry-after.ts"

/** What tells one version of an answer from the next (RFC 9110, section 8.8). */
export interface Validators {
  readonly etag: string | undefined
  readonly lastModified: string | undefined
}

export type Answer =
  | {
      readonly _tag: "Fresh"
      readonly status: number
      /** Decompressed. */
      readonly body: Uint8Array
      readonly validators: Validators | undefined
      readonly contentType?: string | undefined
      /** Says that the body's memory is no longer used. */
      readonly release?: (() => void) | undefined
    }
  /** The answer is the one that the validators were of. */
  | { readonly _tag: "NotModified"; readonly status: 304 }

/** One bounded exchange. `validators` of the last answer that was of use make it conditional. */
export type Exchange = (validators: Validators | undefined) => Effect.Effect<Answer, UpstreamError>

const validatorsOf = ({ headers }: IncomingMessage): Validators | undefined =>
  headers.etag === undefined && headers["last-modified"] === undefined
    ? undefined
    : { etag: headers.etag, lastModified: headers["last-modified"] }

const conditions = (validators: Validators | undefined) => ({
  ...(validators?.etag !== undefined && { "if-none-match": validators.etag }),
  ...(validators?.lastModified !== undefined && { "if-modified-since": validators.lastModified })
})

const isConditional = ({ headers }: Hop) => "if-none-match" in headers || "if-modified-since" in headers

const badStatus = Effect.fnUntraced(function* (status: number, { headers }: IncomingMessage) {
  const pauses = status === 429 || status === 503
  const pause = pauses ? retryAfter(headers["retry-after"], yield* Clock.currentTimeMillis) : undefined
  return yield* new BadStatus({ status, retryAfter: pause })
})

/** Follows a hop to its end: the answer of the last. */
const follow = Effect.fnUntraced(function* (
  first: Hop,
  { acceptStatus, followRedirects, maxBody }: Request,
  strange: Strange
) {
  const isGood = (status = 0) => acceptStatus.some(({ from, to }) => from <= status && status <= to)
  let hop = first
  for (let followed = 0; ; followed++) {
    const { head, body, release } = yield* send(hop, ({ statusCode }) => (isGood(statusCode) ? maxBody : undefined))
    const status = head.statusCode ?? 0
    if (body !== undefined) {
      const contentType = head.headers["content-type"]
      return { _tag: "Fresh", status, body, validators: validatorsOf(head), contentType, release } as const
    }
    if (status === 304 && isConditional(hop)) return { _tag: "NotModified", status } as const
    if (!followRedirects || !redirects.includes(status)) return yield* badStatus(status, head)
    if (followed === maxRedirects)
      return yield* new BadStatus({ status, detail: `more than ${maxRedirects} redirects` })
    const next = redirected(hop, status, head.headers.location, strange)
    if (typeof next === "string") return yield* new BadStatus({ status, detail: next })
    hop = next
  }
})

/** What the exchanges of one target have in common. */
interface Channel {
  readonly request: Request
  readonly own: Hop["headers"]
  readonly memory: MemoryBudget
  readonly pool: Effect.Success<ReturnType<ReturnType<typeof makePools>>>
  readonly credentials: Credentials
}

const exchange = Effect.fnUntraced(function* (
  { request, own, memory, pool: current, credentials }: Channel,
  validators: Validators | undefined
) {
  const { url, method, body } = request
  const timeout = Duration.toMillis(request.timeout)
  const pool = yield* current
  const strange = { headers: own, agents: pool.strange, timeout, memory }
  const secret = yield* credentials.headers(strange)
  const type = body !== undefined && { "content-type": "application/json" }
  const headers = { ...own, ...type, ...lowercase(request.headers), ...secret, ...conditions(validators) }
  return yield* follow({ url, method, headers, body, agents: pool.own, timeout, memory }, request, strange)
})

/** The exchange of one target. Scoped: its connections go with it. */
const open = Effect.fnUntraced(function* (
  request: Request,
  own: Hop["headers"],
  memory: MemoryBudget,
  openPool: ReturnType<typeof makePools>
) {
  const channel: Channel = {
    request,
    own,
    memory,
    pool: yield* openPool(request),
    credentials: makeCredentials(request)
  }
  return (validators: Validators | undefined) =>
    exchange(channel, validators).pipe(
      Effect.catchTag("BadStatus", (error) =>
        error.status === 401 && channel.credentials.renew() ? exchange(channel, validators) : Effect.fail(error)
      ),
      Effect.timeoutOrElse({
        duration: request.timeout,
        orElse: () => Effect.fail(new Timeout({ after: request.timeout }))
      })
    )
})

/** The HTTP client: whoever polls asks it for the exchange of a target. */
export class Upstream extends Context.Service<
  Upstream,
  { readonly open: (request: Request) => Effect.Effect<Exchange, never, Scope.Scope> }
>()("poller/Upstream") {
  /** Keeps `idle` connections for later at most, and `memory` bytes of bodies under way. */
  static readonly layer = (userAgent: string, idle: number, memory = quarterOfMemory()) =>
    Layer.sync(Upstream, () => {
      const openPool = makePools(boundIdle(idle))
      const headers = { accept: "application/json", "accept-encoding": acceptEncoding, "user-agent": userAgent }
      const budget = new MemoryBudget(memory)
      return { open: (request) => open(request, headers, budget, openPool) }
    })
}
