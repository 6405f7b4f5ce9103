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

/** The values that `take` finds in the response of a login, by name. */
export type Taken = ReadonlyMap<string, string>

/** How a session is opened, used and closed. Logins with the same fingerprint share one session. */
export interface Login {
  readonly name: string
  readonly fingerprint: string
  /** The request of the login, without its body. */
  readonly request: Request
  /** The body, with the current secrets from their files. */
  readonly body: Effect.Effect<{ readonly text: Redacted.Redacted; readonly type: string } | undefined, BadCredential>
  /** Fails with a message that contains nothing of the response. */
  readonly take: (body: Uint8Array, headers: IncomingHttpHeaders) => Result.Result<Taken, string>
  readonly give: {
    /** Templates such as `Bearer {token}`. */
    readonly headers: Readonly<Record<string, string>>
    readonly params: Readonly<Record<string, string>>
  }
  readonly renew: Duration.Duration | undefined
  readonly refused: ReadonlyArray<number>
  /** `url` is a template, relative to the URL of the login. */
  readonly logout: { readonly url: string; readonly method: string } | undefined
}

/** Milliseconds between failed logins, at most. */
const maxPause = 900_000

/** A logout must not delay the exit. */
const logoutTimeout = Duration.millis(800)

/** Bytes of the response of a login. */
const maxBody = 1_000_000

const fillTemplate = (template: string, taken: Taken): string =>
  template.replace(/\{([^{}]+)\}/g, (whole, name: string) => taken.get(name) ?? whole)

export interface OpenSession {
  readonly taken: Taken
  readonly cookies: CookieJar
  /** Milliseconds of the monotonic clock. */
  readonly validUntil: number
}

/** What the requests of a login use, beside their own settings. */
interface Resources {
  readonly common: Attempt["headers"]
  readonly memory: Attempt["memory"]
  readonly pool: Effect.Effect<Pool, UpstreamError>
}

/** The session of one login, however many targets share it. */
export class LoginSession {
  readonly login: Login
  readonly #resources: Resources
  readonly #authenticator: Authenticator
  /** One login at a time: other polls that need the session wait. */
  readonly #oneAtATime = Semaphore.makeUnsafe(1)
  #open: OpenSession | undefined
  #failures = 0
  #pausedUntil = 0
  #lastError = ""
  /** The body of the last failed login. A changed body, such as one with a new password, is sent at once. */
  #failedBody: string | undefined

  constructor(login: Login, resources: Resources) {
    this.login = login
    this.#resources = resources
    this.#authenticator = makeAuthenticator(login.request)
  }

  /**
   * The open session, after a login if there is none. A failed login is tried again after `interval`, then after
   * doubling pauses.
   */
  get(interval: Duration.Duration): Effect.Effect<OpenSession, UpstreamError> {
    return this.#oneAtATime.withPermit(Effect.suspend(() => this.#getNow(interval)))
  }

  /** The headers of a request with the session. `cookie` is the Cookie header of the configuration, if it has one. */
  headers(open: OpenSession, url: URL, cookie?: Redacted.Redacted | string): Effect.Effect<SecretHeaders, LoginFailed> {
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

  /** The URL of a request with the session: with the `params` of `give`. */
  url(open: OpenSession, url: URL): URL {
    const params = Object.entries(this.login.give.params)
    if (params.length === 0) return url
    const next = new URL(url)
    for (const [name, template] of params) next.searchParams.set(name, fillTemplate(template, open.taken))
    return next
  }

  /** The target refused this session, so the next poll logs in. Does nothing if a newer session is open. */
  forget(open: OpenSession): void {
    if (this.#open === open) this.#open = undefined
  }

  /** Ends the session on the server, since a server may allow only a few sessions. */
  readonly logout: Effect.Effect<void> = Effect.suspend(() => {
    const { logout, request } = this.login
    const open = this.#open
    this.#open = undefined
    if (open === undefined || logout === undefined) return Effect.void
    const url = URL.parse(fillTemplate(logout.url, open.taken), request.url)
    if (url === null || url.origin !== request.url.origin) return Effect.void
    const attempt = Effect.gen({ self: this }, function* () {
      const headers = yield* this.headers(open, url)
      const options = yield* this.#requestOptions()
      yield* send(
        {
          ...options,
          url,
          socketPath: request.socketPath,
          method: logout.method,
          body: undefined,
          headers: { ...options.headers, ...headers }
        },
        () => undefined
      )
    })
    return attempt.pipe(Effect.timeoutOption(logoutTimeout), Effect.ignore)
  })

  get #currentBody(): Effect.Effect<string | undefined> {
    return this.login.body.pipe(
      Effect.map((content) => content && Redacted.value(content.text)),
      // the login reports the error
      Effect.orElseSucceed(() => undefined)
    )
  }

  #requestOptions(): Effect.Effect<CrossOrigin, UpstreamError> {
    const { common, memory, pool } = this.#resources
    const timeout = Duration.toMillis(this.login.request.timeout)
    return Effect.map(pool, ({ own }) => ({ headers: common, agents: own, timeout, memory }))
  }

  readonly #getNow = Effect.fnUntraced(function* (this: LoginSession, interval: Duration.Duration) {
    const now = yield* monotonic
    if (this.#open !== undefined && now < this.#open.validUntil) return this.#open
    if (now < this.#pausedUntil && this.#failedBody === (yield* this.#currentBody)) {
      const left = Duration.format(Duration.seconds(Math.ceil((this.#pausedUntil - now) / 1000)))
      return yield* new LoginFailed({ message: `${this.#lastError}; the next try is in ${left}` })
    }
    this.#open = undefined
    this.#failedBody = yield* this.#currentBody
    const pauseAfter = (message: string) =>
      Effect.map(monotonic, (now) => {
        const pause = Math.min(maxPause, Duration.toMillis(interval) * 2 ** this.#failures)
        this.#failures++
        this.#lastError = message
        // a little less, or the next tick would come just before the end of the pause
        this.#pausedUntil = now + pause * 0.9
      })
    const open = yield* this.#logIn().pipe(
      Effect.catch((error) => {
        const failed =
          error.reason === "credential"
            ? error
            : new LoginFailed({ message: `login ${this.login.name}: ${error.message}` })
        return Effect.andThen(pauseAfter(failed.message), Effect.fail(failed))
      }),
      Effect.onInterrupt(() => pauseAfter(`login ${this.login.name}: no response within the poll's timeout`))
    )
    this.#failures = 0
    this.#pausedUntil = 0
    this.#open = open
    return open
  })

  readonly #logIn = Effect.fnUntraced(function* (this: LoginSession) {
    const { request, take, renew } = this.login
    const { url, method, acceptStatus, socketPath } = request
    const options = yield* this.#requestOptions()
    const content = yield* this.login.body
    const isAccepted = (status = 0) => acceptStatus.some(({ from, to }) => from <= status && status <= to)
    const cookies = new CookieJar()
    for (let isRefused = false; ; isRefused = true) {
      const body = content?.text
      const headers = {
        ...options.headers,
        ...(content !== undefined && { "content-type": content.type }),
        ...lowercase(request.headers),
        ...(yield* this.#authenticator.headers({ url, method, body }, options))
      }
      const attempt: Attempt = { ...options, url, socketPath, method, body, headers }
      const received = yield* send(attempt, ({ statusCode }) => (isAccepted(statusCode) ? maxBody : undefined))
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
      const validUntil = lifetime === undefined ? Number.POSITIVE_INFINITY : (yield* monotonic) + Math.max(0, lifetime)
      return { taken: taken.success, cookies, validUntil } satisfies OpenSession
    }
  })
}
