import { readFileSync, statSync } from "node:fs"
import { createServer as createPlainServer, type Server } from "node:http"
import { createServer as createSecureServer } from "node:https"
import type { TLSSocket, TlsOptions } from "node:tls"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Result from "effect/Result"
import { parse, type WebFile } from "./file.ts"
import { makePasswords } from "./passwords.ts"
import { clientProblem, tlsFiles, tlsOptions } from "./tls.ts"

/** One line a problem. */
export class BadWebConfig extends Data.TaggedError("BadWebConfig")<{ readonly lines: ReadonlyArray<string> }> {
  override get message() {
    return this.lines.join("\n")
  }
}

/** Pages that a balancer or a probe asks for without a password. */
const open: ReadonlySet<string> = new Set(["/healthz", "/readyz"])

/** How often files are looked at for a change, at the most (milliseconds). */
const patience = 1000

interface Loaded {
  readonly web: WebFile
  readonly tls: TlsOptions | undefined
}

const why = (error: unknown) => (error instanceof Error ? error.message.split("\n", 1)[0] : String(error))

const load = (file: string): Result.Result<Loaded, ReadonlyArray<string>> => {
  try {
    return Result.flatMap(parse(file, readFileSync(file, "utf8")), (web) => {
      try {
        const tls = web.tls_server_config
        return Result.succeed({ web, tls: tls === undefined ? undefined : tlsOptions(file, tls) })
      } catch (error) {
        return Result.fail([`${file}: tls_server_config: ${why(error)}`])
      }
    })
  } catch (error) {
    return Result.fail([`${file}: ${why(error)}`])
  }
}

/** Changes whenever a file does; also when one goes or comes. */
const stamp = (files: ReadonlyArray<string>): string =>
  files
    .map((file) => {
      const stat = statSync(file, { throwIfNoEntry: false })
      return stat === undefined ? "gone" : `${stat.ino} ${stat.size} ${stat.mtimeMs}`
    })
    .join()

/** How the pages are served: plainly, or as a web.config.file asks. */
export interface WebConfig {
  readonly createServer: () => Server
  readonly guard: <E, R>(
    app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest>
}

export const plain: WebConfig = { createServer: () => createPlainServer(), guard: (app) => app }

const unauthorized = HttpServerResponse.text("a user and a password are needed\n", {
  status: 401,
  headers: { "www-authenticate": 'Basic realm="poller", charset="UTF-8"' }
})

/**
 * Reads a web.config.file, and again when it or a file that it names has changed, so that certificates and passwords rotate without a restart. A bad
 * change leaves what was before in force and logs a line a problem; whether there is TLS at all is settled at the start.
 */
export const makeWebConfig = Effect.fnUntraced(function* (file: string) {
  const first = load(file)
  if (Result.isFailure(first)) return yield* new BadWebConfig({ lines: first.failure })
  const log = Effect.runForkWith(yield* Effect.context<never>())
  const checkPassword = yield* makePasswords

  const filesOf = ({ web }: Loaded) => [
    file,
    ...(web.tls_server_config === undefined ? [] : tlsFiles(file, web.tls_server_config))
  ]
  let loaded = first.success
  let seen = stamp(filesOf(loaded))
  let lookedAt = performance.now()

  /** What is in force now. */
  const current = (): Loaded => {
    const now = performance.now()
    if (now - lookedAt < patience) return loaded
    lookedAt = now
    const stamped = stamp(filesOf(loaded))
    if (stamped === seen) return loaded
    seen = stamped
    const next = load(file)
    if (Result.isFailure(next)) {
      for (const problem of next.failure)
        log(Effect.annotateLogs(Effect.logError("web config not reloaded"), { problem }))
      return loaded
    }
    loaded = next.success
    seen = stamp(filesOf(loaded))
    log(Effect.annotateLogs(Effect.logInfo("web config reloaded"), { file }))
    return loaded
  }

  const createServer = (): Server => {
    const { tls } = loaded
    if (tls === undefined) return createPlainServer()
    const server = createSecureServer({ ...tls, requestCert: true, rejectUnauthorized: false })
    let used = tls
    // ahead of the handshake, so that the first connection after a change has the new certificate
    server.prependListener("connection", () => {
      const { tls: next } = current()
      if (next === undefined || next === used) return
      used = next
      server.setSecureContext(next)
    })
    server.on("secureConnection", (socket: TLSSocket) => {
      const { tls_server_config: asked } = loaded.web
      if (asked !== undefined && clientProblem(asked, socket) !== undefined) socket.destroy()
    })
    return server as unknown as Server
  }

  const guard: WebConfig["guard"] = (app) =>
    Effect.gen(function* () {
      const request = yield* HttpServerRequest.HttpServerRequest
      const { basic_auth_users: users, http_server_config: http } = current().web
      const path = request.url.split("?", 1)[0] ?? ""
      const welcome =
        users === undefined || open.has(path) || (yield* checkPassword(users, request.headers.authorization))
      const response = welcome ? yield* app : unauthorized
      return HttpServerResponse.setHeaders(response, { ...http?.headers })
    })

  return { createServer, guard } satisfies WebConfig
})
