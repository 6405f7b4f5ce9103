import type { IncomingMessage } from "node:http"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { ReloadQueue } from "../poll/reload-queue.ts"
import { StateStore } from "../poll/state-store.ts"
import { ailments, unpolled } from "./health.ts"
import { type HttpResponse, makeResponse, text } from "./http-response.ts"
import { PageQueue } from "./page-queue.ts"
import { securityHeaders } from "./pages/layout.ts"
import { statusPage } from "./pages/status-page.ts"
import { targetPage } from "./pages/target-page.ts"
import type { Scrape } from "./scrape.ts"

const html = (body: string): HttpResponse =>
  makeResponse([Buffer.from(body)], { "content-type": "text/html; charset=utf-8", ...securityHeaders() })

const notFound = text("not found\n", 404)
const notAllowed = text("use GET or HEAD\n", 405, { allow: "GET, HEAD" })

/** The name of a target in a path; a malformed one is no target's name. */
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

/** Whether a client is on this machine; an IPv4 address may be written as one of IPv6. */
const isLoopback = (address = "") => /^(::ffff:)?127\.|^::1$/.test(address)

/** A page of another site makes a browser of this machine send this. */
const isForeignPage = ({ origin, host }: IncomingMessage["headers"]) =>
  origin !== undefined && (!URL.canParse(origin) || new URL(origin).host !== host)

/** Loads the configuration again, for those who may ask for it. */
const reload = ({ method, socket, headers }: IncomingMessage, hasUsers: boolean) => {
  if (method !== "POST") return Effect.succeed(usePost)
  if (isForeignPage(headers) || !(hasUsers || isLoopback(socket.remoteAddress))) return Effect.succeed(notFromHere)
  return Effect.gen(function* () {
    const problems = yield* (yield* ReloadQueue).request
    return problems.length === 0 ? text("reloaded\n") : text(`${problems.join("\n")}\n`, 400)
  })
}

/** The response to each request. `hasUsers`: requests come here with a password only. */
export const makeRoutes = Effect.fnUntraced(function* ({ scrape }: Scrape, hasUsers: () => boolean) {
  const store = yield* StateStore
  const pages = new PageQueue()

  const page = (url: string, build: Effect.Effect<HttpResponse, never, StateStore>) =>
    Effect.flatMap(Effect.context<StateStore>(), (context) =>
      Effect.promise(() => pages.get(url, () => Effect.runSyncWith(context)(build)))
    )

  const status = (query: string) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const view = { self: store.daemon(), statuses: store.statuses(), ailments: yield* ailments, now }
      return html(statusPage({ ...view, query: new URLSearchParams(query) }))
    })

  const target = (name: string) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const found = store.status(name)
      return found === undefined ? notFound : html(targetPage(store.daemon(), found, now))
    })

  const responseTo = (path: string, query: string, { url = "", headers }: IncomingMessage) => {
    if (path.startsWith("/targets/")) {
      const name = decode(path.slice("/targets/".length))
      return store.status(name) === undefined ? undefined : page(path, target(name))
    }
    switch (path) {
      case "/":
        return page(url, status(query))
      case "/metrics":
        return scrape(headers.accept, headers["accept-encoding"])
      case "/healthz":
        return Effect.map(ailments, okUnless)
      case "/readyz":
        return Effect.map(unpolled, okUnless)
      default:
        return undefined
    }
  }

  return (request: IncomingMessage): Effect.Effect<HttpResponse, never, StateStore | ReloadQueue> => {
    const [path = "/", query = ""] = (request.url ?? "/").split("?", 2)
    if (path === "/-/reload") return reload(request, hasUsers())
    const response = responseTo(path, query, request)
    if (response === undefined) return Effect.succeed(notFound)
    if (request.method !== "GET" && request.method !== "HEAD") return Effect.succeed(notAllowed)
    return response
  }
})
