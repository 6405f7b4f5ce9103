import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import * as RcMap from "effect/RcMap"
import type * as Scope from "effect/Scope"
import type { UpstreamError } from "./errors.ts"
import { type Login, LoginSession, type OpenSession } from "./login-session.ts"
import type { MemoryBudget } from "./memory-budget.ts"
import { monotonic } from "./monotonic.ts"
import type { makePools } from "./pool.ts"
import type { Attempt } from "./send.ts"

/** Milliseconds between the logins of a target that refuses new sessions, at most. */
const maxPause = 900_000

/** The use of a session by one target. */
export class SessionUse {
  readonly session: LoginSession
  /** The name of the wait for the session in messages. */
  readonly step: string
  readonly #interval: Duration.Duration
  #refusals = 0
  #pausedUntil = 0
  /** The session that the target refused last. */
  #refused: OpenSession | undefined
  #last: OpenSession | undefined

  constructor(session: LoginSession, interval: Duration.Duration) {
    this.session = session
    this.step = `login ${session.login.name}`
    this.#interval = interval
  }

  get open(): Effect.Effect<OpenSession, UpstreamError> {
    return this.session.get(this.#interval)
  }

  /**
   * Handles a response with a status that is not accepted. True if a new login may help; this session is then no longer
   * used. A target may refuse every new session, for instance because its user lacks a right. It must not log in for
   * each poll, so its pauses double. `isSecond`: the refused request was the second one of this poll, with new
   * credentials. An unsafe method is not sent again; then the next poll notices that the new session is refused too.
   */
  readonly refused = Effect.fnUntraced(function* (
    this: SessionUse,
    open: OpenSession,
    status: number,
    isSecond: boolean
  ) {
    if (!this.session.login.refused.includes(status)) return false
    const now = yield* monotonic
    if (!isSecond && now < this.#pausedUntil) return false
    if (isSecond || (this.#refused !== undefined && this.#refused !== open)) {
      const pause = Math.min(maxPause, Duration.toMillis(this.#interval) * 2 ** this.#refusals)
      this.#refusals++
      this.#pausedUntil = now + pause
      this.#refused = undefined
      return false
    }
    this.#refused = open
    this.session.forget(open)
    return true
  })

  /** Whether this is the first request of the target with this session. */
  isFirstUse(open: OpenSession): boolean {
    const isNew = this.#last !== open
    this.#last = open
    return isNew
  }

  /** The target accepted the session. */
  accepted(): void {
    this.#refusals = 0
    this.#pausedUntil = 0
    this.#refused = undefined
  }
}

class SessionKey implements Equal.Equal {
  readonly login: Login

  constructor(login: Login) {
    this.login = login
  }

  [Equal.symbol](other: unknown): boolean {
    return other instanceof SessionKey && other.login.fingerprint === this.login.fingerprint
  }

  [Hash.symbol](): number {
    return Hash.string(this.login.fingerprint)
  }
}

/**
 * How long a session stays open without a target. A reload stops a changed target before it starts the new one, which
 * then uses the same session.
 */
const idleTime = Duration.seconds(5)

/**
 * The sessions of all targets, one for each login. Scoped: a session is closed after its last target.
 */
export const makeSessions = Effect.fnUntraced(function* (
  common: Attempt["headers"],
  memory: MemoryBudget,
  openPool: Effect.Success<ReturnType<typeof makePools>>
) {
  const sessions = yield* RcMap.make({
    idleTimeToLive: idleTime,
    lookup: ({ login }: SessionKey) =>
      Effect.gen(function* () {
        const pool = yield* openPool(login.request)
        return yield* Effect.acquireRelease(
          Effect.sync(() => new LoginSession(login, { common, memory, pool })),
          ({ logout }) => logout
        )
      })
  })
  return (login: Login): Effect.Effect<LoginSession, never, Scope.Scope> => RcMap.get(sessions, new SessionKey(login))
})
