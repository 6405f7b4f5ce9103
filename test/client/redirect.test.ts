import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { get, type Request } from "../../src/client/request.ts"
import { type Fault, type Faulty, startFaulty } from "./faulty.ts"
import { openExchange, resultText } from "./target-exchange.ts"

let home: Faulty
let away: Faulty
beforeAll(async () => {
  home = await startFaulty()
  away = await startFaulty()
})
afterAll(async () => {
  await home[Symbol.asyncDispose]()
  await away[Symbol.asyncDispose]()
})
beforeEach(() => {
  home.requests.length = 0
  away.requests.length = 0
})

const redirectTo =
  (location: string, status = 302): Fault =>
  (response) =>
    void response.writeHead(status, { location }).end("moved")

const request = (path: string, change: Partial<Request> = {}): Request => ({
  ...get(new URL(`${home.url}/${path}`), Duration.seconds(20)),
  ...change
})

const credentials: Partial<Request> = {
  auth: { _tag: "Basic", username: "ada", password: Redacted.make("hunter2") },
  headers: { "X-Api-Key": Redacted.make("s3cret"), Cookie: Redacted.make("session=1") }
}

const secrets = ({ requests }: Faulty) =>
  requests.map(({ headers }) => [headers.authorization, headers["x-api-key"], headers.cookie])

const all = [`Basic ${btoa("ada:hunter2")}`, "s3cret", "session=1"]
const none = [undefined, undefined, undefined]

test("ten redirects are followed, on one connection; an eleventh is not", async () => {
  for (let i = 1; i < 10; i++) home.also[`hop${i}`] = redirectTo(`hop${i + 1}`)
  home.also.hop0 = redirectTo("/hop1")
  home.also.hop10 = redirectTo("good")
  const before = home.connections()
  expect(resultText(await (await openExchange(request("hop1")))())).toBe('{"a":1}')
  expect(home.connections() - before).toBe(1)
  expect(resultText(await (await openExchange(request("hop0")))())).toBe("status: status 302: more than 10 redirects")
})

test("no redirect is followed with follow_redirects: false", async () => {
  home.also.moved = redirectTo("good")
  const poll = await openExchange(request("moved", { followRedirects: false }))
  expect(resultText(await poll())).toBe("status: status 302")
})

test("a redirect whose status is accepted is the response", async () => {
  home.also.moved = redirectTo("good")
  const poll = await openExchange(request("moved", { acceptStatus: [{ from: 302, to: 302 }] }))
  expect(resultText(await poll())).toBe("moved")
})

test.each([
  [301, "POST", "GET"],
  [302, "POST", "GET"],
  [303, "POST", "GET"],
  [303, "PUT", "GET"],
  [301, "PUT", "PUT"],
  [307, "POST", "POST"],
  [308, "POST", "POST"]
])("after %i a %s becomes a %s", async (status, method, then) => {
  home.also.moved = redirectTo("good", status)
  await (await openExchange(request("moved", { method, body: Redacted.make("{}") })))()
  expect(home.requests.map(({ method }) => method)).toEqual([method, then])
  expect(home.requests[1]?.headers["content-length"]).toBe(then === "GET" ? undefined : "2")
})

describe("credentials", () => {
  test("go with a redirect within the origin", async () => {
    home.also.moved = redirectTo("good")
    await (await openExchange(request("moved", credentials)))()
    expect(secrets(home)).toEqual([all, all])
  })

  test("do not follow to another origin, and do not come back from there", async () => {
    home.also.moved = redirectTo(`${away.url}/back`)
    away.also.back = redirectTo(`${home.url}/good`)
    expect(resultText(await (await openExchange(request("moved", credentials)))())).toBe('{"a":1}')
    expect(secrets(away)).toEqual([none])
    expect(secrets(home)).toEqual([all, none])
  })

  test("do not follow to another port, name or scheme of the same machine, which is another origin", async () => {
    home.also.moved = redirectTo(`http://localhost:${home.port}/good`)
    await (await openExchange(request("moved", credentials)))()
    expect(secrets(home)).toEqual([all, none])
  })

  test("in the URL of a redirect are not used: the upstream cannot choose poller's credentials", async () => {
    home.also.moved = redirectTo(`http://eve:x@127.0.0.1:${away.port}/good`)
    await (await openExchange(request("moved")))()
    expect(secrets(away)).toEqual([none])
  })

  test("may be in a body, which is not sent to another origin either", async () => {
    home.also.moved = redirectTo(`${away.url}/good`, 307)
    const poll = await openExchange(request("moved", { method: "POST", body: Redacted.make("token=s3cret") }))
    expect(resultText(await poll())).toBe("status: status 307: a redirect of a request with a body to another origin")
    expect(away.requests).toEqual([])
  })
})

test("a redirect to port 0 is not followed", async () => {
  home.also.zero = redirectTo("http://127.0.0.1:0/")
  expect(resultText(await (await openExchange(request("zero")))())).toBe("status: status 302: a redirect to port 0")
})

test("a redirect that drops the body drops the headers that describe it", async () => {
  home.also.posted = redirectTo("seen", 303)
  home.also.seen = (response, _socket, { method, headers }) => void response.end(JSON.stringify({ method, headers }))
  const headers = {
    "Content-Type": Redacted.make("text/xml"),
    "Content-Language": Redacted.make("en"),
    X: Redacted.make("1")
  }
  const poll = await openExchange(request("posted", { method: "POST", body: Redacted.make("<a/>"), headers }))
  const seen = JSON.parse(resultText(await poll()))
  expect(seen.method).toBe("GET")
  expect(Object.keys(seen.headers).filter((name) => name.startsWith("content-"))).toEqual([])
  expect(seen.headers.x).toBe("1")
})

describe("validators", () => {
  const versioned =
    (etag: string): Fault =>
    (response, _socket, { headers }) => {
      if (headers["if-none-match"] === etag) response.writeHead(304).end()
      else response.writeHead(200, { etag }).end(etag)
    }
  const conditions = ({ requests }: Faulty) => requests.map(({ headers }) => headers["if-none-match"])
  const validatorsOf = (result: Awaited<ReturnType<Awaited<ReturnType<typeof openExchange>>>>) => {
    const response = Result.getOrThrow(result)
    return response._tag === "Fresh" ? response.validators : undefined
  }

  test("of a redirect's destination are sent there, and to no other URL", async () => {
    away.also.one = versioned('"same"')
    away.also.two = versioned('"same"')
    home.also.turn = redirectTo(`${away.url}/one`)
    const poll = await openExchange(request("turn"))
    const validators = validatorsOf(await poll())
    expect(validators).toMatchObject({ url: `${away.url}/one`, etag: '"same"' })
    home.requests.length = 0
    away.requests.length = 0
    expect(Result.getOrThrow(await poll(validators))._tag).toBe("NotModified")
    expect([conditions(home), conditions(away)]).toEqual([[undefined], ['"same"']])
    // the redirect now leads to another URL, whose ETag happens to be the same
    home.also.turn = redirectTo(`${away.url}/two`)
    expect(Result.getOrThrow(await poll(validators))._tag).toBe("Fresh")
    expect(conditions(away).at(-1)).toBeUndefined()
  })

  test.each(["POST", "PUT", "OPTIONS", "DELETE"])("are not sent with %s", async (method) => {
    home.also.graphql = versioned('"1"')
    const poll = await openExchange(request("graphql", { method, body: Redacted.make("{}") }))
    const validators = validatorsOf(await poll())
    expect(Result.getOrThrow(await poll(validators))._tag).toBe("Fresh")
    expect(conditions(home)).toEqual([undefined, undefined])
  })
})
