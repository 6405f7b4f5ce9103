import * as dns from "node:dns"
import * as http from "node:http"
import * as https from "node:https"
import type { LookupFunction } from "node:net"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import * as RcMap from "effect/RcMap"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { fromNode, Untrusted } from "./errors.ts"
import { closeIdle, type IdleLimit } from "./idle.ts"
import { proxyFor } from "./proxy.ts"
import type { Request, Tls } from "./request.ts"
import { readText } from "./secrets.ts"

type LookupCallback = Parameters<LookupFunction>[2]

/** The callbacks of each lookup that is under way. */
const underWay = new Map<string, Array<LookupCallback>>()

/**
 * Looks up the addresses of a name with getaddrinfo(3). Concurrent requests for the same name share one lookup: a
 * lookup cannot be cancelled, so many lookups of a name whose servers do not respond would block all other names.
 */
const lookup: LookupFunction = (name, options, callback) => {
  const key = JSON.stringify([name, options])
  const waiting = underWay.get(key)
  if (waiting !== undefined) {
    waiting.push(callback)
    return
  }
  const callbacks = [callback]
  underWay.set(key, callbacks)
  dns.lookup(name, options, (...result) => {
    underWay.delete(key)
    for (const done of callbacks) done(...result)
  })
}

/**
 * The agent for a URL. Without `reuse` each request gets a new connection. That is for requests that must not be sent
 * twice: a server may close a kept connection at the moment it is used again, and nothing tells whether it has read the
 * request. Throws if the proxy of the URL cannot be used.
 */
export type Agents = (url: URL, reuse: boolean) => http.Agent

/** The connections to one host, kept alive from poll to poll. */
export interface Pool {
  /** For the target's own origin. */
  readonly own: Agents
  /** For other origins, without the client certificate and the server name of the target. */
  readonly crossOrigin: Agents
  /** Closes idle connections now, and those in use when their requests end. */
  readonly close: () => void
}

const readOptional = (path: string | undefined) => (path === undefined ? Effect.undefined : readText(path))

/** TLS options of all connections (`trust`), and those only for the target's own host (`identity`). */
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

/** Reads the certificate files. */
const readTls = Effect.fnUntraced(
  function* (tls: Tls) {
    const [ca, cert, key] = yield* Effect.all([
      readOptional(tls.caFile),
      readOptional(tls.certFile),
      readOptional(tls.keyFile)
    ])
    return certificatesOf(tls, { ca, cert, key })
  },
  Effect.mapError(({ message }) => new Untrusted({ message }))
)

const hasFiles = ({ caFile, certFile, keyFile }: Tls) => [caFile, certFile, keyFile].some((file) => file !== undefined)

const makePool = (request: Request, { trust, identity }: Certificates, bounded: IdleLimit): Pool => {
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

  /** The agent of nearly all requests. */
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
      for (const agent of agents.values()) closeIdle(agent)
    }
  }
}

/** Targets with equal keys share connections. */
class PoolKey implements Equal.Equal {
  readonly request: Request
  readonly #text: string

  constructor(request: Request) {
    const { url, socketPath, proxy, tls } = request
    this.request = request
    this.#text = JSON.stringify([url.origin, socketPath ?? "", proxy && Redacted.value(proxy).href, tls])
  }

  [Equal.symbol](other: unknown): boolean {
    return other instanceof PoolKey && other.#text === this.#text
  }

  [Hash.symbol](): number {
    return Hash.string(this.#text)
  }
}

/** Makes a new pool for the host when a certificate file has changed. */
const makeReloadingPool = (request: Request, idle: IdleLimit) => {
  let pool: Pool | undefined
  let read = ""
  const reload = (tls: Certificates) => {
    const certificates = JSON.stringify(tls)
    if (pool !== undefined && read === certificates) return pool
    const next = makePool(request, tls, idle)
    // files that are not certificates fail here, and not at the first connection
    if (request.url.protocol === "https:") next.own(request.url, true)
    pool?.close()
    pool = next
    read = certificates
    return next
  }
  return {
    current: Effect.flatMap(readTls(request.tls), (tls) =>
      Effect.try({
        try: () => reload(tls),
        catch: (error) => new Untrusted({ message: `TLS: ${fromNode(error).message}` })
      })
    ),
    close: () => pool?.close()
  }
}

/** The pool of a host without certificate files. */
const makeFixedPool = (request: Request, idle: IdleLimit) => {
  const pool = makePool(request, certificatesOf(request.tls, {}), idle)
  return { current: Effect.succeed(pool), close: pool.close }
}

/**
 * The pools of all targets. Targets of one host share its connections, so that a host with a thousand targets has only
 * as many connections as concurrent polls. The returned function opens the pool of a target, and its result returns the
 * pool for one poll. Scoped: when the last target of a host is closed, its idle connections are closed.
 */
export const makePools = Effect.fnUntraced(function* (idle: IdleLimit) {
  const pools = yield* RcMap.make({
    lookup: ({ request }: PoolKey) =>
      Effect.acquireRelease(
        Effect.sync(() => (hasFiles(request.tls) ? makeReloadingPool(request, idle) : makeFixedPool(request, idle))),
        ({ close }) => Effect.sync(close)
      )
  })
  return (request: Request): Effect.Effect<Effect.Effect<Pool, Untrusted>, never, Scope.Scope> =>
    Effect.map(RcMap.get(pools, new PoolKey(request)), ({ current }) => current)
})
