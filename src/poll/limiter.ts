import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"

/** The limit for one host. It is low, so that a host that hangs leaves most permits to the others. */
export const perHost = (total: number) => Math.max(1, Math.floor(total / 8))

interface Host {
  readonly permits: Semaphore.Semaphore
  polls: number
}

/**
 * Limits concurrent polls: `total` for all hosts, an eighth of that for one host. A host is an origin (scheme, name and
 * port). A poll that waits for its host does not hold a permit that another host could use.
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
    /** Runs a poll of the host as soon as it has a permit. After `close` it does nothing. */
    withPermit: (origin: string) => (poll: Effect.Effect<void>) =>
      Effect.suspend(() => {
        const host = acquireHost(origin)
        const run = Effect.suspend(() => (closed ? Effect.void : poll))
        return Effect.onExit(host.permits.withPermit(permits.withPermit(run)), () =>
          Effect.sync(() => releaseHost(origin, host))
        )
      }),
    /** Runs further requests of a running poll of the host if there is a permit for them now; else does nothing. */
    withSpare:
      (origin: string) =>
      <E>(requests: Effect.Effect<void, E>): Effect.Effect<void, E> =>
        Effect.suspend(() => {
          const host = acquireHost(origin)
          const spare = host.permits.withPermitsIfAvailable(1)(permits.withPermitsIfAvailable(1)(requests))
          return Effect.onExit(Effect.asVoid(spare), () => Effect.sync(() => releaseHost(origin, host)))
        }),
    /** Prevents new polls, and waits for the running ones for up to `grace`. */
    close: (grace: Duration.Duration) =>
      Effect.suspend(() => {
        closed = true
        return Effect.asVoid(Effect.timeoutOption(permits.take(total), grace))
      })
  }
}
