import type { IncomingMessage } from "node:http"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { monotonic } from "../poll/cadence.ts"
import type { Owner } from "../poll/cluster-status.ts"
import { ReloadQueue } from "../poll/reload-queue.ts"
import { StateStore } from "../poll/state-store.ts"
import { clusterReport, ownerReport } from "./cluster-report.ts"
import { healthProblems, notReady } from "./health.ts"
import { type HttpResponse, makeResponse, text } from "./http-response.ts"
import { PageQueue } from "./page-queue.ts"
import { type PageContext, refreshInterval, securityHeaders } from "./pages/layout.ts"
import { notFoundPage } from "./pages/not-found-page.ts"
import { statusPage } from "./pages/status-page.ts"
import { targetPage } from "./pages/target-page.ts"
import { pathOf, stateOf } from "./pages/target-state.ts"
import type { Scrape } from "./scrape.ts"
import { detailsOf, reportOf } from "./target-report.ts"

const html = (body: string, refreshes: boolean, status = 200): HttpResponse =>
  makeResponse(
    [Buffer.from(body)],
    {
      "content-type": "text/html; charset=utf-8",
      ...securityHeaders(),
      ...(refreshes && { refresh: String(refreshInterval) })
    },
    status
  )

const json = (value: unknown, status = 200): HttpResponse =>
  makeResponse(
    [Buffer.from(`${JSON.stringify(value)}\n`)],
    { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
    status
  )

const notAllowed = text("use GET or HEAD\n", 405, { allow: "GET, HEAD" })

/** The name of a target in a path; empty if its encoding is malformed. */
const decode = (encoded: string): string => {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return ""
  }
}

const okUnless = (problems: ReadonlyArray<string>) =>
  problems.length === 0 ? text("ok\n") : text(`${problems.join("\n")}\n`, 503)

const usePost = text("use POST\n", 405, { allow: "POST" })
const notFromHere = text("only from this machine, unless the web configuration has users (basic_auth_users)\n", 403)

/** Whether a client is on this machine. An IPv4 address may have the form `::ffff:127.0.0.1`. */
const isLoopback = (address = "") => /^(::ffff:)?127\.|^::1$/.test(address)

/** Whether a page of another site makes this request in a browser. */
const isForeignPage = ({ origin, host }: IncomingMessage["headers"]) =>
  origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host)

/** Reloads the configuration, if the client is allowed to. */
const reload = ({ method, socket, headers }: IncomingMessage, hasUsers: boolean) => {
  if (method !== "POST") return Effect.succeed(usePost)
  if (isForeignPage(headers) || !(hasUsers || isLoopback(socket.remoteAddress))) return Effect.succeed(notFromHere)
  return Effect.gen(function* () {
    const problems = yield* (yield* ReloadQueue).request
    return problems.length === 0 ? text("reloaded\n") : text(`${problems.join("\n")}\n`, 400)
  })
}

/** The response to each request. `hasUsers`: whether every request has passed the check of its password. */
export const makeRoutes = Effect.fnUntraced(function* ({ scrape }: Scrape, hasUsers: () => boolean) {
  const store = yield* StateStore
  const started = yield* monotonic
  const pages = new PageQueue()

  const page = (url: string, build: Effect.Effect<HttpResponse, never, StateStore>) =>
    Effect.flatMap(Effect.context<StateStore>(), (context) =>
      Effect.promise(() => pages.get(url, () => Effect.runSyncWith(context)(build)))
    )

  const contextOf = (query: URLSearchParams): Effect.Effect<PageContext> =>
    Effect.gen(function* () {
      return {
        daemon: store.daemon(),
        now: yield* Clock.currentTimeMillis,
        uptime: ((yield* monotonic) - started) / 1000,
        refreshes: query.get("refresh") !== "off"
      }
    })

  const status = (query: URLSearchParams) =>
    Effect.gen(function* () {
      const context = yield* contextOf(query)
      const view = { ...context, statuses: store.statuses(), healthProblems: yield* healthProblems, query }
      return html(statusPage(view), context.refreshes)
    })

  /** The other process that polls a target; undefined if there is none. */
  const ownerOf = (name: string): Owner | undefined => {
    const owner = store.daemon().cluster?.ownerOf(name)
    return owner?.member.isSelf === true || store.daemon().cluster?.has(name) !== true ? undefined : owner
  }

  const missing = (name: string) => {
    const owner = ownerOf(name)
    if (owner === undefined) return `no target ${JSON.stringify(name)}`
    return `${JSON.stringify(name)} is polled by ${owner.member.url}${pathOf(name)}`
  }

  const notFound = (name: string | undefined, { headers }: IncomingMessage) =>
    headers.accept?.includes("text/html") === true
      ? Effect.map(contextOf(new URLSearchParams()), (context) =>
          html(notFoundPage(context, name, name === undefined ? undefined : ownerOf(name)), false, 404)
        )
      : Effect.succeed(text(name === undefined ? "not found\n" : `${missing(name)}\n`, 404))

  const target = (name: string, query: URLSearchParams, request: IncomingMessage) =>
    Effect.gen(function* () {
      const found = store.status(name)
      if (found === undefined) return yield* notFound(name, request)
      const context = yield* contextOf(query)
      return html(targetPage(context, found), context.refreshes)
    })

  const report = (query: URLSearchParams) =>
    Effect.sync(() => {
      const state = query.get("state")
      const statuses = store.statuses().filter((one) => state === null || stateOf(one) === state)
      const { cluster } = store.daemon()
      return json({
        targets: statuses.map(reportOf),
        ...(cluster !== undefined && { cluster: clusterReport(cluster) })
      })
    })

  const details = (name: string) =>
    Effect.sync(() => {
      const found = store.status(name)
      if (found !== undefined) return json(detailsOf(found))
      const owner = ownerOf(name)
      return json({ error: missing(name), ...(owner !== undefined && { owner: ownerReport(owner, name) }) }, 404)
    })

  const responseTo = (path: string, query: URLSearchParams, request: IncomingMessage) => {
    const { url = "", headers } = request
    if (path.startsWith("/targets/")) {
      const name = decode(path.slice("/targets/".length))
      return store.status(name) === undefined ? notFound(name, request) : page(url, target(name, query, request))
    }
    if (path.startsWith("/api/targets/")) return page(url, details(decode(path.slice("/api/targets/".length))))
    switch (path) {
      case "/":
      case "/targets":
        return page(url, status(query))
      case "/api/targets":
        return page(url, report(query))
      case "/metrics":
        return scrape(headers.accept, headers["accept-encoding"])
      case "/healthz":
        return Effect.map(healthProblems, okUnless)
      case "/readyz":
        return Effect.map(notReady, okUnless)
      default:
        return undefined
    }
  }

  return (request: IncomingMessage): Effect.Effect<HttpResponse, never, StateStore | ReloadQueue> => {
    // a request may name the whole URL (RFC 9112, section 3.2.2)
    const [path = "", query = ""] = (request.url ?? "").replace(/^https?:\/\/[^/?]*/i, "").split("?", 2)
    if (path === "/-/reload") return reload(request, hasUsers())
    const response = responseTo(path || "/", new URLSearchParams(query), request)
    if (response === undefined) return notFound(undefined, request)
    if (request.method !== "GET" && request.method !== "HEAD") return Effect.succeed(notAllowed)
    return response
  }
})
