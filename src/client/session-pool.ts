import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import * as RcMap from "effect/RcMap"
import type * as Scope from "effect/Scope"
import type { UpstreamError } from "./errors.ts"
import { type Login, LoginSession, type Open } from "./login-session.ts"
import type { MemoryBudget } from "./memory-budget.ts"
import { monotonic } from "./monotonic.ts"
import type { makePools } from "./pool.ts"
import type { Attempt } from "./send.ts"

const maxPause = 900_000

/** One target's use of a session. */
export class SessionUse {
  readonly session: LoginSession
  /** What messages call the wait for the session. */
  readonly step: string
  readonly #interval: Duration.Duration
  #refusals = 0
  #pausedUntil = 0
  /** A session that was refused, and whose request was not sent again. */
  #refused: Open | undefined
  #last: Open | undefined

  constructor(session: LoginSession, interval: Duration.Duration) {
    this.session = session
    this.step = `login ${session.login.name}`
    this.#interval = interval
  }

  get open(): Effect.Effect<Open, UpstreamError> {
    return this.session.get(this.#interval)
  }

  /**
   * The target answered with a status that is not accepted. True if another login may help. A target that refuses each
   * new session, since its user may not see it, for instance, must not keep logging in: it pauses, twice as long each
   * time. `isSecond` says that this poll has logged in again; after a request that is not sent again, the poll before
   * has.
   */
  readonly refused = Effect.fnUntraced(function* (this: SessionUse, open: Open, status: number, isSecond: boolean) {
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

  /** Whether the target has not used this session before. */
  begins(open: Open): boolean {
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
 * A reload ends the polls of a target that changed before it begins those of its successor, which takes over the
 * session.
 */
const idleTime = Duration.seconds(5)

/**
 * The sessions of all targets: one for each login, however many targets share it. Scoped: a session is closed after its
 * last target.
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
