import { createHash } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest"
import { challenges, makeDigest } from "../../src/client/digest.ts"
import { get, type Request } from "../../src/client/request.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { type Fault, type Faulty, startFaulty } from "./faulty.ts"
import { openExchange, resultText } from "./target-exchange.ts"

describe("challenges", () => {
  test.each<[string, ReadonlyArray<string>]>([
    ['Digest realm="a, b", nonce=x', ["digest realm=a, b nonce=x"]],
    ['Basic realm="b", Digest realm="d", nonce="n\\"q"', ["basic realm=b", 'digest realm=d nonce=n"q']],
    ["Negotiate, Basic realm=x", ["negotiate", "basic realm=x"]],
    ["Bearer", ["bearer"]],
    ["", []],
    ["=,;", []],
    ['Digest nonce="unclosed', ["digest"]]
  ])("%s", (header, found) => {
    const shown = challenges(header).map(({ scheme, parameters }) =>
      [scheme, ...[...parameters].map(([name, value]) => `${name}=${value}`)].join(" ")
    )
    expect(shown).toEqual(found)
  })
})

test("the responses are those of the example in RFC 7616, section 3.9.1", () => {
  for (const [algorithm, expected] of [
    ["MD5", "8ca523f5e9506fed4657c9700eebdbec"],
    ["SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"]
  ] as const) {
    const digest = makeDigest("Mufasa")
    const header = `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`
    expect(digest.challenged(header)).toBe(true)
    const attempt = { url: new URL("http://www.example.org/dir/index.html"), method: "GET", body: undefined }
    const sent = Redacted.value(digest.authorization(attempt, Redacted.make("Circle of Life")) ?? Redacted.make(""))
    const response = /response="(\w+)"/.exec(sent)?.[1]
    const cnonce = /cnonce="(\w+)"/.exec(sent)?.[1] ?? ""
    // the formula of the RFC: checked with its client nonce, then used with the one of this run
    const hash = (value: string) =>
      createHash(algorithm === "MD5" ? "md5" : "sha256")
        .update(value)
        .digest("hex")
    const ha1 = hash("Mufasa:http-auth@example.org:Circle of Life")
    const ha2 = hash("GET:/dir/index.html")
    const responseFor = (nonce: string) =>
      hash(`${ha1}:7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v:00000001:${nonce}:auth:${ha2}`)
    expect(responseFor("f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ")).toBe(expected)
    expect(response).toBe(responseFor(cnonce))
  }
})

/** A server with digest authentication (RFC 7616) that checks all that a client sends. */
const guarded = (options: { algorithm?: string; qop?: string; hash?: string; uses?: number }): Fault => {
  const { algorithm, qop = "auth", hash = "md5", uses = Number.POSITIVE_INFINITY } = options
  const digest = (value: string) => createHash(hash).update(value).digest("hex")
  let nonce = 0
  let used = 0
  return async (response, _socket, request) => {
    const body = await text(request)
    const [sent] = challenges(request.headers.authorization ?? "")
    const of = (name: string) => sent?.parameters.get(name) ?? ""
    const challenge = (stale: boolean) => {
      nonce++
      used = 0
      const parts = ['realm="plug"', `nonce="n${nonce}"`, 'opaque="o"', ...(qop === "" ? [] : [`qop="${qop}"`])]
      if (algorithm !== undefined) parts.push(`algorithm=${algorithm}`)
      if (stale) parts.push("stale=true")
      response.writeHead(401, { "www-authenticate": `Digest ${parts.join(", ")}` }).end()
    }
    if (sent?.scheme !== "digest") return challenge(false)
    const user = digest("admin:plug:hunter2")
    const ha1 = /-sess$/.test(algorithm ?? "") ? digest(`${user}:${of("nonce")}:${of("cnonce")}`) : user
    const ha2 =
      of("qop") === "auth-int"
        ? digest(`${request.method}:${request.url}:${digest(body)}`)
        : digest(`${request.method}:${request.url}`)
    const middle = qop === "" ? [of("nonce")] : [of("nonce"), of("nc"), of("cnonce"), of("qop")]
    const right = digest([ha1, ...middle, ha2].join(":"))
    if (right !== of("response") || of("uri") !== request.url || of("opaque") !== "o") return challenge(false)
    used++
    if (of("nonce") !== `n${nonce}` || used > uses) return challenge(true)
    if (qop !== "" && Number.parseInt(of("nc"), 16) !== used) return void response.writeHead(400).end()
    response.end(`{"polls":${used}}`)
  }
}

let upstream: Faulty
beforeAll(async () => {
  upstream = await startFaulty()
})
afterAll(() => upstream[Symbol.asyncDispose]())
beforeEach(() => {
  upstream.requests.length = 0
})

const request = (password: string, change: Partial<Request> = {}): Request => {
  const path = join(temporaryFolder(), "password")
  writeFileSync(path, password)
  return {
    ...get(new URL(`${upstream.url}/guarded`), Duration.seconds(20)),
    auth: { _tag: "Digest", username: "admin", password: { path } },
    ...change
  }
}

describe.each([
  ["no algorithm named, which is MD5", {}],
  ["MD5", { algorithm: "MD5" }],
  ["MD5 of a session", { algorithm: "MD5-sess" }],
  ["SHA-256, as second-generation Shelly devices have it", { algorithm: "SHA-256", hash: "sha256" }],
  ["SHA-512/256", { algorithm: "SHA-512-256", hash: "sha512-256" }],
  ["auth-int alone", { qop: "auth-int", algorithm: "SHA-256", hash: "sha256" }],
  ["RFC 2069, without qop", { qop: "" }]
])("digest with %s", (_name, options) => {
  test("answers the challenge once, and counts the uses of its nonce", async () => {
    upstream.also.guarded = guarded(options)
    const poll = await openExchange(request("hunter2"))
    for (let i = 1; i < 5; i++) expect(resultText(await poll())).toBe(`{"polls":${i}}`)
    expect(upstream.requests).toHaveLength(5)
  })

  test("sends a request with a body", async () => {
    upstream.also.guarded = guarded(options)
    const poll = await openExchange(request("hunter2", { method: "POST", body: Redacted.make("{ ü }") }))
    expect(resultText(await poll())).toBe('{"polls":1}')
    expect(upstream.requests).toHaveLength(2)
  })

  test("fails the poll for a wrong password, after one more request", async () => {
    upstream.also.guarded = guarded(options)
    const poll = await openExchange(request("wrong"))
    expect(resultText(await poll())).toBe("status: status 401")
    expect(upstream.requests).toHaveLength(2)
  })
})

test("a stale nonce is replaced within the poll", async () => {
  upstream.also.guarded = guarded({ uses: 2 })
  const poll = await openExchange(request("hunter2"))
  const polls = []
  for (let i = 0; i < 6; i++) polls.push(resultText(await poll()))
  expect(polls).toEqual(['{"polls":1}', '{"polls":2}', '{"polls":1}', '{"polls":2}', '{"polls":1}', '{"polls":2}'])
  expect(upstream.requests).toHaveLength(9)
})

test("a challenge that cannot be answered fails the poll with the status", async () => {
  for (const header of ['Basic realm="x"', 'Digest realm="x", nonce="n", algorithm=ROT13', 'Digest realm="x"', "?"]) {
    upstream.also.guarded = (response) => void response.writeHead(401, { "www-authenticate": header }).end()
    const poll = await openExchange(request("hunter2"))
    expect(resultText(await poll())).toBe("status: status 401")
  }
})
