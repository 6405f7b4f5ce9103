import * as http from "node:http"
import * as https from "node:https"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { fromNode, Untrusted } from "./errors.ts"
import { type Bounded, discardIdle } from "./idle.ts"
import { lookup } from "./lookup.ts"
import { proxyFor } from "./proxy.ts"
import type { Request, Tls } from "./request.ts"
import { readText } from "./secrets.ts"

/**
 * The agent that keeps the connections for a URL. One that does not reuse them is for requests that must not be sent twice: a server may close a kept
 * connection at the moment it is used again, and then nobody knows whether it has read the request. Throws if the URL's proxy cannot be used.
 */
export type Agents = (url: URL, reuse: boolean) => http.Agent

/** The connections to one host, kept alive from poll to poll. */
export interface Pool {
  /** For the target's own origin. */
  readonly own: Agents
  /** For another origin, which gets neither the client's certificate nor the name that the target's certificate is for. */
  readonly crossOrigin: Agents
  /** Closes idle connections now, and those in use when their requests end. */
  readonly close: () => void
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

const makePool = (request: Request, { trust, identity }: Certificates, bounded: Bounded): Pool => {
  let open = true
  const isOpen = () => open
  const agents = new Map<string, http.Agent>()

  const agentFor = (url: URL, role: "own" | "cross-origin", reuse: boolean): http.Agent => {
    const proxyEnv = request.socketPath === undefined ? proxyFor(url, request.proxy) : undefined
    const key = JSON.stringify([url.protocol === "https:" ? role : "plain", proxyEnv ?? "", reuse])
    const known = agents.get(key)
    if (known !== undefined) return known
    const options = { keepAlive: reuse, lookup, ...(proxyEnv !== undefined && { proxyEnv }) }
    const agent = bounded(
      url.protocol === "https:"
        ? new https.Agent({ ...options, ...trust, ...(role === "own" && identity) })
        : new http.Agent(options),
      isOpen
    )
    agents.set(key, agent)
    return agent
  }

  /** Nearly all requests need this one. */
  let first: http.Agent | undefined
  return {
    own: (url, reuse) => {
      if (!reuse || url.origin !== request.url.origin) return agentFor(url, "own", reuse)
      first ??= agentFor(url, "own", true)
      return first
    },
    crossOrigin: (url, reuse) => agentFor(url, "cross-origin", reuse),
    close: () => {
      open = false
      for (const agent of agents.values()) discardIdle(agent)
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
const keyOf = ({ url, socketPath, proxy, tls }: Request) =>
  JSON.stringify([url.origin, socketPath ?? "", proxy === undefined ? "" : Redacted.value(proxy).href, tls])

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
      share.pool ??= makePool(request, certificatesOf(request.tls, {}), bounded)
      return Effect.succeed(share.pool)
    }
    return Effect.flatMap(readTls(request.tls), (tls) =>
      Effect.try({
        try: () => {
          const certificates = JSON.stringify(tls)
          if (share.pool !== undefined && share.certificates === certificates) return share.pool
          const pool = makePool(request, tls, bounded)
          // files that are no certificates are found here, and not at the first connection
          if (request.url.protocol === "https:") pool.own(request.url, true)
          share.pool?.close()
          share.pool = pool
          share.certificates = certificates
          return pool
        },
        catch: (error) => new Untrusted({ message: `TLS: ${fromNode(error).message}` })
      })
    )
  })
}
