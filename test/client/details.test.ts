import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { expect, onTestFinished, test } from "vitest"
import type { DetailRequests } from "../../src/client/details.ts"
import { get, type Request } from "../../src/client/request.ts"
import { opened, told } from "./opened.ts"

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

/** The request of a list of URLs, each of which has a document. */
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
  const result = await (await opened(request))()
  if (Result.isFailure(result)) return told(result)
  const answer = result.success
  if (answer._tag !== "Fresh") return answer.status
  return answer.details?.map((bodies) => bodies.map((body) => body && Buffer.from(body).toString()))
}

test("each row has its document, in the order of the rows; a URL of several rows is requested once", async () => {
  const { url, asked } = await serve(({ url }, response) =>
    response.end(url === "/list" ? '["/2", "/1", "sub/3", "/1"]' : url)
  )
  expect(await poll(requestOf(url))).toEqual([["/2", "/1", "/sub/3", "/1"]])
  expect(asked.toSorted()).toEqual(["/1", "/2", "/list", "/sub/3"])
})

test("with the credentials of the target, and of its origin only", async () => {
  const other = await serve((_, response) => response.end("other"))
  const { url, asked } = await serve(({ url }, response) =>
    response.end(
      url === "/list" ? JSON.stringify(["/1", other.url.href, "http://[", null]).replace("null", '"/4"') : url
    )
  )
  const auth = { _tag: "Basic", username: "u", password: Redacted.make("p") } as const
  expect(await poll({ ...requestOf(url), auth })).toEqual([["/1", undefined, undefined, "/4"]])
  expect(asked.map((line) => line.split(" ")[1])).toEqual(["Basic", "Basic", "Basic"])
  expect(other.asked).toEqual([])
})

test("a detail that fails costs its row only; with `partial: false` it fails the poll", async () => {
  const { url } = await serve(({ url }, response) => {
    response.statusCode = url === "/2" ? 500 : 200
    response.end(url === "/list" ? '["/1", "/2", "/3"]' : url)
  })
  expect(await poll(requestOf(url))).toEqual([["/1", undefined, "/3"]])
  expect(await poll(requestOf(url, { isPartial: false }))).toBe("status: status 500")
})

test("a detail that hangs costs its rows, not the others, and not the poll", async () => {
  const { url } = await serve(({ url }, response) => {
    if (url !== "/2") response.end(url === "/list" ? '["/1", "/2", "/3", "/4"]' : url)
  })
  expect(await poll(requestOf(url, { atOnce: 2 }, 700))).toEqual([["/1", undefined, "/3", "/4"]])
  expect(await poll(requestOf(url, { isPartial: false }, 700))).toMatch(/^timeout: /)
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
