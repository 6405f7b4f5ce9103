import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { contentType } from "../exposition/format.ts"
import { acceptsGzip, negotiateFormat } from "../exposition/negotiate.ts"
import { ailments, unpolled } from "./health.ts"
import { makeScrape } from "./scrape.ts"

const text = (body: string, status = 200) =>
  HttpServerResponse.text(body, { status, contentType: "text/plain; charset=utf-8" })

const okUnless = (problems: ReadonlyArray<string>) =>
  problems.length === 0 ? text("ok\n") : text(`${problems.join("\n")}\n`, 503)

/** All that poller serves: GET and HEAD, one page a path. */
export const makeRoutes = Effect.gen(function* () {
  const scrape = yield* makeScrape

  const metrics = Effect.fnUntraced(function* (request: HttpServerRequest.HttpServerRequest) {
    const format = negotiateFormat(request.headers.accept)
    const gzip = acceptsGzip(request.headers["accept-encoding"])
    const body = yield* scrape(format, gzip)
    return HttpServerResponse.uint8Array(body, {
      contentType: contentType[format],
      headers: { vary: "Accept, Accept-Encoding", ...(gzip && { "content-encoding": "gzip" }) }
    })
  })

  const page = (path: string, request: HttpServerRequest.HttpServerRequest) => {
    switch (path) {
      case "/metrics":
        return metrics(request)
      case "/healthz":
        return Effect.map(ailments, okUnless)
      case "/readyz":
        return Effect.map(unpolled, (names) => okUnless(names.map((name) => `${name} was not polled yet`)))
      default:
        return undefined
    }
  }

  return Effect.gen(function* () {
    const request = yield* HttpServerRequest.HttpServerRequest
    const path = request.url.split("?", 1)[0] ?? "/"
    const answer = page(path, request)
    if (answer === undefined) return text("not found\n", 404)
    if (request.method !== "GET" && request.method !== "HEAD") {
      return HttpServerResponse.setHeader(text("use GET or HEAD\n", 405), "allow", "GET, HEAD")
    }
    return yield* answer
  })
})
