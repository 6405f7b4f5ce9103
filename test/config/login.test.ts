import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Scope from "effect/Scope"
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest"
import { HttpClient } from "../../src/client/http-client.ts"
import { get, type Request } from "../../src/client/request.ts"
import { compileLogin } from "../../src/config/login-compiler.ts"
import { type Fault, type Faulty, faults, startFaulty } from "../client/faulty.ts"
import { stopMonotonicClock } from "../client/monotonic-clock.ts"
import { resultText } from "../client/target-exchange.ts"
import { temporaryFolder } from "../temporary-folder.ts"

let upstream: Faulty
beforeAll(async () => {
  upstream = await startFaulty()
})
afterAll(() => upstream[Symbol.asyncDispose]())

/** The logins that the server got. */
let logins: Array<{ readonly method: string; readonly body: string; readonly type: string | undefined }>
let logouts: number
/** The tokens that it accepts now. */
let valid: Set<string>
let issued: number

const api: Fault = (response, _socket, { headers }) => {
  const token = headers.authorization?.replace("Bearer ", "") ?? headers.cookie?.replace("sid=", "") ?? ""
  response.writeHead(valid.has(token) ? 200 : 401).end(`{"token":"${token}"}`)
}

/** Opens a session. `answer` makes the response from the token. */
const loginWith =
  (answer: (token: string) => { readonly body?: string; readonly headers?: Record<string, string> }): Fault =>
  async (response, _socket, request) => {
    const body = await text(request)
    logins.push({ method: request.method ?? "", body, type: request.headers["content-type"] })
    if (!body.includes("s3cret") && request.method === "POST") return void response.writeHead(403).end()
    const token = `t${++issued}`
    valid.add(token)
    const { headers, body: content = "" } = answer(token)
    response.writeHead(200, headers).end(content)
  }

const json = loginWith((token) => ({ body: JSON.stringify({ data: { token, expires_in: 3600 } }) }))

let secret: string
beforeEach(() => {
  logins = []
  logouts = 0
  valid = new Set()
  issued = 0
  upstream.requests.length = 0
  secret = join(temporaryFolder(), "password")
  writeFileSync(secret, "s3cret\n")
  upstream.also.api = api
  upstream.also.login = json
  upstream.also.logout = (response, _socket, { headers }) => {
    logouts++
    valid.delete(headers.authorization?.replace("Bearer ", "") ?? headers.cookie?.replace("sid=", "") ?? "")
    response.writeHead(204).end()
  }
})

const settings = (change: object = {}) => ({
  url: `${upstream.url}/login`,
  json: { user: "poller", password: { file: secret } },
  take: { token: "$.data.token" },
  give: { headers: { Authorization: "Bearer {token}" } },
  ...change
})

/** A client whose targets share a login. It is closed when the test ends. */
const setUp = async (given: object = settings(), interval = Duration.seconds(30)) => {
  const scope = await Effect.runPromise(Scope.make())
  const client = await Effect.runPromise(Scope.provide(Layer.build(HttpClient.layer("poller/0.0.0", 100)), scope))
  const login = compileLogin("array", JSON.parse(JSON.stringify(given)), (path) => path)
  const target = async (change: Partial<Request> = {}) => {
    const own = await Effect.runPromise(Scope.make())
    const request = {
      ...get(new URL(`${upstream.url}/api`), Duration.seconds(5)),
      login: { login, interval },
      ...change
    }
    const exchange = await Effect.runPromise(
      Scope.provide(
        Effect.provideContext(
          Effect.flatMap(HttpClient, ({ open }) => open(request)),
          client
        ),
        own
      )
    )
    const poll = () => Effect.runPromise(Effect.result(exchange(undefined)))
    return Object.assign(poll, { close: () => Effect.runPromise(Scope.close(own, Exit.void)) })
  }
  let isClosed = false
  const close = async () => {
    if (!isClosed) await Effect.runPromise(Scope.close(scope, Exit.void))
    isClosed = true
  }
  onTestFinished(close)
  return { target, close }
}

describe("a session", () => {
  test("is opened once for all targets that share it, however many poll at once", async () => {
    const { target } = await setUp()
    const targets = await Promise.all(Array.from({ length: 20 }, () => target()))
    const outcomes = await Promise.all(targets.map(async (poll) => resultText(await poll())))
    expect(new Set(outcomes)).toEqual(new Set(['{"token":"t1"}']))
    for (const poll of targets) expect(resultText(await poll())).toBe('{"token":"t1"}')
    expect(logins).toEqual([
      { method: "POST", body: '{"user":"poller","password":"s3cret"}', type: "application/json" }
    ])
  })

  test("is opened with a form", async () => {
    const { target } = await setUp(settings({ json: undefined, form: { user: "a&b", password: { file: secret } } }))
    expect(resultText(await (await target())())).toBe('{"token":"t1"}')
    expect(logins[0]).toEqual({
      method: "POST",
      body: "user=a%26b&password=s3cret",
      type: "application/x-www-form-urlencoded"
    })
  })

  test("may be only a cookie", async () => {
    upstream.also.login = loginWith((token) => ({ headers: { "set-cookie": `sid=${token}; HttpOnly; Path=/` } }))
    const { target } = await setUp(settings({ take: undefined, give: undefined }))
    const poll = await target()
    for (let i = 0; i < 3; i++) expect(resultText(await poll())).toBe('{"token":"t1"}')
    expect(logins).toHaveLength(1)
  })

  test("may come in a header of the response", async () => {
    upstream.also.login = loginWith((token) => ({ headers: { "x-auth-token": token } }))
    const { target } = await setUp(settings({ take: { token: { header: "X-Auth-Token" } } }))
    expect(resultText(await (await target())())).toBe('{"token":"t1"}')
  })

  test("may be sent as a query parameter", async () => {
    upstream.also.api = (response, _socket, { url = "" }) => void response.end(JSON.stringify({ url }))
    const { target } = await setUp(settings({ give: { params: { sid: "{token}" } } }))
    expect(resultText(await (await target())())).toBe('{"url":"/api?sid=t1"}')
  })

  test("is opened with GET and basic authentication", async () => {
    const { target } = await setUp(
      settings({ json: undefined, auth: { basic: { username: "ada", password_file: secret } } })
    )
    expect(resultText(await (await target())())).toBe('{"token":"t1"}')
    expect(logins[0]?.method).toBe("GET")
    const [request] = upstream.requests
    expect(request?.headers.authorization).toBe(`Basic ${btoa("ada:s3cret")}`)
  })

  test("is replaced within the poll when it is refused, and the request is sent once more", async () => {
    const { target } = await setUp()
    const poll = await target()
    expect(resultText(await poll())).toBe('{"token":"t1"}')
    valid.clear()
    expect(resultText(await poll())).toBe('{"token":"t2"}')
    expect(logins).toHaveLength(2)
  })

  test("that is refused is replaced once for all targets", async () => {
    const { target } = await setUp()
    const targets = await Promise.all(Array.from({ length: 10 }, () => target()))
    await Promise.all(targets.map((poll) => poll()))
    valid.clear()
    const outcomes = await Promise.all(targets.map(async (poll) => resultText(await poll())))
    expect(new Set(outcomes)).toEqual(new Set(['{"token":"t2"}']))
    expect(logins).toHaveLength(2)
  })

  test("that is refused does not repeat a POST, which the server may have executed; the next poll has a new session", async () => {
    const { target } = await setUp()
    let bodies = 0
    upstream.also.api = (...exchange) => {
      bodies++
      api(...exchange)
    }
    const poll = await target({ method: "POST", body: Redacted.make("{}") })
    expect(resultText(await poll())).toBe('{"token":"t1"}')
    valid.clear()
    expect(resultText(await poll())).toBe(
      "status: status 401: a POST is not sent again; the next poll has new credentials"
    )
    expect([bodies, logins.length]).toEqual([2, 1])
    expect(resultText(await poll())).toBe('{"token":"t2"}')
    expect([bodies, logins.length]).toEqual([3, 2])
  })

  test("without a cookie or a value is an error that says so, when it is refused", async () => {
    upstream.also.login = (response) => void response.end("{}")
    const { target } = await setUp(settings({ take: undefined, give: undefined }))
    expect(resultText(await (await target())())).toBe(
      "status: status 401: the login gave no cookie, and it has no take"
    )
  })

  test("does not go to another origin", async () => {
    const other = await startFaulty()
    onTestFinished(() => other[Symbol.asyncDispose]())
    upstream.also.api = (response) => void response.writeHead(302, { location: `${other.url}/good` }).end()
    const { target } = await setUp()
    expect(resultText(await (await target())())).toBe('{"a":1}')
    expect(other.requests[0]?.headers.authorization).toBeUndefined()
  })
})

describe("a session is replaced", () => {
  test.each<[string, object, (token: string) => object, number]>([
    ["renew", { renew: "50m" }, () => ({}), 3000],
    ["expires in seconds", { take: { token: "$.token", expires: "$.expires" } }, () => ({ expires: 3600 }), 3590],
    ["expires as text", { take: { token: "$.token", expires: "$.expires" } }, () => ({ expires: "100" }), 90],
    [
      "expires as a date",
      { take: { token: "$.token", expires: "$.expires" } },
      () => ({ expires: new Date(Date.now() + 3_600_000).toISOString() }),
      3590
    ],
    [
      "expires as seconds since 1970",
      { take: { token: "$.token", expires: "$.expires" } },
      () => ({ expires: Math.floor(Date.now() / 1000) + 3600 }),
      3590
    ]
  ])("after %s", async (_name, change, more, seconds) => {
    upstream.also.login = loginWith((token) => ({ body: JSON.stringify({ token, ...more(token) }) }))
    const { target } = await setUp(settings({ take: { token: "$.token" }, ...change }))
    const poll = await target()
    expect(resultText(await poll())).toBe('{"token":"t1"}')
    const setClock = stopMonotonicClock()
    setClock((seconds - 20) * 1000)
    expect(resultText(await poll())).toBe('{"token":"t1"}')
    setClock((seconds + 20) * 1000)
    expect(resultText(await poll())).toBe('{"token":"t2"}')
  })

  test("at the exp of a JWT", async () => {
    upstream.also.api = (response) => void response.end("{}")
    upstream.also.login = loginWith((token) => {
      const claims = Buffer.from(JSON.stringify({ exp: Math.floor(Date.now() / 1000) + 3600 })).toString("base64url")
      return { body: JSON.stringify({ token: `${token}.${claims}.sig` }) }
    })
    const { target } = await setUp(settings({ take: { token: "$.token" } }))
    const poll = await target()
    await poll()
    const setClock = stopMonotonicClock()
    setClock(3_500_000)
    await poll()
    expect(logins).toHaveLength(1)
    setClock(3_600_000)
    await poll()
    expect(logins).toHaveLength(2)
  })
})

describe("a login that fails", () => {
  test.each<[string, Fault, RegExp]>([
    ["a refusal", (response) => void response.writeHead(403).end("no s3cret"), /^login: login array: status 403$/],
    ["a hang", faults.hang, /^timeout: login array: no complete response within 200ms$/],
    ["a drip", faults.drip_headers, /^timeout: login array: /],
    ["a reset", faults.reset, /^login: login array: the connection was closed before the response$/],
    ["a flood", faults.flood, /^login: login array: .*/],
    [
      "HTML",
      (response) => void response.end("<html>"),
      /^login: login array: take\.token: the response is not JSON: it starts like HTML/
    ],
    ["no token", (response) => void response.end("{}"), /^login: login array: take\.token: finds no value$/],
    ["a null", (response) => void response.end('{"data":{"token":null}}'), /^login: .*finds no value$/],
    [
      "two lines",
      (response) => void response.end('{"data":{"token":"a\\nb"}}'),
      /^login: the login gave a value that the header authorization cannot hold$/
    ]
  ])("with %s fails the poll with a reason, and nothing is sent to the target", async (_name, fault, outcome) => {
    upstream.also.login = fault
    const { target } = await setUp()
    const poll = await target({ timeout: Duration.millis(outcome.source.startsWith("^timeout") ? 200 : 5000) })
    const first = resultText(await poll())
    expect(first).toMatch(outcome)
    expect(first).not.toContain("s3cret")
    expect(upstream.requests.filter(({ url }) => url === "/api")).toEqual([])
    await expect.poll(upstream.openSockets).toBeLessThanOrEqual(2)
  })

  test("is tried again after the interval, then after doubling pauses of 15 minutes at most, by all targets together", async () => {
    upstream.also.login = (response) => {
      logins.push({ method: "", body: "", type: undefined })
      response.writeHead(401).end()
    }
    const { target } = await setUp(settings(), Duration.seconds(10))
    const targets = await Promise.all(Array.from({ length: 5 }, () => target()))
    const setClock = stopMonotonicClock()
    const times: Array<number> = []
    for (let seconds = 0; seconds < 7200; seconds += 10) {
      setClock(seconds * 1000)
      const before = logins.length
      for (const poll of targets) expect(resultText(await poll())).toMatch(/^login: login array: status 401/)
      expect(logins.length - before).toBeLessThanOrEqual(1)
      if (logins.length > before) times.push(seconds)
    }
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0))
    expect(pauses.slice(0, 7)).toEqual([10, 20, 40, 80, 150, 290, 580])
    expect(Math.max(...pauses)).toBeLessThanOrEqual(900)
    // a new password is tried at once
    const before = logins.length
    writeFileSync(secret, "another")
    for (const poll of targets) await poll()
    expect(logins.length).toBe(before + 1)
    // the account is unlocked
    writeFileSync(secret, "s3cret")
    upstream.also.login = json
    setClock(9_000_000)
    expect(resultText((await targets[0]?.()) as never)).toBe('{"token":"t1"}')
  })

  test("without its secret file is reason credential", async () => {
    const { target } = await setUp(settings({ json: { password: { file: "/nowhere/secret" } } }))
    expect(resultText(await (await target())())).toBe("credential: cannot read /nowhere/secret: no such file")
    expect(logins).toEqual([])
  })

  test.each(["GET", "POST"])("a target that refuses every session of a %s logs in ever more rarely", async (method) => {
    upstream.also.api = (response) => void response.writeHead(403).end()
    const { target } = await setUp(settings(), Duration.seconds(10))
    const poll = await target({ method })
    const setClock = stopMonotonicClock()
    for (let seconds = 0; seconds < 3600; seconds += 10) {
      setClock(seconds * 1000)
      expect(resultText(await poll())).toMatch(/^status: status 403/)
    }
    expect(logins.length).toBeGreaterThan(3)
    expect(logins.length).toBeLessThan(14)
  })
})

describe("a session is closed", () => {
  test.each<[string, object]>([
    ["a URL", { logout: "/logout" }],
    ["a URL with a method", { logout: { url: "/logout", method: "DELETE" } }]
  ])("by %s, when the client ends", async (_name, change) => {
    const { target, close } = await setUp(settings(change))
    const poll = await target()
    await poll()
    expect(logouts).toBe(0)
    await poll.close()
    expect(logouts).toBe(0)
    await close()
    expect([logouts, valid.size]).toEqual([1, 0])
  })

  test("by the URL from the response of the login, as in Redfish", async () => {
    upstream.also.login = loginWith((token) => ({ headers: { "x-auth-token": token, location: "/logout?id=7" } }))
    const { target, close } = await setUp(
      settings({
        take: { token: { header: "X-Auth-Token" }, session: { header: "Location" } },
        logout: { url: "{session}", method: "DELETE" }
      })
    )
    await (await target())()
    await close()
    expect(upstream.requests.at(-1)).toMatchObject({ method: "DELETE", url: "/logout?id=7" })
    expect(valid.size).toBe(0)
  })

  test("but no request goes to another origin", async () => {
    upstream.also.login = loginWith((token) => ({
      headers: { "x-auth-token": token, location: "http://127.0.0.1:1/" }
    }))
    const { target, close } = await setUp(
      settings({
        take: { token: { header: "X-Auth-Token" }, session: { header: "Location" } },
        logout: { url: "{session}", method: "DELETE" }
      })
    )
    await (await target())()
    await close()
    expect(upstream.requests.at(-1)?.url).toBe("/api")
  })

  test("and a server that hangs does not delay the end", async () => {
    upstream.also.logout = faults.hang
    const { target, close } = await setUp(settings({ logout: "/logout" }))
    await (await target())()
    const start = performance.now()
    await close()
    expect(performance.now() - start).toBeLessThan(1500)
  })

  test("not while one of its targets is replaced by another", async () => {
    const { target, close } = await setUp(settings({ logout: "/logout" }))
    const poll = await target()
    await poll()
    await poll.close()
    const next = await target()
    expect(Result.isSuccess(await next())).toBe(true)
    expect([logins.length, logouts]).toEqual([1, 0])
    await close()
    expect(logouts).toBe(1)
  })
})
