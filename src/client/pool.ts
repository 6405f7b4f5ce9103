import * as http from "node:http"
import * as https from "node:https"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Untrusted } from "./errors.ts"
import { type Bounded, discardIdle } from "./idle.ts"
import { lookup } from "./lookup.ts"
import type { Request, Tls } from "./request.ts"
import { readText } from "./secrets.ts"

/** The agent that keeps the connections for a URL. */
export type Agents = (url: URL) => http.Agent

/** The connections to one host, kept alive from poll to poll. */
export interface Pool {
  /** For the target's own origin. */
  readonly own: Agents
  /** For another origin, which gets neither the client's certificate nor the name that the target's certificate is for. */
  readonly strange: Agents
  /** Closes what is idle now, and what is in use when it is done with. */
  readonly close: () => void
}

/** The usual variables, or the target's own proxy for every URL. */
const proxyEnvironment = ({ proxy }: Request): http.ProxyEnv => {
  if (proxy === undefined) return process.env
  const { href } = Redacted.value(proxy)
  return { HTTP_PROXY: href, HTTPS_PROXY: href }
}

const optional = (path: string | undefined) => (path === undefined ? Effect.undefined : readText(path))

/** What of TLS is the same for all connections, and what only the target's own host gets. */
const certificatesOf = (
  { serverName, insecureSkipVerify }: Tls,
  { ca, cert, key }: { readonly [name in "ca" | "cert" | "key"]?: string | undefined }
) => ({
  trust: { rejectUnauthorized: !insecureSkipVerify, ...(ca !== undefined && { ca }) },
  identity: {
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(serverName !== undefined && { servername: serverName })
  }
})

type Certificates = ReturnType<typeof certificatesOf>

/** What the certificate files hold now. */
const readTls = Effect.fnUntraced(
  function* (tls: Tls) {
    const [ca, cert, key] = yield* Effect.all([optional(tls.caFile), optional(tls.certFile), optional(tls.keyFile)])
    return certificatesOf(tls, { ca, cert, key })
  },
  Effect.mapError(({ message }) => new Untrusted({ message }))
)

const hasFiles = ({ caFile, certFile, keyFile }: Tls) => [caFile, certFile, keyFile].some((file) => file !== undefined)

const make = (request: Request, { trust, identity }: Certificates, bounded: Bounded): Pool => {
  let open = true
  const isOpen = () => open
  const options = { keepAlive: true, lookup, proxyEnv: proxyEnvironment(request) }
  const agents: Array<http.Agent> = []
  const onDemand = (make: () => http.Agent) => {
    let agent: http.Agent | undefined
    return () => {
      if (agent === undefined) {
        agent = bounded(make(), isOpen)
        agents.push(agent)
      }
      return agent
    }
  }
  // most hosts need one of them
  const plain = onDemand(() => new http.Agent(options))
  const own = onDemand(() => new https.Agent({ ...options, ...trust, ...identity }))
  const strange = onDemand(() => new https.Agent({ ...options, ...trust }))
  return {
    own: ({ protocol }) => (protocol === "https:" ? own() : plain()),
    strange: ({ protocol }) => (protocol === "https:" ? strange() : plain()),
    close: () => {
      open = false
      for (const agent of agents) discardIdle(agent)
    }
  }
}

/** The pool of a host, and what it was made with. */
interface Share {
  users: number
  certificates: string
  pool: Pool | undefined
}

/** What two targets must have in common for one to use the other's connections. */
const keyOf = ({ url, proxy, tls }: Request) =>
  JSON.stringify([url.origin, proxy === undefined ? "" : Redacted.value(proxy).href, tls])

/**
 * The pools of all targets. Those of one host share its connections, so that a host with a thousand targets has no more connections than there are polls of
 * it under way. Scoped: the idle ones go with the last target.
 */
export const makePools = (bounded: Bounded) => {
  const shares = new Map<string, Share>()

  const join = (key: string) =>
    Effect.acquireRelease(
      Effect.sync(() => {
        const share = shares.get(key) ?? { users: 0, certificates: "", pool: undefined }
        shares.set(key, share)
        share.users++
        return share
      }),
      (share) =>
        Effect.sync(() => {
          if (--share.users > 0) return
          shares.delete(key)
          share.pool?.close()
        })
    )

  /** The pool to use for a poll: a new one when a certificate file has changed, else the same. */
  return Effect.fnUntraced(function* (request: Request) {
    const share = yield* join(keyOf(request))
    if (!hasFiles(request.tls)) {
      // the same for all targets of the host, and for all of their polls
      share.pool ??= make(request, certificatesOf(request.tls, {}), bounded)
      return Effect.succeed(share.pool)
    }
    return Effect.flatMap(readTls(request.tls), (tls) =>
      Effect.try({
        try: () => {
          const certificates = JSON.stringify(tls)
          if (share.pool !== undefined && share.certificates === certificates) return share.pool
          const pool = make(request, tls, bounded)
          share.pool?.close()
          share.pool = pool
          share.certificates = certificates
          return pool
        },
        catch: (error) => new Untrusted({ message: `TLS: ${error instanceof Error ? error.message : String(error)}` })
      })
    )
  })
}
