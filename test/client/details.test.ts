import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { gzipSync } from "node:zlib"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { expect, onTestFinished, test, vi } from "vitest"
import type { DetailRequests } from "../../src/client/details.ts"
import { get, type Request } from "../../src/client/request.ts"
import { makeLimiter } from "../../src/poll/limiter.ts"
import { listenOnLoopback } from "./loopback.ts"
import { openExchange, resultText, startClient } from "./target-exchange.ts"

/** A server; `respond` responds with the list of URLs, `["/1", ...]`, and with each document. */
const serve = async (respond: (request: IncomingMessage, response: ServerResponse) => void) => {
  const requests: Array<string> = []
  const server = createServer((request, response) => {
    requests.push(`${request.url} ${request.headers.authorization ?? ""}`.trim())
    respond(request, response)
  })
  return { requests, url: new URL("/list", await listenOnLoopback(server)) }
}

/** The request for a list of URLs, each of which has a document. */
const requestOf = (url: URL, options: Partial<DetailRequests> = {}, timeout = 5000): Request => ({
  ...get(url, Duration.millis(timeout)),
  details: {
    find: ([list = Buffer.alloc(0)]) =>
      Result.succeed([
        { urls: JSON.parse(Buffer.from(list).toString()), max: 64, atOnce: 4, isPartial: true, ...options }
      ])
  }
})

const poll = async (request: Request) => documents(await (await openExchange(request))())

/** The documents of each list, or the error. */
const documents = (result: Awaited<ReturnType<Awaited<ReturnType<typeof openExchange>>>>) => {
  if (Result.isFailure(result)) return resultText(result)
  const response = result.success
  if (response._tag !== "Fresh") return response.status
  return response.details?.map((bodies) =>
    bodies.map((body) => (typeof body === "string" ? { failed: body } : Buffer.from(body).toString()))
  )
}

test("each row has its document, in the order of the rows; a URL of several rows is requested once", async () => {
  const { url, requests } = await serve(({ url }, response) =>
    response.end(url === "/list" ? '["/2", "/1", "sub/3", "/1"]' : url)
  )
  expect(await poll(requestOf(url))).toEqual([["/2", "/1", "/sub/3", "/1"]])
  expect(requests.toSorted()).toEqual(["/1", "/2", "/list", "/sub/3"])
})

const elsewhere = { failed: "its url has another origin, or is not a URL" }

test("a document is requested with the credentials of the target, and only from its origin", async () => {
  const other = await serve((_, response) => response.end("other"))
  const { url, requests } = await serve(({ url }, response) =>
    response.end(
      url === "/list" ? JSON.stringify(["/1", other.url.href, "http://[", null]).replace("null", '"/4"') : url
    )
  )
  const auth = { _tag: "Basic", username: "u", password: Redacted.make("p") } as const
  expect(await poll({ ...requestOf(url), auth })).toEqual([["/1", elsewhere, elsewhere, "/4"]])
  expect(requests.map((line) => line.split(" ")[1])).toEqual(["Basic", "Basic", "Basic"])
  expect(other.requests).toEqual([])
})

test("a detail that fails costs only its row; with `partial: false` it fails the poll", async () => {
  const { url } = await serve(({ url }, response) => {
    response.statusCode = url === "/2" ? 500 : 200
    response.end(url === "/list" ? '["/1", "/2", "/3"]' : url)
  })
  expect(await poll(requestOf(url))).toEqual([["/1", { failed: "status 500" }, "/3"]])
  expect(await poll(requestOf(url, { isPartial: false }))).toBe("status: get: document 2 of 3: status 500")
})

test("a detail that hangs costs only its own rows, not the poll", async () => {
  const { url } = await serve(({ url }, response) => {
    if (url !== "/2") response.end(url === "/list" ? '["/1", "/2", "/3", "/4"]' : url)
  })
  expect(await poll(requestOf(url, { atOnce: 2 }, 700))).toEqual([
    ["/1", { failed: expect.stringMatching(/^no complete response within /) }, "/3", "/4"]
  ])
  expect(await poll(requestOf(url, { isPartial: false }, 700))).toMatch(/^timeout: get: document 2 of 4: no complete/)
})

test("a clock that is set back does not move the deadline", async () => {
  const { url } = await serve(({ url }, response) => {
    if (url !== "/list") return
    const now = Date.now
    vi.spyOn(Date, "now").mockImplementation(() => now() - 3_600_000)
    response.end('["/1"]')
  })
  onTestFinished(() => void vi.restoreAllMocks())
  expect(await poll(requestOf(url, {}, 500))).toEqual([
    [{ failed: expect.stringMatching(/^no complete response within /) }]
  ])
})

test("at most `at_once` documents are requested at a time; a list of more than `max` rows fails the poll", async () => {
  let [now, most] = [0, 0]
  const { url, requests } = await serve(({ url }, response) => {
    most = Math.max(most, ++now)
    setImmediate(() => {
      now--
      response.end(url === "/list" ? JSON.stringify(Array.from({ length: 20 }, (_, id) => `/${id}`)) : url)
    })
  })
  expect(await poll(requestOf(url, { atOnce: 3 }))).toEqual([Array.from({ length: 20 }, (_, id) => `/${id}`)])
  expect(most).toBeLessThanOrEqual(3)
  requests.length = 0
  expect(await poll(requestOf(url, { max: 19 }))).toBe("too_large: 20 rows with a document each: get: max allows 19")
  expect(requests).toEqual(["/list"])
})

test("a list that cannot be read is converted without documents, and the conversion reports the error", async () => {
  const { url, requests } = await serve((_, response) => response.end("<html>"))
  const request = { ...requestOf(url), details: { find: () => Result.fail("not JSON") } }
  expect(await poll(request)).toBeUndefined()
  expect(requests).toEqual(["/list"])
})

test("max_body limits the list and all documents together; one document that is too long costs only its row", async () => {
  const { url } = await serve(({ url }, response) => {
    const bytes = url === "/list" ? 100 : url === "/long" ? 2000 : 300
    response.end((url === "/list" ? '["/1", "/2", "/long", "/3"]' : "{}").padEnd(bytes))
  })
  const within = (maxBody: number) => poll({ ...requestOf(url, { atOnce: 1 }), maxBody })
  expect(await within(1000)).toMatchObject([
    [
      "{}".padEnd(300),
      "{}".padEnd(300),
      { failed: "the response is longer than max_body, 1000 bytes" },
      "{}".padEnd(300)
    ]
  ])
  expect(await within(999)).toBe(
    "too_large: the documents of the rows (get) are longer than what max_body leaves, 899 bytes"
  )
})

test("redirects are followed, gzip is decoded, and another origin gets no credentials", async () => {
  const other = await serve((_, response) => response.end("other"))
  const { url, requests } = await serve(({ url }, response) => {
    if (url === "/list") return response.end('["/moved", "/away", "/gzip"]')
    if (url === "/moved") return response.writeHead(302, { location: "/new" }).end()
    if (url === "/away") return response.writeHead(302, { location: other.url.href }).end()
    if (url === "/gzip") return response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("unpacked"))
    return response.end(url)
  })
  const auth = { _tag: "Basic", username: "u", password: Redacted.make("p") } as const
  expect(await poll({ ...requestOf(url), auth })).toEqual([["/new", "other", "unpacked"]])
  expect(other.requests).toEqual(["/list"])
  expect(requests.every((line) => line.includes(" Basic "))).toBe(true)
})

test("the times in the URLs of documents are those of the poll", async () => {
  const { url } = await serve(({ url }, response) => response.end(url))
  const before = Date.now()
  let instant = 0
  const request = requestOf(url)
  await poll({
    ...request,
    details: {
      find: (_, now) => {
        instant = now
        return Result.succeed([])
      }
    }
  })
  expect(instant).toBeGreaterThanOrEqual(before)
  expect(instant).toBeLessThanOrEqual(Date.now())
})

test("parallel requests need permits of the host; without a spare one the documents are requested one after the other", async () => {
  let [now, most] = [0, 0]
  const { url } = await serve(({ url }, response) => {
    if (url === "/list") return response.end(JSON.stringify(Array.from({ length: 12 }, (_, id) => `/${id}`)))
    most = Math.max(most, ++now)
    return setTimeout(() => {
      now--
      response.end(url)
    }, 5)
  })
  const limiter = makeLimiter(16) // two for each host
  const request = requestOf(url, { atOnce: 8 })
  const all = [Array.from({ length: 12 }, (_, id) => `/${id}`)]
  const limited = await openExchange(request, startClient(), limiter.withSpare(url.origin))
  let outcome: unknown
  const polled = async () => {
    outcome = documents(await limited())
  }
  const run = () => Effect.runPromise(limiter.withPermit(url.origin)(Effect.promise(polled)))
  await run()
  expect([outcome, most]).toEqual([all, 2])
  most = 0
  await Effect.runPromise(limiter.withPermit(url.origin)(Effect.promise(run)))
  expect([outcome, most]).toEqual([all, 1])
})
