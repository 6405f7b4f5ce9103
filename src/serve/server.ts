import type { IncomingMessage, Server, ServerResponse } from "node:http"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import type { Socket } from "../host/sockets.ts"
import type { ReloadQueue } from "../poll/reload-queue.ts"
import type { StateStore } from "../poll/state-store.ts"
import { Writers } from "../poll/writers.ts"
import { type Address, showAddress } from "./address.ts"
import { Connections } from "./connections.ts"
import { type HttpResponse, text } from "./http-response.ts"
import { ResponseWriter } from "./response-writer.ts"
import { makeRoutes } from "./routes.ts"
import { makeScrape } from "./scrape.ts"
import type { WebConfig } from "./web-config/web-config.ts"

/** An address to bind, or a socket that systemd has bound already. */
export type Listener = Address | Socket

export const showListener = (listener: Listener): string => ("fd" in listener ? listener.name : showAddress(listener))

export class CannotListen extends Data.TaggedError("CannotListen")<{
  readonly listener: Listener
  readonly cause: unknown
}> {
  override get message() {
    const { code = "", message } = this.cause as NodeJS.ErrnoException
    return `cannot listen on ${showListener(this.listener)}: ${causes[code]?.(this.listener) ?? message}`
  }
}

/** Messages for an address or a socket that cannot be used, by Node's error code. */
const causes: Readonly<Record<string, (listener: Listener) => string>> = {
  EADDRINUSE: () => "another process has this port; two daemons cannot share one",
  EACCES: () => "no permission (ports below 1024 need CAP_NET_BIND_SERVICE)",
  EADDRNOTAVAIL: () => "this machine has no such address",
  EAFNOSUPPORT: () => "this machine has no IPv6",
  ENOTFOUND: () => "no such host",
  ENOTSOCK: () => notListening,
  EINVAL: (listener) => {
    if ("fd" in listener) return notListening
    return /^fe[89ab]/i.test(listener.host ?? "") && !listener.host?.includes("%")
      ? `a link-local address needs its interface, as in [${listener.host}%eth0]:${listener.port}`
      : "the system does not take this address"
  }
}

const notListening = "it is no stream socket that listens: the socket unit needs ListenStream="

/** Long enough for a scrape in flight; a slow client cannot delay the exit for longer. */
export const drainTime = Duration.millis(500)

/** Longer than Prometheus keeps an idle connection (5 minutes), so that a scrape does not begin with a handshake. */
const keepAlive = Duration.seconds(310)

/** The options of `server.listen`. */
const options = (listener: Listener) => {
  if ("fd" in listener) return { fd: listener.fd }
  const { host, port } = listener
  return host === undefined ? { port } : { host, port }
}

/** Accepts no new connection, waits for the responses in progress, and then closes the rest. */
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

const withoutHost = text("a request needs a Host header\n", 400, { connection: "close" })
const unmet = text("the only expectation that is met is 100-continue\n", 417)

/** The response to a request that must be refused (RFC 9112, section 3.2, and RFC 9110, section 10.1.1). */
const refusalOf = ({ httpVersion, headers }: IncomingMessage): HttpResponse | undefined => {
  if (httpVersion !== "1.1") return undefined
  if (headers.host === undefined) return withoutHost
  return /^(100-continue)?$/i.test(headers.expect ?? "") ? undefined : unmet
}

const failed = text("internal error: the log of poller has the cause\n", 500)

/** If a request fails because of a bug, logs the cause and responds with status 500. */
const orFailed = <A, R>(response: Effect.Effect<A, never, R>): Effect.Effect<A | HttpResponse, never, R> =>
  Effect.catchCause(response, (cause) =>
    Cause.hasInterruptsOnly(cause)
      ? Effect.interrupt
      : Effect.as(Effect.logError("request failed by a bug", cause), failed)
  )

/**
 * Answers requests. A page of /metrics that is ready is written without an effect: it would take 0.05 ms a scrape,
 * three times as long as Node itself.
 */
const makeAnswer = Effect.fnUntraced(function* (web: WebConfig, connections: Connections) {
  const pool = (yield* Writers).buffers
  const writer = new ResponseWriter(pool, connections.progressed)
  const scrape = yield* makeScrape
  yield* Effect.forkScoped(scrape.ahead)
  const responseTo = yield* makeRoutes(scrape, web.hasUsers)
  const run = yield* FiberSet.makeRuntime<StateStore | ReloadQueue>()

  const isMetrics = ({ url, method }: IncomingMessage) =>
    method === "GET" && (url === "/metrics" || url?.startsWith("/metrics?") === true)

  const write = (response: ServerResponse, { headers, ...rest }: HttpResponse) =>
    writer.write(response, { ...rest, headers: { ...headers, ...web.headers() } })

  const respond = (request: IncomingMessage, response: ServerResponse) => {
    const { accept, "accept-encoding": encoding } = request.headers
    const ready = isMetrics(request) ? scrape.ready(accept, encoding) : undefined
    if (ready !== undefined) return write(response, ready)
    // until the writer pins the page, the next poll must not reuse its memory
    const release = pool.hold()
    run(
      orFailed(responseTo(request)).pipe(
        Effect.map((finished) => write(response, finished)),
        Effect.ensuring(Effect.sync(release))
      )
    )
  }

  return (request: IncomingMessage, response: ServerResponse): void => {
    const refusal = refusalOf(request) ?? web.authorize(request)
    if (refusal === undefined) respond(request, response)
    else if (!Effect.isEffect(refusal)) write(response, refusal)
    else
      run(
        Effect.map(orFailed(refusal), (refused) =>
          refused === undefined ? respond(request, response) : write(response, refused)
        )
      )
  }
})

/** The limit of connections, and the timeouts of a connection in milliseconds. */
export interface ClientLimits {
  readonly connections: number
  /** For the whole head of a request. */
  readonly head: number
  /** For the whole request. */
  readonly request: number
  /** For a client that reads nothing of its response. */
  readonly stalled: number
}

export const defaultTimeouts = { head: 10_000, request: 30_000, stalled: 60_000 }

/**
 * Serves the routes on every listener while the scope is open. Fails with the first listener that cannot be bound.
 * Returns the bound addresses: instead of port 0, the port that the system chose.
 */
export const serve = Effect.fnUntraced(function* (
  listeners: ReadonlyArray<Listener>,
  web: WebConfig,
  limits: ClientLimits
) {
  const connections = new Connections(limits.connections)
  const answer = yield* makeAnswer(web, connections)
  return yield* Effect.forEach(
    listeners,
    Effect.fnUntraced(function* (listener) {
      const server = web.createServer()
      connections.watch(server, answer)
      server.headersTimeout = limits.head
      server.requestTimeout = limits.request
      server.timeout = limits.stalled
      server.keepAliveTimeout = Duration.toMillis(keepAlive)
      const address = (yield* listen(server, listener)).address()
      const port = typeof address === "object" ? address?.port : undefined
      return "fd" in listener || port === undefined ? listener : { ...listener, port }
    })
  )
})
