import * as http from "node:http"
import * as https from "node:https"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Untrusted } from "./errors.ts"
import { lookup } from "./lookup.ts"
import type { Request, Tls } from "./request.ts"
import { readText } from "./secrets.ts"

/** The agent that keeps the connections for a URL. */
export type Agents = (url: URL) => http.Agent

/** The connections of one target, kept alive from poll to poll. */
export interface Pool {
  /** For the target's own origin. */
  readonly own: Agents
  /** For another origin, which gets neither the client's certificate nor the name that the target's certificate is for. */
  readonly strange: Agents
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
const readTls = Effect.fnUntraced(
  function* ({ caFile, certFile, keyFile, serverName, insecureSkipVerify }: Tls) {
    const [ca, cert, key] = yield* Effect.all([optional(caFile), optional(certFile), optional(keyFile)])
    return {
      trust: { rejectUnauthorized: !insecureSkipVerify, ...(ca !== undefined && { ca }) },
      identity: {
        ...(cert !== undefined && { cert }),
        ...(key !== undefined && { key }),
        ...(serverName !== undefined && { servername: serverName })
      }
    }
  },
  Effect.mapError(({ message }) => new Untrusted({ message }))
)

const make = (request: Request, { trust, identity }: Effect.Success<ReturnType<typeof readTls>>): Pool => {
  const options = { keepAlive: true, lookup, proxyEnv: proxyEnvironment(request) }
  const plain = new http.Agent(options)
  const own = new https.Agent({ ...options, ...trust, ...identity })
  const strange = new https.Agent({ ...options, ...trust })
  return {
    own: ({ protocol }) => (protocol === "https:" ? own : plain),
    strange: ({ protocol }) => (protocol === "https:" ? strange : plain),
    close: () => {
      for (const agent of [plain, own, strange]) agent.destroy()
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
