import { chmodSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { get, type Request } from "../../src/client/request.ts"
import type { Validators } from "../../src/client/validators.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { type Faulty, startFaulty } from "./faulty.ts"
import { listenOnLoopback } from "./loopback.ts"
import { openExchange, resultText } from "./target-exchange.ts"

let upstream: Faulty
beforeAll(async () => {
  upstream = await startFaulty()
  upstream.also.echo = async (response, _socket, request) => {
    const { method, headers } = request
    response.end(JSON.stringify({ method, headers, body: await text(request) }))
  }
})
afterAll(() => upstream[Symbol.asyncDispose]())

const request = (change: Partial<Request> = {}): Request => ({
  ...get(new URL(`${upstream.url}/echo`), Duration.seconds(20)),
  ...change
})

/** The request as the upstream got it. */
const received = async (change: Partial<Request>) =>
  JSON.parse(resultText(await (await openExchange(request(change)))()))

const file = (content: string) => {
  const path = join(temporaryFolder(), "secret")
  writeFileSync(path, content)
  return path
}

describe("a request", () => {
  test("is by default a GET that names poller and accepts JSON, also compressed", async () => {
    const { method, headers, body } = await received({})
    expect([method, body]).toEqual(["GET", ""])
    expect(headers).toEqual({
      accept: "application/json",
      "accept-encoding": "gzip, br, zstd",
      "user-agent": "poller/0.0.0",
      host: new URL(upstream.url).host,
      connection: "keep-alive"
    })
  })

  test("has the method, the headers and the body of its target", async () => {
    const { method, headers, body } = await received({
      method: "POST",
      headers: { "User-Agent": Redacted.make("me"), "Content-Type": Redacted.make("application/graphql") },
      body: Redacted.make("{ ü }")
    })
    expect([method, body]).toEqual(["POST", "{ ü }"])
    expect(headers).toMatchObject({ "user-agent": "me", "content-type": "application/graphql", "content-length": "6" })
  })

  test("has a JSON body by default", async () => {
    const { headers } = await received({ method: "POST", body: Redacted.make("{}") })
    expect(headers["content-type"]).toBe("application/json")
  })
})

describe("credentials", () => {
  test.each<[string, Partial<Request>, string]>([
    [
      "a password",
      { auth: { _tag: "Basic", username: "ada", password: Redacted.make("pä:ss") } },
      `Basic ${Buffer.from("ada:pä:ss").toString("base64")}`
    ],
    ["a password in a URL", { url: new URL("http://127.0.0.1") }, `Basic ${btoa("ada:p@ss")}`]
  ])("%s becomes basic authentication", async (_name, change, authorization) => {
    const url = new URL(`${upstream.url}/echo`)
    if (change.url !== undefined) Object.assign(url, { username: "ada", password: "p%40ss" })
    expect((await received({ ...change, url })).headers.authorization).toBe(authorization)
  })

  test("of a file are read for each poll, without the blanks around them", async () => {
    const path = file(" first\n")
    const poll = await openExchange(
      request({ auth: { _tag: "Bearer", token: { path } }, headersFrom: { "X-Api-Key": { path } } })
    )
    const sent = async () => {
      const { authorization, "x-api-key": key } = JSON.parse(resultText(await poll())).headers
      return [authorization, key]
    }
    expect(await sent()).toEqual(["Bearer first", "first"])
    writeFileSync(path, "other\r\n")
    expect(await sent()).toEqual(["Bearer other", "other"])
  })

  test("of a file that does not exist fail only the poll", async () => {
    const path = file("first")
    const poll = await openExchange(request({ auth: { _tag: "Bearer", token: { path } } }))
    rmSync(path)
    expect(resultText(await poll())).toBe(`credential: cannot read ${path}: no such file`)
    writeFileSync(path, "first")
    expect(Result.isSuccess(await poll())).toBe(true)
  })

  test("of a file without permission fail the poll", async () => {
    const path = file("first")
    chmodSync(path, 0)
    // root may read every file
    if (process.geteuid?.() === 0) {
      process.seteuid?.("nobody")
      onTestFinished(() => process.seteuid?.(0))
    }
    const poll = await openExchange(request({ auth: { _tag: "Bearer", token: { path } } }))
    expect(resultText(await poll())).toBe(`credential: cannot read ${path}: no permission`)
  })

  test("that no header can hold are refused, and the error does not quote them", async () => {
    const path = file("two\nlines")
    const poll = await openExchange(request({ headersFrom: { "X-Api-Key": { path } } }))
    const outcome = resultText(await poll())
    expect(outcome).toBe(
      `credential: cannot use ${path}: it holds a line end or a character that is not ASCII, which no header can hold`
    )
  })
})

describe("a response", () => {
  test("is good if its status is accepted", async () => {
    upstream.also.teapot = (response) => void response.writeHead(418).end("short and stout")
    const url = new URL(`${upstream.url}/teapot`)
    const acceptStatus = [
      { from: 200, to: 299 },
      { from: 418, to: 418 }
    ]
    expect(resultText(await (await openExchange(request({ url })))())).toBe("status: status 418")
    expect(resultText(await (await openExchange(request({ url, acceptStatus })))())).toBe("short and stout")
  })

  test("may set a pause by Retry-After, with 429 and 503 only", async () => {
    const pause = async (status: number) => {
      upstream.also.busy = (response) => void response.writeHead(status, { "retry-after": "7" }).end()
      return (await openExchange(request({ url: new URL(`${upstream.url}/busy`) })))()
    }
    for (const status of [429, 503]) {
      expect(await pause(status)).toMatchObject({ failure: { _tag: "BadStatus", status, retryAfter: 7000 } })
    }
    expect(await pause(500)).toMatchObject({ failure: { _tag: "BadStatus", retryAfter: undefined } })
  })

  test("that has not changed is a 304 without a body", async () => {
    const modified = "Mon, 23 Nov 2026 08:00:00 GMT"
    upstream.also.versioned = (response, _socket, { headers }) => {
      const same = headers["if-none-match"] === '"1"' || headers["if-modified-since"] === modified
      response.writeHead(same ? 304 : 200, { etag: '"1"', "last-modified": modified }).end(same ? undefined : "{}")
    }
    const url = new URL(`${upstream.url}/versioned`)
    const poll = await openExchange(request({ url }))
    const validatorsOf = async (validators?: Validators) => {
      const response = Result.getOrThrow(await poll(validators))
      return response._tag === "Fresh" ? response.validators : response._tag
    }
    const current = await validatorsOf()
    expect(current).toEqual({ url: url.href, etag: '"1"', lastModified: modified })
    const before = upstream.connections()
    expect(await validatorsOf({ url: url.href, etag: '"1"', lastModified: undefined })).toBe("NotModified")
    expect(await validatorsOf({ url: url.href, etag: undefined, lastModified: modified })).toBe("NotModified")
    expect(upstream.connections()).toBe(before)
    expect(await validatorsOf({ url: url.href, etag: '"0"', lastModified: undefined })).toEqual(current)
  })
})

test("an ETag that is not ASCII is sent back byte for byte", async () => {
  upstream.also.tagged = (response, _socket, { headers }) => {
    const tag = Buffer.from('"ü"').toString("latin1")
    response.writeHead(headers["if-none-match"] === tag ? 304 : 200, { etag: tag }).end()
  }
  const url = new URL(`${upstream.url}/tagged`)
  const poll = await openExchange(request({ url }))
  const first = Result.getOrThrow(await poll())
  if (first._tag !== "Fresh") throw new Error("not fresh")
  expect(Result.getOrThrow(await poll(first.validators))._tag).toBe("NotModified")
})

describe("a request that is not safe", () => {
  test("is never sent twice, whatever happens to its connection", async () => {
    let seen = 0
    upstream.also.posted = (response, socket) => {
      seen++
      if (seen % 2 === 0) socket.resetAndDestroy()
      else response.end("{}")
    }
    const url = new URL(`${upstream.url}/posted`)
    const poll = await openExchange(request({ url, method: "POST", body: Redacted.make("{}") }))
    const outcomes = []
    for (let i = 0; i < 6; i++) outcomes.push(resultText(await poll()))
    const lost = "connection: the connection was closed before the response"
    expect(outcomes).toEqual(["{}", lost, "{}", lost, "{}", lost])
    expect(seen).toBe(6)
  })

  test("does not go over a connection that the server is about to close", async () => {
    const server = createServer((incoming, response) => {
      incoming.resume()
      response.end("{}", () => setImmediate(() => incoming.socket.destroy()))
    })
    const url = new URL(await listenOnLoopback(server))
    const poll = await openExchange(request({ url, method: "POST", body: Redacted.make("{}") }))
    for (let i = 0; i < 20; i++) expect(resultText(await poll())).toBe("{}")
  })
})

test.each([
  ["a bearer token", (path: string) => ({ auth: { _tag: "Bearer", token: { path } } as const })],
  ["a header", (path: string) => ({ headersFrom: { "X-Api-Key": { path } } })]
])("%s that is not ASCII is refused, and not sent in Latin-1", async (_name, change) => {
  const path = file("schlüssel")
  const before = upstream.requests.length
  expect(resultText(await (await openExchange(request(change(path))))())).toBe(
    `credential: cannot use ${path}: it holds a line end or a character that is not ASCII, which no header can hold`
  )
  expect(upstream.requests.length).toBe(before)
})

test("an empty secret fails the poll, and no request is sent without it", async () => {
  const path = file(" \n")
  const before = upstream.requests.length
  for (const change of [
    { auth: { _tag: "Bearer", token: { path } } as const },
    { auth: { _tag: "Basic", username: "ada", password: { path } } as const },
    { auth: { _tag: "Digest", username: "ada", password: { path } } as const },
    { headersFrom: { "X-Api-Key": { path } } }
  ]) {
    expect(resultText(await (await openExchange(request(change)))())).toBe(
      `credential: cannot use ${path}: it is empty`
    )
  }
  expect(upstream.requests.length).toBe(before)
})

describe("a connection", () => {
  test("that the server closes at the moment of the next request is replaced", async () => {
    let polls = 0
    upstream.also.once = (response, socket) => {
      polls++
      if (polls === 2) socket.resetAndDestroy()
      else response.end("{}")
    }
    const poll = await openExchange(request({ url: new URL(`${upstream.url}/once`) }))
    expect(resultText(await poll())).toBe("{}")
    expect(resultText(await poll())).toBe("{}")
    expect(polls).toBe(3)
  })

  test("goes to a name with several addresses of which one listens, and over IPv6", async () => {
    const url = new URL(`${upstream.url}/good`)
    url.hostname = "localhost"
    expect(resultText(await (await openExchange(request({ url })))())).toBe('{"a":1}')
    const closed = new URL("http://[::1]:1/")
    expect(resultText(await (await openExchange(request({ url: closed })))())).toMatch(
      /^connection: connect E\w+ ::1:1/
    )
  })

  test("to a name that does not resolve fails with reason connection", async () => {
    const poll = await openExchange(request({ url: new URL("http://nowhere.invalid/") }))
    expect(resultText(await poll())).toMatch(/^connection: getaddrinfo \w+ nowhere\.invalid$/)
  })

  test("is kept for as long as the target is polled, and closed with it", async () => {
    const poll = await openExchange(request())
    await poll()
    await Effect.runPromise(Effect.yieldNow)
    expect(await upstream.openSockets()).toBeGreaterThan(0)
    await poll.close()
    await expect.poll(upstream.openSockets).toBe(0)
  })
})
