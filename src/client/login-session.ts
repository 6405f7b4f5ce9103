import type { IncomingHttpHeaders } from "node:http"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Semaphore from "effect/Semaphore"
import { type Authenticator, lowercase, makeAuthenticator, type SecretHeaders } from "./authenticator.ts"
import { CookieJar } from "./cookies.ts"
import { type BadCredential, LoginFailed, type UpstreamError } from "./errors.ts"
import { monotonic } from "./monotonic.ts"
import type { Pool } from "./pool.ts"
import type { Request } from "./request.ts"
import { fitsHeader } from "./secrets.ts"
import { type Attempt, type CrossOrigin, send } from "./send.ts"
import { lifetimeOf } from "./session-lifetime.ts"

/** What a login's response holds, by the names of `take`. */
export type Taken = ReadonlyMap<string, string>

/** How a session is opened, used and closed. Sessions with the same fingerprint are one. */
export interface Login {
  readonly name: string
  readonly fingerprint: string
  /** Its URL, method, headers, TLS and so on. */
  readonly request: Request
  /** The body with the secrets that are in the files now. */
  readonly body: Effect.Effect<{ readonly text: Redacted.Redacted; readonly type: string } | undefined, BadCredential>
  /** Fails in a few words that hold nothing of the response. */
  readonly take: (body: Uint8Array, headers: IncomingHttpHeaders) => Result.Result<Taken, string>
  readonly give: {
    /** Templates such as `Bearer {token}`. */
    readonly headers: Readonly<Record<string, string>>
    readonly params: Readonly<Record<string, string>>
  }
  readonly renew: Duration.Duration | undefined
  readonly refused: ReadonlyArray<number>
  /** `url` is a template, against the login's URL. */
  readonly logout: { readonly url: string; readonly method: string } | undefined
}

const maxPause = 900_000

/** A logout must not hold the exit. */
const logoutTimeout = Duration.millis(800)

const maxBody = 1_000_000

const fillTemplate = (template: string, taken: Taken): string =>
  template.replace(/\{([^{}]+)\}/g, (whole, name: string) => taken.get(name) ?? whole)

/** An open session. */
export interface Open {
  readonly taken: Taken
  readonly cookies: CookieJar
  /** On the monotonic clock. */
  readonly goodUntil: number
}

/** What the requests of a session need of the client. */
export interface Surroundings {
  readonly common: Attempt["headers"]
  readonly memory: Attempt["memory"]
  readonly pool: Effect.Effect<Pool, UpstreamError>
}

/** The session of one login, however many targets share it. */
export class LoginSession {
  readonly login: Login
  readonly #around: Surroundings
  readonly #authenticator: Authenticator
  /** Only one login is under way; who needs the session meanwhile waits. */
  readonly #one = Semaphore.makeUnsafe(1)
  #open: Open | undefined
  #failures = 0
  #pausedUntil = 0
  #lastError = ""
  /** The body of the login that failed. Another one, with a new password, is sent at once. */
  #failedBody: string | undefined

  constructor(login: Login, around: Surroundings) {
    this.login = login
    this.#around = around
    this.#authenticator = makeAuthenticator(login.request)
  }

  /**
   * The open session, after a login if there is none. A failed login is tried again after `interval`, then after
   * doubling pauses.
   */
  get(interval: Duration.Duration): Effect.Effect<Open, UpstreamError> {
    return this.#one.withPermit(Effect.suspend(() => this.#getNow(interval)))
  }

  /** The headers of a request to a target, and the Cookie header that the configuration sets, if it does. */
  headers(open: Open, url: URL, cookie?: Redacted.Redacted | string): Effect.Effect<SecretHeaders, LoginFailed> {
    const given = Object.entries(lowercase(this.login.give.headers))
    const configured = Redacted.isRedacted(cookie) ? Redacted.value(cookie) : cookie
    const cookies = [configured, open.cookies.header(url)].filter((text) => text !== undefined)
    const headers = [
      ...given.map(([name, template]) => [name, fillTemplate(template, open.taken)] as const),
      ...(cookies.length === 0 ? [] : [["cookie", cookies.join("; ")] as const])
    ]
    const bad = headers.find(([, value]) => !fitsHeader(value))
    if (bad !== undefined)
      return Effect.fail(new LoginFailed({ message: `the login gave a value that the header ${bad[0]} cannot hold` }))
    return Effect.succeed(Object.fromEntries(headers.map(([name, value]) => [name, Redacted.make(value)])))
  }

  /** The URL of a request to the login's target. */
  url(open: Open, url: URL): URL {
    const params = Object.entries(this.login.give.params)
    if (params.length === 0) return url
    const next = new URL(url)
    for (const [name, template] of params) next.searchParams.set(name, fillTemplate(template, open.taken))
    return next
  }

  /** The target refused the session: it is not used again, unless another one has taken its place already. */
  forget(open: Open): void {
    if (this.#open === open) this.#open = undefined
  }

  /** Closes the session at the server, which may allow only a few. */
  readonly logout: Effect.Effect<void> = Effect.suspend(() => {
    const { logout, request } = this.login
    const open = this.#open
    this.#open = undefined
    if (open === undefined || logout === undefined) return Effect.void
    const url = URL.parse(fillTemplate(logout.url, open.taken), request.url)
    if (url === null || url.origin !== request.url.origin) return Effect.void
    const attempt = Effect.gen({ self: this }, function* () {
      const headers = yield* this.headers(open, url)
      const around = yield* this.#surroundings()
      yield* send(
        {
          ...around,
          url,
          socketPath: request.socketPath,
          method: logout.method,
          body: undefined,
          headers: { ...around.headers, ...headers }
        },
        () => undefined
      )
    })
    return attempt.pipe(Effect.timeoutOption(logoutTimeout), Effect.ignore)
  })

  get #currentBody(): Effect.Effect<string | undefined> {
    return this.login.body.pipe(
      Effect.map((content) => content && Redacted.value(content.text)),
      // the login reports it
      Effect.orElseSucceed(() => undefined)
    )
  }

  #surroundings(): Effect.Effect<CrossOrigin, UpstreamError> {
    const { common, memory, pool } = this.#around
    const timeout = Duration.toMillis(this.login.request.timeout)
    return Effect.map(pool, ({ own }) => ({ headers: common, agents: own, timeout, memory }))
  }

  readonly #getNow = Effect.fnUntraced(function* (this: LoginSession, interval: Duration.Duration) {
    const now = yield* monotonic
    if (this.#open !== undefined && now < this.#open.goodUntil) return this.#open
    if (now < this.#pausedUntil && this.#failedBody === (yield* this.#currentBody)) {
      const left = Duration.format(Duration.seconds(Math.ceil((this.#pausedUntil - now) / 1000)))
      return yield* new LoginFailed({ message: `${this.#lastError}; the next try is in ${left}` })
    }
    this.#open = undefined
    this.#failedBody = yield* this.#currentBody
    const fail = (message: string) =>
      Effect.map(monotonic, (now) => {
        const pause = Math.min(maxPause, Duration.toMillis(interval) * 2 ** this.#failures)
        this.#failures++
        this.#lastError = message
        // a little less than an interval, so that the next tick is not too early
        this.#pausedUntil = now + pause * 0.9
      })
    const open = yield* this.#logIn().pipe(
      Effect.catch((error) => {
        const failed =
          error.reason === "credential"
            ? error
            : new LoginFailed({ message: `login ${this.login.name}: ${error.message}` })
        return Effect.andThen(fail(failed.message), Effect.fail(failed))
      }),
      Effect.onInterrupt(() => fail(`login ${this.login.name}: no response within the poll's timeout`))
    )
    this.#failures = 0
    this.#pausedUntil = 0
    this.#open = open
    return open
  })

  readonly #logIn = Effect.fnUntraced(function* (this: LoginSession) {
    const { request, take, renew } = this.login
    const { url, method, acceptStatus, socketPath } = request
    const around = yield* this.#surroundings()
    const content = yield* this.login.body
    const isGood = (status = 0) => acceptStatus.some(({ from, to }) => from <= status && status <= to)
    const cookies = new CookieJar()
    for (let isRefused = false; ; isRefused = true) {
      const body = content?.text
      const headers = {
        ...around.headers,
        ...(content !== undefined && { "content-type": content.type }),
        ...lowercase(request.headers),
        ...(yield* this.#authenticator.headers({ url, method, body }, around))
      }
      const attempt: Attempt = { ...around, url, socketPath, method, body, headers }
      const received = yield* send(attempt, ({ statusCode }) => (isGood(statusCode) ? maxBody : undefined))
      const { head, body: bytes, release } = received
      const status = head.statusCode ?? 0
      if (bytes === undefined) {
        if (status === 401 && !isRefused && this.#authenticator.refused(head)) continue
        return yield* new LoginFailed({ message: `status ${status}` })
      }
      cookies.store(url, head.headers["set-cookie"] ?? [])
      const taken = take(bytes, head.headers)
      release()
      if (Result.isFailure(taken)) return yield* new LoginFailed({ message: taken.failure })
      const lifetime = lifetimeOf(taken.success, renew, yield* Clock.currentTimeMillis)
      const goodUntil = lifetime === undefined ? Number.POSITIVE_INFINITY : (yield* monotonic) + Math.max(0, lifetime)
      return { taken: taken.success, cookies, goodUntil } satisfies Open
    }
  })
}
