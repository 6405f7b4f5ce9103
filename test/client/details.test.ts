import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { gzipSync } from "node:zlib"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { expect, onTestFinished, test, vi } from "vitest"
import type { DetailRequests } from "../../src/client/details.ts"
import { get, type Request } from "../../src/client/request.ts"
import { makeLimiter } from "../../src/poll/limiter.ts"
import { opened, startClient, told } from "./opened.ts"

/** A server whose list is `["/1", ...]`; `answer` gives each document. */
const serve = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
  const asked: Array<string> = []
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization ?? ""}`.trim())
    answer(request, response)
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { asked, url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/list`) }
}

/** The request for a list of URLs; each of them has a document. */
const requestOf = (url: URL, options: Partial<DetailRequests> = {}, timeout = 5000): Request => ({
  ...get(url, Duration.millis(timeout)),
  details: {
    find: ([list = Buffer.alloc(0)]) =>
      Result.succeed([
        { urls: JSON.parse(Buffer.from(list).toString()), max: 64, atOnce: 4, isPartial: true, ...options }
      ])
  }
})

const poll = async (request: Request) => {
  return documents(await (await opened(request))())
}

/** The documents of each list, or what went wrong. */
const documents = (result: Awaited<ReturnType<Awaited<ReturnType<typeof opened>>>>) => {
  if (Result.isFailure(result)) return told(result)
  const answer = result.success
  if (answer._tag !== "Fresh") return answer.status
  return answer.details?.map((bodies) =>
    bodies.map((body) => (typeof body === "string" ? { failed: body } : Buffer.from(body).toString()))
  )
}

test("each row has its document, in the order of the rows; a URL of several rows is requested once", async () => {
  const { url, asked } = await serve(({ url }, response) =>
    response.end(url === "/list" ? '["/2", "/1", "sub/3", "/1"]' : url)
  )
  expect(await poll(requestOf(url))).toEqual([["/2", "/1", "/sub/3", "/1"]])
  expect(asked.toSorted()).toEqual(["/1", "/2", "/list", "/sub/3"])
})

const elsewhere = { failed: "its url is of another origin, or none" }

test("with the credentials of the target, and of its origin only", async () => {
  const other = await serve((_, response) => response.end("other"))
  const { url, asked } = await serve(({ url }, response) =>
    response.end(
      url === "/list" ? JSON.stringify(["/1", other.url.href, "http://[", null]).replace("null", '"/4"') : url
    )
  )
  const auth = { _tag: "Basic", username: "u", password: Redacted.make("p") } as const
  expect(await poll({ ...requestOf(url), auth })).toEqual([["/1", elsewhere, elsewhere, "/4"]])
  expect(asked.map((line) => line.split(" ")[1])).toEqual(["Basic", "Basic", "Basic"])
  expect(other.asked).toEqual([])
})

test("a detail that fails costs its row only; with `partial: false` it fails the poll", async () => {
  const { url } = await serve(({ url }, response) => {
    response.statusCode = url === "/2" ? 500 : 200
    response.end(url === "/list" ? '["/1", "/2", "/3"]' : url)
  })
  expect(await poll(requestOf(url))).toEqual([["/1", { failed: "status 500" }, "/3"]])
  expect(await poll(requestOf(url, { isPartial: false }))).toBe("status: get: document 2 of 3: status 500")
})

test("a detail that hangs costs its rows, not the others, and not the poll", async () => {
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

test("no more than `at_once` are under way, and no more than `max` are requested", async () => {
  let [now, most] = [0, 0]
  const { url, asked } = await serve(({ url }, response) => {
    most = Math.max(most, ++now)
    setImmediate(() => {
      now--
      response.end(url === "/list" ? JSON.stringify(Array.from({ length: 20 }, (_, id) => `/${id}`)) : url)
    })
  })
  expect(await poll(requestOf(url, { atOnce: 3 }))).toEqual([Array.from({ length: 20 }, (_, id) => `/${id}`)])
  expect(most).toBeLessThanOrEqual(3)
  asked.length = 0
  expect(await poll(requestOf(url, { max: 19 }))).toBe("too_large: 20 rows with a document each: get: max allows 19")
  expect(asked).toEqual(["/list"])
})

test("a response that is not what was expected goes on to its conversion without documents", async () => {
  const { url, asked } = await serve((_, response) => response.end("<html>"))
  const request = { ...requestOf(url), details: { find: () => Result.fail("not JSON") } }
  expect(await poll(request)).toBeUndefined()
  expect(asked).toEqual(["/list"])
})

test("max_body is of the list and all documents together; a document that is longer alone costs its row only", async () => {
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

test("a redirect and gzip are followed and decoded; credentials do not follow to another origin", async () => {
  const other = await serve((_, response) => response.end("other"))
  const { url, asked } = await serve(({ url }, response) => {
    if (url === "/list") return response.end('["/moved", "/away", "/gzip"]')
    if (url === "/moved") return response.writeHead(302, { location: "/new" }).end()
    if (url === "/away") return response.writeHead(302, { location: other.url.href }).end()
    if (url === "/gzip") return response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("unpacked"))
    return response.end(url)
  })
  const auth = { _tag: "Basic", username: "u", password: Redacted.make("p") } as const
  expect(await poll({ ...requestOf(url), auth })).toEqual([["/new", "other", "unpacked"]])
  expect(other.asked).toEqual(["/list"])
  expect(asked.every((line) => line.includes(" Basic "))).toBe(true)
})

test("is asked for at the instant of the poll", async () => {
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

test("requests beside the first need permits of the host; without any, the documents come one after the other", async () => {
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
  const limited = await opened(request, startClient(), limiter.withSpare(url.origin))
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
