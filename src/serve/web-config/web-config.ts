import { readFileSync, statSync } from "node:fs"
import { createServer as createPlainServer, type IncomingMessage, type Server } from "node:http"
import { createServer as createSecureServer } from "node:https"
import type { TLSSocket, TlsOptions } from "node:tls"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { type HttpResponse, text } from "../http-response.ts"
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

/** Milliseconds. How often Node looks for connections on which too little happens, and how long a TLS handshake may take. */
const checks = { connectionsCheckingInterval: 5000, handshakeTimeout: 10_000 }

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
  /** Why a request is refused. Undefined, at once or from the effect: it is welcome. */
  readonly authorize: (request: IncomingMessage) => Effect.Effect<HttpResponse | undefined> | undefined
  /** Headers of every response. */
  readonly headers: () => Readonly<Record<string, string>>
}

export const plain: WebConfig = {
  createServer: () => createPlainServer(checks),
  authorize: () => undefined,
  headers: () => ({})
}

const unauthorized = text("a user and a password are needed\n", 401, {
  "www-authenticate": 'Basic realm="poller", charset="UTF-8"'
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
    if (tls === undefined) return createPlainServer(checks)
    const server = createSecureServer({ ...tls, ...checks, requestCert: true, rejectUnauthorized: false })
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

  const authorize: WebConfig["authorize"] = ({ url = "/", headers }) => {
    const { basic_auth_users: users } = current().web
    if (users === undefined || open.has(url.split("?", 1)[0] ?? "")) return undefined
    return Effect.map(checkPassword(users, headers.authorization), (isRight) => (isRight ? undefined : unauthorized))
  }

  const headers: WebConfig["headers"] = () => ({ ...loaded.web.http_server_config?.headers })

  return { createServer, authorize, headers } satisfies WebConfig
})
