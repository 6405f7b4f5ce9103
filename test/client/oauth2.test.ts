import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import * as Duration from "effect/Duration"
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest"
import { get, type Request } from "../../src/client/request.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { type Fault, type Faulty, faults, startFaulty } from "./faulty.ts"
import { opened, told } from "./opened.ts"

let upstream: Faulty
beforeAll(async () => {
  upstream = await startFaulty()
})
afterAll(() => upstream[Symbol.asyncDispose]())

/** The tokens that the endpoint gave, and those that the API takes. */
let given: number
let taken: ReadonlyArray<string>
let forms: Array<string>

const tokens =
  (more: object = { expires_in: 3600 }): Fault =>
  async (response, _socket, request) => {
    forms.push(await text(request))
    given++
    response.end(JSON.stringify({ access_token: `token-${given}`, token_type: "Bearer", ...more }))
  }

beforeEach(() => {
  given = 0
  taken = ["token-1", "token-2", "token-3"]
  forms = []
  upstream.requests.length = 0
  upstream.also.token = tokens()
  upstream.also.api = (response, _socket, { headers: { authorization = "" } }) =>
    void response.writeHead(taken.includes(authorization.replace("Bearer ", "")) ? 200 : 401).end(authorization)
})

const request = (scopes: ReadonlyArray<string> = []): Request => {
  const path = join(temporaryFolder(), "secret")
  writeFileSync(path, "s3c ret+\n")
  return {
    ...get(new URL(`${upstream.url}/api`), Duration.seconds(20)),
    auth: {
      _tag: "OAuth2",
      tokenUrl: new URL(`${upstream.url}/token`),
      clientId: "me:too",
      clientSecret: { path },
      scopes,
      grant: { _tag: "ClientCredentials" },
      parameters: {}
    }
  }
}

test("a token is asked for once and used until it expires", async () => {
  const poll = await opened(request(["read:nodes", "read:disks"]))
  for (let i = 0; i < 3; i++) expect(told(await poll())).toBe("Bearer token-1")
  expect(forms).toEqual(["grant_type=client_credentials&scope=read%3Anodes+read%3Adisks"])
  const [{ method, headers } = { method: "", headers: {} }] = upstream.requests
  expect(method).toBe("POST")
  expect(headers["content-type"]).toBe("application/x-www-form-urlencoded")
  // RFC 6749, section 2.3.1: name and secret are form-encoded before they become Basic
  expect(atob(headers.authorization?.slice("Basic ".length) ?? "")).toBe("me%3Atoo:s3c+ret%2B")
})

test.each([
  [3600, 3590],
  ["3600", 3590],
  [20, 18]
])("one that expires in %s seconds is renewed after %i", async (seconds, renewed) => {
  upstream.also.token = tokens({ expires_in: seconds })
  const poll = await opened(request())
  const start = process.hrtime.bigint()
  const clock = vi.spyOn(process.hrtime, "bigint")
  const at = (milliseconds: number) => clock.mockReturnValue(start + BigInt(milliseconds) * 1_000_000n)
  const wall = vi.spyOn(Date, "now")
  try {
    at(0)
    expect(told(await poll())).toBe("Bearer token-1")
    // the wall clock is set back, and then forward
    wall.mockReturnValue(0)
    at(renewed * 1000 - 1)
    expect(told(await poll())).toBe("Bearer token-1")
    wall.mockReturnValue(9e12)
    expect(told(await poll())).toBe("Bearer token-1")
    wall.mockReturnValue(0)
    at(renewed * 1000 + 1)
    expect(told(await poll())).toBe("Bearer token-2")
  } finally {
    clock.mockRestore()
    wall.mockRestore()
  }
})

test("one that is refused is renewed within the poll, once", async () => {
  upstream.also.token = tokens({})
  const poll = await opened(request())
  expect(told(await poll())).toBe("Bearer token-1")
  taken = ["token-2"]
  expect(told(await poll())).toBe("Bearer token-2")
  expect(given).toBe(2)
  taken = []
  expect(told(await poll())).toBe("status: status 401")
  expect(given).toBe(3)
})

test.each<[string, Fault, RegExp]>([
  [
    "an error",
    (response) => void response.writeHead(400).end('{"error":"invalid_client"}'),
    /^status: status 400: from the token endpoint: invalid_client$/
  ],
  [
    "an error with a secret for its code",
    (response) => void response.writeHead(400).end('{"error":"hunter2"}'),
    /^status: status 400: from the token endpoint$/
  ],
  [
    "HTML",
    (response) => void response.end("<!doctype html>"),
    /^status: status 200: the token endpoint's response is not a JSON object$/
  ],
  [
    "no token",
    (response) => void response.end("{}"),
    /^status: status 200: the token endpoint's response has no access_token$/
  ],
  ["no JSON", (response) => void response.end("token-1"), /^status: .*response is not a JSON object$/],
  [
    "a redirect",
    (response) => void response.writeHead(307, { location: "/elsewhere" }).end(),
    /^status: status 307: from the token endpoint$/
  ],
  [
    "nothing",
    (_response, socket) => void socket.destroy(),
    /^connection: the connection was closed before the response$/
  ],
  [
    "a flood",
    (response) => void response.writeHead(200, { "content-length": 1e9 }).write("x"),
    /^too_large: the token endpoint's response is longer than 1 MB$/
  ],
  [
    "more than 1 MB",
    (response) => void response.end(" ".repeat(1_000_001)),
    /^too_large: the token endpoint's response is longer than 1 MB$/
  ]
])("an endpoint that answers with %s fails the poll, and is asked again by the next", async (_name, fault, outcome) => {
  upstream.also.token = fault
  const poll = await opened(request())
  expect(told(await poll())).toMatch(outcome)
  upstream.also.token = tokens()
  expect(told(await poll())).toBe("Bearer token-1")
})

test("the deadline is over the token as well", async () => {
  upstream.also.token = () => undefined
  const poll = await opened({ ...request(), timeout: Duration.millis(100) })
  expect(told(await poll())).toBe("timeout: the token endpoint: no complete response within 100ms")
  await expect.poll(upstream.openSockets).toBe(0)
})

test.each<[string, string]>([
  ["expires_in null", '{"access_token":"token-1","expires_in":null}'],
  ["expires_in in words", '{"access_token":"token-1","expires_in":"an hour"}'],
  ["a byte order mark", '\ufeff{"access_token":"token-1","expires_in":3600}']
])("%s is no reason not to use a token", async (_name, body) => {
  let asked = 0
  upstream.also.token = (response) => {
    asked++
    response.end(body)
  }
  const poll = await opened(request())
  for (let i = 0; i < 3; i++) expect(told(await poll())).toBe("Bearer token-1")
  expect(asked).toBe(1)
})

test("a token endpoint may ask for a pause", async () => {
  upstream.also.token = (response) => void response.writeHead(429, { "retry-after": "7" }).end()
  const poll = await opened(request())
  expect(await poll()).toMatchObject({ failure: { _tag: "BadStatus", status: 429, retryAfter: 7000 } })
})

test("an endpoint that sends its head one byte at a time costs the poll no more than its deadline", async () => {
  upstream.also.token = faults.drip_headers
  const poll = await opened({ ...request(), timeout: Duration.millis(200) })
  const start = performance.now()
  expect(told(await poll())).toMatch(/^timeout: /)
  expect(performance.now() - start).toBeLessThan(2000)
})

const withAuth = (change: object): Request => {
  const plain = request(["openid"])
  return { ...plain, auth: { ...plain.auth, ...change } as NonNullable<Request["auth"]> }
}

test("the password grant sends user and password, and parameters of its own", async () => {
  const path = join(temporaryFolder(), "password")
  writeFileSync(path, "pä ss\n")
  const grant = { _tag: "Password", username: "ada", password: { path } }
  const poll = await opened(withAuth({ grant, parameters: { audience: "https://api.test/" } }))
  expect(told(await poll())).toBe("Bearer token-1")
  expect(Object.fromEntries(new URLSearchParams(forms[0]))).toEqual({
    grant_type: "password",
    username: "ada",
    password: "pä ss",
    scope: "openid",
    audience: "https://api.test/"
  })
})

test("a public client names itself in the body", async () => {
  const path = join(temporaryFolder(), "password")
  writeFileSync(path, "s")
  const grant = { _tag: "Password", username: "ada", password: { path } }
  const poll = await opened(withAuth({ grant, clientSecret: undefined }))
  expect(told(await poll())).toBe("Bearer token-1")
  expect(new URLSearchParams(forms[0]).get("client_id")).toBe("me:too")
  expect(upstream.requests[0]?.headers.authorization).toBeUndefined()
})

test("an empty secret fails the poll before anything is sent", async () => {
  const path = join(temporaryFolder(), "secret")
  writeFileSync(path, "\n")
  const poll = await opened(withAuth({ clientSecret: { path } }))
  expect(told(await poll())).toBe(`credential: cannot use ${path}: it is empty`)
  expect(upstream.requests).toEqual([])
})

test("a password that is refused is tried again after doubling pauses, so that the account is not locked", async () => {
  const path = join(temporaryFolder(), "password")
  writeFileSync(path, "wrong")
  let asked = 0
  upstream.also.token = (response) => {
    asked++
    response.writeHead(400).end('{"error":"invalid_grant"}')
  }
  const grant = { _tag: "Password", username: "ada", password: { path } }
  const poll = await opened(withAuth({ grant }))
  const start = process.hrtime.bigint()
  const clock = vi.spyOn(process.hrtime, "bigint")
  onTestFinished(() => clock.mockRestore())
  const times: Array<number> = []
  for (let seconds = 0; seconds < 7200; seconds += 10) {
    clock.mockReturnValue(start + BigInt(seconds) * 1_000_000_000n)
    const before = asked
    const outcome = told(await poll())
    if (asked > before) times.push(seconds)
    expect(outcome).toMatch(
      asked > before
        ? /^status: status 400: from the token endpoint: invalid_grant$/
        : /^status: status 400: from the token endpoint: invalid_grant; the next try is in /
    )
  }
  // a new password is tried at once
  writeFileSync(path, "wrong again")
  expect(told(await poll())).toBe("status: status 400: from the token endpoint: invalid_grant")
  const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  expect(pauses.slice(0, 5)).toEqual([30, 60, 120, 240, 480])
  expect(Math.max(...pauses)).toBeLessThanOrEqual(910)
  upstream.also.token = tokens()
  clock.mockReturnValue(start + 9_000_000_000_000n)
  expect(told(await poll())).toBe("Bearer token-1")
})
