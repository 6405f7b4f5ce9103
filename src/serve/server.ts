import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Socket } from "../host/sockets.ts"
import { type Address, showAddress } from "./address.ts"
import { makeRoutes } from "./routes.ts"
import type { WebConfig } from "./web-config/web-config.ts"

/** An address to bind, or a socket that systemd has bound already. */
export type Listener = Address | Socket

export const showListener = (listener: Listener): string => ("fd" in listener ? listener.name : showAddress(listener))

export class CannotListen extends Data.TaggedError("CannotListen")<{
  readonly listener: Listener
  readonly cause: unknown
}> {
  override get message() {
    const code = (this.cause as NodeJS.ErrnoException | undefined)?.code
    const why: Record<string, string> = {
      EADDRINUSE: "the port is in use by another process",
      EACCES: "no permission (ports below 1024 need CAP_NET_BIND_SERVICE)",
      EADDRNOTAVAIL: "this machine has no such address",
      ENOTFOUND: "no such host"
    }
    return `cannot listen on ${showListener(this.listener)}: ${why[code ?? ""] ?? (this.cause instanceof Error ? this.cause.message : String(this.cause))}`
  }
}

/** Silent on success, loud on a bug: the stock request logger is all or nothing. */
const logDefects = <A, E, R>(app: Effect.Effect<A, E, R>) =>
  Effect.tapCause(app, (cause) =>
    Cause.hasDies(cause) ? Effect.logError("request failed by a bug", cause) : Effect.void
  )

/** Long enough for a scrape in flight; a client that dawdles cannot hold the exit for longer. */
export const drainTime = Duration.millis(500)

/** What `server.listen` takes of it. */
const options = (listener: Listener) => {
  if ("fd" in listener) return { fd: listener.fd }
  const { host, port } = listener
  return host === undefined ? { port } : { host, port }
}

/**
 * Serves the routes on every listener for as long as the scope lives; the first that cannot be had fails it.
 * Returns them as they were bound: port 0 has become a free one.
 */
export const serve = Effect.fnUntraced(function* (listeners: ReadonlyArray<Listener>, web: WebConfig) {
  const routes = web.guard(yield* makeRoutes)
  return yield* Effect.forEach(
    listeners,
    Effect.fnUntraced(function* (listener) {
      const server = yield* NodeHttpServer.make(web.createServer, {
        ...options(listener),
        gracefulShutdownTimeout: drainTime
      }).pipe(Effect.mapError(({ cause }) => new CannotListen({ listener, cause })))
      yield* server.serve(routes, logDefects)
      return "fd" in listener || !("port" in server.address) ? listener : { ...listener, port: server.address.port }
    })
  )
})
