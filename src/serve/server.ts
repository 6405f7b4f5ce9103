import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { type Address, showAddress } from "./address.ts"
import { makeRoutes } from "./routes.ts"

export class CannotListen extends Data.TaggedError("CannotListen")<{
  readonly address: Address
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
    return `cannot listen on ${showAddress(this.address)}: ${why[code ?? ""] ?? (this.cause instanceof Error ? this.cause.message : String(this.cause))}`
  }
}

/** Silent on success, loud on a bug: the stock request logger is all or nothing. */
const logDefects = <A, E, R>(app: Effect.Effect<A, E, R>) =>
  Effect.tapCause(app, (cause) =>
    Cause.hasDies(cause) ? Effect.logError("request failed by a bug", cause) : Effect.void
  )

/** Long enough for a scrape in flight; a client that dawdles cannot hold the exit for longer. */
const drainTime = "500 millis"

/**
 * Serves the routes on every address for as long as the scope lives; the first address that cannot be bound fails it.
 * Returns the addresses as they were bound: port 0 has become a free one.
 */
export const serve = Effect.fnUntraced(function* (addresses: ReadonlyArray<Address>) {
  const routes = yield* makeRoutes
  return yield* Effect.forEach(
    addresses,
    Effect.fnUntraced(function* (address) {
      const server = yield* NodeHttpServer.make(createServer, {
        port: address.port,
        ...(address.host !== undefined && { host: address.host }),
        gracefulShutdownTimeout: drainTime
      }).pipe(Effect.mapError(({ cause }) => new CannotListen({ address, cause })))
      yield* server.serve(routes, logDefects)
      return { ...address, port: "port" in server.address ? server.address.port : address.port }
    })
  )
})
