import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { StateStore } from "../poll/state-store.ts"
import { ailments, unpolled } from "./health.ts"
import { securityHeaders } from "./pages/layout.ts"
import { statusPage } from "./pages/status-page.ts"
import { targetPage } from "./pages/target-page.ts"
import type { Scrape } from "./scrape.ts"

const text = (body: string, status = 200) =>
  HttpServerResponse.text(body, { status, contentType: "text/plain; charset=utf-8" })

const markup = (body: string) =>
  HttpServerResponse.text(body, { contentType: "text/html; charset=utf-8", headers: securityHeaders() })

/** A name as a path has it; what is no encoding of one is the name of nothing. */
const decode = (encoded: string): string => {
  try {
    return decodeURIComponent(encoded)
  } catch {
    return ""
  }
}

const okUnless = (problems: ReadonlyArray<string>) =>
  problems.length === 0 ? text("ok\n") : text(`${problems.join("\n")}\n`, 503)

/** All that poller serves: GET and HEAD, one page a path. */
export const makeRoutes = Effect.fnUntraced(function* ({ scrape }: Scrape) {
  const board = yield* StateStore

  const metrics = ({ headers }: HttpServerRequest.HttpServerRequest) =>
    Effect.map(scrape(headers.accept, headers["accept-encoding"]), ({ body, headers }) =>
      HttpServerResponse.uint8Array(Buffer.concat(body), { headers })
    )

  const status = Effect.fnUntraced(function* (query: string) {
    const now = yield* Clock.currentTimeMillis
    const view = { self: board.daemon(), statuses: board.statuses(), ailments: yield* ailments, now }
    return markup(statusPage({ ...view, query: new URLSearchParams(query) }))
  })

  const target = (encoded: string) => {
    const found = board.status(decode(encoded))
    return found === undefined
      ? undefined
      : Effect.map(Clock.currentTimeMillis, (now) => markup(targetPage(board.daemon(), found, now)))
  }

  const page = (path: string, query: string, request: HttpServerRequest.HttpServerRequest) => {
    if (path.startsWith("/targets/")) return target(path.slice("/targets/".length))
    switch (path) {
      case "/":
        return status(query)
      case "/metrics":
        return metrics(request)
      case "/healthz":
        return Effect.map(ailments, okUnless)
      case "/readyz":
        return Effect.map(unpolled, okUnless)
      default:
        return undefined
    }
  }

  return Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const [path = "/", query = ""] = request.url.split("?", 2)
    const answer = page(path, query, request)
    if (answer === undefined) return text("not found\n", 404)
    if (request.method !== "GET" && request.method !== "HEAD") {
      return HttpServerResponse.setHeader(text("use GET or HEAD\n", 405), "allow", "GET, HEAD")
    }
    return yield* answer
  })
})
