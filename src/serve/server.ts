import type { IncomingMessage, Server, ServerResponse } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import { hold, release } from "../exposition/memory.ts"
import type { Socket } from "../host/sockets.ts"
import { type Address, showAddress } from "./address.ts"
import { Connections } from "./connections.ts"
import { makeRoutes } from "./routes.ts"
import { makeScrape, type Scrape, type Scraped } from "./scrape.ts"
import { plain, type WebConfig } from "./web-config/web-config.ts"

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

/** Longer than Prometheus keeps an idle connection (5 minutes): it is its to close, and each scrape does not begin with a handshake. */
const keepAlive = Duration.seconds(310)

/** What `server.listen` takes of it. */
const options = (listener: Listener) => {
  if ("fd" in listener) return { fd: listener.fd }
  const { host, port } = listener
  return host === undefined ? { port } : { host, port }
}

/** Takes no new connection, waits for the answers under way, and cuts what dawdles. */
const close = (server: Server) =>
  Effect.callback<void>((resume) => {
    server.close(() => resume(Effect.void))
  }).pipe(Effect.timeoutOption(drainTime), Effect.andThen(Effect.sync(() => server.closeAllConnections())))

const listen = (server: Server, listener: Listener) =>
  Effect.acquireRelease(
    Effect.callback<Server, CannotListen>((resume) => {
      const fail = (cause: Error) => resume(Effect.fail(new CannotListen({ listener, cause })))
      server.once("error", fail).listen(options(listener), () => {
        server.off("error", fail)
        resume(Effect.succeed(server))
      })
    }),
    close
  )

const send = (response: ServerResponse, { headers, body }: Scraped) => {
  response.writeHead(200, headers)
  for (const piece of body.slice(0, -1)) response.write(piece)
  response.end(body.at(-1))
}

/**
 * Answers scrapes, and tells whether a request was one. The way through the routes takes three times as long as Node itself, and would copy the page
 * of many targets once more.
 */
const makeAnswerScrape = Effect.fnUntraced(function* ({ ready, scrape }: Scrape) {
  const run = yield* FiberSet.makeRuntime()
  return ({ url, method, headers }: IncomingMessage, response: ServerResponse): boolean => {
    if (url !== "/metrics" || method !== "GET") return false
    const { accept } = headers
    const encoding = headers["accept-encoding"]
    const page = ready(accept, encoding)
    if (page !== undefined) send(response, page)
    else run(Effect.map(logDefects(scrape(accept, encoding)), (page) => send(response, page)))
    return true
  }
})

/**
 * Serves the routes on every listener for as long as the scope lives; the first that cannot be had fails it.
 * Returns them as they were bound: port 0 has become a free one.
 */
export const serve = Effect.fnUntraced(function* (
  listeners: ReadonlyArray<Listener>,
  web: WebConfig,
  mostClients: number
) {
  const connections = new Connections(mostClients)
  const scrape = yield* makeScrape
  yield* Effect.forkScoped(scrape.ahead)
  const scope = yield* Effect.scope
  const routes = web.guard(yield* makeRoutes(scrape))
  const answer = yield* NodeHttpServer.makeHandler(logDefects(routes), { scope })
  // passwords and headers of a web.config.file lie on the way through the routes
  const answerScrape = web.guard === plain.guard ? yield* makeAnswerScrape(scrape) : () => false
  return yield* Effect.forEach(
    listeners,
    Effect.fnUntraced(function* (listener) {
      const server = web.createServer().on("request", (request, response) => {
        hold()
        response.once("close", release)
        if (!answerScrape(request, response)) answer(request, response)
      })
      connections.watch(server)
      server.keepAliveTimeout = Duration.toMillis(keepAlive)
      const address = (yield* listen(server, listener)).address()
      const port = typeof address === "object" ? address?.port : undefined
      return "fd" in listener || port === undefined ? listener : { ...listener, port }
    })
  )
})
