import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"

/** How many of all polls under way one host may have: so few that those that hang at it leave room for the others. */
export const perHost = (total: number) => Math.max(1, Math.floor(total / 8))

interface Host {
  readonly permits: Semaphore.Semaphore
  polls: number
}

/**
 * Bounds the polls under way at once: `total` of them, and an eighth of that of one host, which is an origin (scheme, name and port). A poll that waits for its
 * host keeps nobody else waiting.
 */
export const makeLimiter = (total: number) => {
  const permits = Semaphore.makeUnsafe(total)
  const hosts = new Map<string, Host>()
  let closed = false

  const acquireHost = (origin: string) => {
    const host = hosts.get(origin) ?? { permits: Semaphore.makeUnsafe(perHost(total)), polls: 0 }
    hosts.set(origin, host)
    host.polls++
    return host
  }
  const releaseHost = (origin: string, host: Host) => {
    if (--host.polls === 0) hosts.delete(origin)
  }

  return {
    /** Puts off a poll of the host until it has its berth; one whose turn comes after the end does not begin. */
    withPermit: (origin: string) => (poll: Effect.Effect<void>) =>
      Effect.suspend(() => {
        const host = acquireHost(origin)
        const begin = Effect.suspend(() => (closed ? Effect.void : poll))
        return Effect.onExit(host.permits.withPermit(permits.withPermit(begin)), () =>
          Effect.sync(() => releaseHost(origin, host))
        )
      }),
    /** From now on no poll begins; waits, `grace` at most, until those under way have ended. */
    close: (grace: Duration.Duration) =>
      Effect.suspend(() => {
        closed = true
        return Effect.asVoid(Effect.timeoutOption(permits.take(total), grace))
      })
  }
}
