import { brotliCompressSync, gzipSync } from "node:zlib"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest"
import { nextLink } from "../../src/client/pages.ts"
import { get } from "../../src/client/request.ts"
import { pagesOf } from "../../src/config/response-pages.ts"
import { PageSettings } from "../../src/config/schema/page-settings.ts"
import { type Fault, type Faulty, faults, startFaulty } from "../client/faulty.ts"
import { openExchange, resultText } from "../client/target-exchange.ts"
import { decode } from "./decode.ts"

describe("the next page of a Link header", () => {
  test.each<[string | undefined, string | undefined]>([
    ['<https://a.test/?page=2>; rel="next", <https://a.test/?page=9>; rel="last"', "https://a.test/?page=2"],
    ["</?a=1,2;3>; rel=next", "/?a=1,2;3"],
    ['<x>; title="a, b; c"; rel="prev next"', "x"],
    ['<x>; REL="NEXT"', "x"],
    ['<x>; rel="prev"', undefined],
    ["<x>", undefined],
    ["nonsense", undefined],
    [undefined, undefined]
  ])("%s", (header, next) => expect(nextLink(header)).toBe(next))
})

let upstream: Faulty
beforeAll(async () => {
  upstream = await startFaulty()
})
afterAll(() => upstream[Symbol.asyncDispose]())
beforeEach(() => {
  upstream.requests.length = 0
})

const faultOf = (name: string): Fault => (faults as Readonly<Record<string, Fault>>)[name] ?? faults.good

/** Responds with `count` pages of two items; `more` adds keys to each. */
const numbered =
  (count: number, more: (page: number) => object = () => ({})): Fault =>
  (response, _socket, { url = "" }) => {
    const page = Number(new URL(url, "http://x").searchParams.get("page") ?? "1")
    const items = page > count ? [] : [2 * page, 2 * page + 1]
    response.end(JSON.stringify({ page, items, ...more(page) }))
  }

const openPages = async (settings: (typeof PageSettings)["Encoded"], path = "list", change: object = {}) => {
  const request = {
    ...get(new URL(`${upstream.url}/${path}`), Duration.seconds(20)),
    pages: pagesOf(decode(PageSettings)(settings), "json"),
    ...change
  }
  return openExchange(request)
}

/** The page numbers that one poll read, or its error. */
const read = async (settings: (typeof PageSettings)["Encoded"], change: object = {}) => {
  const result = await (await openPages(settings, "list", change))()
  if (Result.isFailure(result)) return resultText(result)
  if (result.success._tag !== "Fresh") return result.success._tag
  const { body, pages = [] } = result.success
  return [body, ...pages].map((page) => JSON.parse(Buffer.from(page).toString()).page)
}

describe("pages", () => {
  test("by a URL on the page, absolute or relative", async () => {
    upstream.also.list = numbered(3, (page) => ({ next: page < 3 ? `?page=${page + 1}` : null }))
    expect(await read({ next: "$.next" })).toEqual([1, 2, 3])
    upstream.also.list = numbered(3, (page) => ({ next: page < 3 ? `${upstream.url}/list?page=${page + 1}` : "" }))
    expect(await read({ next: "$.next" })).toEqual([1, 2, 3])
    upstream.also.list = numbered(3, (page) => ({ next: page < 3 && `/list?page=${page + 1}` }))
    expect(await read({ next: "next" })).toEqual([1, 2, 3])
  })

  test("by the Link header", async () => {
    upstream.also.list = (response, socket, request) => {
      const page = Number(new URL(request.url ?? "", "http://x").searchParams.get("page") ?? "1")
      if (page < 3) response.setHeader("link", `</list?page=${page + 1}>; rel="next", </list>; rel="first"`)
      numbered(3)(response, socket, request)
    }
    expect(await read({ next: "link" })).toEqual([1, 2, 3])
  })

  test("by a cursor", async () => {
    upstream.also.list = numbered(3, (page) => (page < 3 ? { cursor: page + 1 } : {}))
    expect(await read({ next: "$.cursor", param: "page" })).toEqual([1, 2, 3])
  })

  test("by a number, until the list is empty", async () => {
    upstream.also.list = numbered(3)
    expect(await read({ param: "page", until_empty: "$.items" })).toEqual([1, 2, 3, 4])
    expect(upstream.requests.map(({ url }) => url)).toEqual([1, 2, 3, 4].map((page) => `/list?page=${page}`))
  })

  test("by an offset, while the page says that there is more", async () => {
    upstream.also.list = numbered(300, (page) => ({ more: page < 200 }))
    expect(await read({ param: "page", step: 100, while: "$.more" })).toEqual([0, 100, 200])
  })

  test("keep the rest of the query", async () => {
    upstream.also.list = numbered(1)
    const poll = await openPages({ param: "page", until_empty: "items" }, "list?size=5&page=7")
    await poll()
    expect(upstream.requests.map(({ url }) => url)).toEqual(["/list?size=5&page=1", "/list?size=5&page=2"])
  })
})

describe("a poll of pages fails as a whole", () => {
  test("at more than max", async () => {
    upstream.also.list = numbered(10)
    expect(await read({ param: "page", until_empty: "$.items", max: 3 })).toBe(
      "pages: more than 3 pages: pages: max allows more"
    )
    expect(upstream.requests).toHaveLength(3)
  })

  test("at a page that was read before", async () => {
    upstream.also.list = numbered(10, (page) => ({ next: page === 3 ? "?page=2" : `?page=${page + 1}` }))
    expect(await read({ next: "$.next" })).toBe("pages: page 4 was read before")
  })

  test("at a page of another origin, which is not requested", async () => {
    const other = await startFaulty()
    onTestFinished(() => other[Symbol.asyncDispose]())
    upstream.also.list = numbered(1, () => ({ next: `${other.url}/good` }))
    expect(await read({ next: "$.next" })).toBe("pages: page 2 has another origin")
    expect(other.requests).toEqual([])
  })

  test.each<[unknown, string]>([
    [true, "pages: next on page 1 is no URL"],
    [{ a: 1 }, "pages: next on page 1 is no URL"],
    ["http://[", "pages: next on page 1 is no URL"]
  ])("at a next that is %j", async (next, outcome) => {
    upstream.also.list = numbered(1, () => ({ next }))
    expect(await read({ next: "$.next" })).toBe(outcome)
  })

  test.each<[keyof typeof faults | "html" | "empty", RegExp]>([
    ["hang", /^timeout: page 2: no complete response within 200ms$/],
    ["drip_body", /^timeout: page 2: /],
    ["flood", /^too_large: the pages are longer than max_body, 100000 bytes$/],
    ["reset", /^connection: page 2: /],
    ["html", /^pages: page 2 is not JSON: it starts like HTML or XML$/],
    ["empty", /^pages: page 2 is not JSON: empty$/],
    ["status_500", /^status: page 2: status 500$/],
    ["not_modified_unasked", /^status: page 2: status 304$/]
  ])("at a second page that is %s", async (fault, outcome) => {
    upstream.also.list = (response, socket, request) =>
      (request.url?.includes("page=2") ? faultOf(fault) : numbered(3))(response, socket, request)
    const timeout = Duration.millis(outcome.source.startsWith("^timeout") ? 200 : 20_000)
    expect(await read({ param: "page", until_empty: "$.items" }, { timeout, maxBody: 100_000 })).toMatch(outcome)
    await expect.poll(upstream.openSockets).toBeLessThanOrEqual(1)
  })

  test("at a Retry-After of a later page", async () => {
    upstream.also.list = (response, socket, request) => {
      if (request.url?.includes("page=2")) response.writeHead(429, { "retry-after": "7" }).end()
      else numbered(3)(response, socket, request)
    }
    const poll = await openPages({ param: "page", until_empty: "$.items" })
    expect(await poll()).toMatchObject({ failure: { _tag: "BadStatus", status: 429, retryAfter: 7000 } })
  })

  test("at more than max_body for all pages together", async () => {
    upstream.also.list = numbered(10, () => ({ pad: " ".repeat(900) }))
    const settings = { param: "page", until_empty: "$.items" }
    expect(await read(settings, { maxBody: 5000 })).toBe("too_large: the pages are longer than max_body, 5000 bytes")
    expect(upstream.requests.length).toBeLessThan(8)
  })
})

test("each page may have its own Content-Encoding", async () => {
  const codings = [
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
    ["identity", (bytes: Uint8Array) => bytes]
  ] as const
  upstream.also.list = (response, _socket, { url = "" }) => {
    const page = Number(new URL(url, "http://x").searchParams.get("page"))
    const [coding, encode] = codings[page % 3] ?? ["identity", (bytes: Uint8Array) => bytes]
    const body = Buffer.from(JSON.stringify({ page, items: page > 5 ? [] : [page] }))
    response.writeHead(200, { "content-encoding": coding }).end(encode(body))
  }
  expect(await read({ param: "page", until_empty: "$.items" })).toEqual([1, 2, 3, 4, 5, 6])
})

test("pages are not requested conditionally", async () => {
  upstream.also.list = (response, socket, request) => {
    response.setHeader("etag", '"1"')
    numbered(2)(response, socket, request)
  }
  const poll = await openPages({ param: "page", until_empty: "$.items" })
  const answer = Result.getOrThrow(await poll())
  expect(answer._tag === "Fresh" && answer.validators).toBeUndefined()
  await poll({ url: `${upstream.url}/list?page=1`, etag: '"1"', lastModified: undefined })
  expect(upstream.requests.map(({ headers }) => headers["if-none-match"])).toEqual(Array(6).fill(undefined))
})
