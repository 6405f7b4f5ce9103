import { stat } from "node:fs/promises"
import { createServer as createPlainServer, type IncomingMessage, type Server } from "node:http"
import { createServer as createSecureServer } from "node:https"
import type { TLSSocket } from "node:tls"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { fileLimits, readFile, Unreadable } from "../../host/file-reader.ts"
import { startWorker } from "../../host/worker.ts"
import { type HttpResponse, text } from "../http-response.ts"
import { makePasswords, type Verdict } from "./passwords.ts"
import { RateLimiter } from "./rate-limiter.ts"
import { clientProblem, type LoadedTls, loadTls, tlsFiles } from "./tls.ts"
import { AlertSender } from "./tls-alert.ts"
import { parseWebFile, type WebFile } from "./web-file.ts"

/** One line for each problem. */
export class BadWebConfig extends Data.TaggedError("BadWebConfig")<{ readonly lines: ReadonlyArray<string> }> {
  override get message() {
    return this.lines.join("\n")
  }
}

/** Pages for load balancers and probes. They need no password and have no rate limit. */
const open: ReadonlySet<string> = new Set(["/healthz", "/readyz"])

/**
 * How often Node checks the timeouts of connections, and how long a TLS handshake may take (milliseconds). Node would
 * respond to a request without Host at once; here it waits for the requests before it, like any other.
 */
const checks = { connectionsCheckingInterval: 5000, handshakeTimeout: 10_000, requireHostHeader: false }

interface Loaded {
  readonly web: WebFile
  readonly tls: LoadedTls | undefined
  readonly limiter: RateLimiter | undefined
}

const firstLine = (error: unknown) => (error instanceof Error ? error.message.split("\n", 1)[0] : String(error))

const load = Effect.fnUntraced(function* (file: string) {
  const bad = (...lines: ReadonlyArray<string>) => new BadWebConfig({ lines })
  const bytes = yield* Effect.mapError(readFile(file, fileLimits.list), ({ why }) =>
    bad(`${file}: cannot be read: ${why}`)
  )
  const parsed = parseWebFile(file, bytes.toString("utf8"))
  if (Result.isFailure(parsed)) return yield* bad(...parsed.failure)
  const { tls, rateLimit } = parsed.success
  const loaded: Loaded = {
    web: parsed.success,
    tls:
      tls === undefined
        ? undefined
        : yield* loadTls(file, tls).pipe(
            Effect.catchDefect((defect) => Effect.fail(defect)),
            Effect.mapError((error) =>
              bad(
                error instanceof Unreadable
                  ? `${file}: tls_server_config: ${error.message}`
                  : `${file}: tls_server_config: certificate and key cannot be used: ${firstLine(error)}`
              )
            )
          ),
    limiter:
      rateLimit === undefined ? undefined : new RateLimiter(rateLimit.interval, rateLimit.burst, performance.now())
  }
  return loaded
})

const stampOf = (file: string): Promise<string> =>
  stat(file).then(
    ({ ino, size, mtimeMs, ctimeMs }) => `${ino} ${size} ${mtimeMs} ${ctimeMs}`,
    () => "absent"
  )

/** A text that changes when one of the files changes. Asynchronous, since their file system may hang. */
const stamp = (files: ReadonlyArray<string>): Effect.Effect<string> =>
  Effect.map(
    Effect.promise(() => Promise.all(files.map(stampOf))),
    (stamps) => stamps.join()
  )

/** How the pages are served: by plain HTTP, or as a web.config.file defines it. */
export interface WebConfig {
  readonly createServer: () => Server
  readonly scheme: "http" | "https"
  /** The response to a refused request; undefined if it is allowed. An effect if a password must be hashed first. */
  readonly authorize: (request: IncomingMessage) => Effect.Effect<HttpResponse | undefined> | HttpResponse | undefined
  /** Whether every request needs a password. */
  readonly hasUsers: () => boolean
  /** Headers of every response. */
  readonly headers: () => Readonly<Record<string, string>>
  /** Reads changed files again. Never ends. */
  readonly follow: Effect.Effect<void>
}

export const plain: WebConfig = {
  createServer: () => createPlainServer(checks),
  scheme: "http",
  authorize: () => undefined,
  hasUsers: () => false,
  headers: () => ({}),
  follow: Effect.void
}

const unauthorized = text("a user and a password are needed\n", 401, {
  "www-authenticate": 'Basic realm="poller", charset="UTF-8"'
})
const busy = text("too many passwords wait to be checked: try again later\n", 503, { "retry-after": "5" })
const limited = text("too many requests: see rate_limit of the web configuration\n", 429)

const refusals: Readonly<Record<Verdict, HttpResponse | undefined>> = { right: undefined, wrong: unauthorized, busy }

/**
 * Reads a web.config.file. Reads it again when it, or a file that it names, has changed: certificates and passwords can
 * be replaced without a restart. After a bad change the old configuration stays in force, and each problem is logged.
 * TLS can be turned on or off only by a restart.
 */
export const makeWebConfig = Effect.fnUntraced(function* (file: string) {
  const log = Effect.runForkWith(yield* Effect.context<never>())
  const checkPassword = makePasswords(() => startWorker("passwords"))
  const filesOf = ({ web }: Loaded) => [file, ...(web.tls === undefined ? [] : tlsFiles(file, web.tls))]

  let loaded = yield* load(file)
  let seen = yield* stamp(filesOf(loaded))
  /** Called when the TLS options have changed. */
  const onTls: Array<(tls: LoadedTls) => void> = []

  const refresh = Effect.gen(function* () {
    const stamped = yield* stamp(filesOf(loaded))
    if (stamped === seen) return
    seen = stamped
    const next = yield* Effect.result(load(file))
    if (Result.isFailure(next)) {
      for (const problem of next.failure.lines)
        yield* Effect.annotateLogs(Effect.logError("web config not reloaded"), { problem })
      return
    }
    loaded = next.success
    seen = yield* stamp(filesOf(loaded))
    if (loaded.tls !== undefined) for (const use of onTls) use(loaded.tls)
    yield* Effect.annotateLogs(Effect.logInfo("web config reloaded"), { file })
  })

  const createServer = (): Server => {
    const { tls } = loaded
    if (tls === undefined) return createPlainServer(checks)
    const server = createSecureServer({ ...tls.options, ...checks, requestCert: true, rejectUnauthorized: false })
    const alerts = new AlertSender()
    alerts.watch(server)
    onTls.push(({ options }) => server.setSecureContext(options))
    const serveHttp = server.listeners("secureConnection") as ReadonlyArray<(socket: TLSSocket) => void>
    // Node's own listeners start HTTP: they are called only after the client certificate is accepted
    server.removeAllListeners("secureConnection")
    server.on("secureConnection", (socket) => {
      const { web, tls: current } = loaded
      if (web.tls === undefined || current === undefined) return void socket.destroy()
      const problem = clientProblem(web.tls, current, socket.getPeerX509Certificate(), socket.authorized)
      if (problem === undefined) {
        alerts.forget(socket)
        for (const serve of serveHttp) serve.call(server, socket)
        return
      }
      socket.on("error", () => undefined)
      const annotations = { client: socket.remoteAddress ?? "unknown", problem: problem.message }
      log(Effect.annotateLogs(Effect.logWarning("client refused"), annotations))
      alerts.end(socket, problem.alert)
    })
    return server as unknown as Server
  }

  const authorize: WebConfig["authorize"] = ({ url = "/", headers, socket }) => {
    const { web, limiter } = loaded
    if (open.has(url.split("?", 1)[0] ?? "")) return undefined
    if (limiter?.allow(performance.now()) === false) return limited
    if (web.users === undefined) return undefined
    const verdict = checkPassword(web.users, headers.authorization, socket.remoteAddress ?? "")
    return typeof verdict === "string" ? refusals[verdict] : Effect.map(verdict, (later) => refusals[later])
  }

  return {
    createServer,
    scheme: loaded.tls === undefined ? "http" : "https",
    authorize,
    hasUsers: () => loaded.web.users !== undefined,
    headers: () => loaded.web.headers,
    follow: Effect.forever(Effect.andThen(refresh, Effect.sleep("1 second")))
  } satisfies WebConfig
})
