import * as http from "node:http"
import * as https from "node:https"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Untrusted } from "./errors.ts"
import type { Request, Tls } from "./request.ts"
import { readText } from "./secrets.ts"

/** The connections of one target, kept alive from poll to poll. */
export interface Pool {
  readonly agent: (url: URL) => http.Agent
  readonly close: () => void
}

/** The usual variables, or the target's own proxy for every URL. */
const proxyEnvironment = ({ proxy }: Request): http.ProxyEnv => {
  if (proxy === undefined) return process.env
  const { href } = Redacted.value(proxy)
  return { HTTP_PROXY: href, HTTPS_PROXY: href }
}

const optional = (path: string | undefined) => (path === undefined ? Effect.undefined : readText(path))

/** What the certificate files hold now. */
const readTls = Effect.fnUntraced(function* ({ caFile, certFile, keyFile, serverName, insecureSkipVerify }: Tls) {
  const [ca, cert, key] = yield* Effect.all([optional(caFile), optional(certFile), optional(keyFile)])
  return {
    rejectUnauthorized: !insecureSkipVerify,
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(serverName !== undefined && { servername: serverName })
  }
})

const make = (request: Request, tls: https.AgentOptions): Pool => {
  const options = { keepAlive: true, proxyEnv: proxyEnvironment(request) }
  const plain = new http.Agent(options)
  const secure = new https.Agent({ ...options, ...tls })
  return {
    agent: (url) => (url.protocol === "https:" ? secure : plain),
    close: () => {
      plain.destroy()
      secure.destroy()
    }
  }
}

/** The pool to use for a poll: a new one when a certificate file has changed, else the same. Scoped: its sockets go with the target. */
export const open = Effect.fnUntraced(function* (request: Request) {
  let pool: Pool | undefined
  let made = ""
  yield* Effect.addFinalizer(() => Effect.sync(() => pool?.close()))
  return Effect.flatMap(readTls(request.tls), (tls) =>
    Effect.try({
      try: () => {
        const now = JSON.stringify(tls)
        if (pool !== undefined && now === made) return pool
        pool?.close()
        pool = make(request, tls)
        made = now
        return pool
      },
      catch: (error) => new Untrusted({ message: `TLS: ${error instanceof Error ? error.message : String(error)}` })
    })
  )
})
