import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import * as Duration from "effect/Duration"
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest"
import { get, type Request } from "../../src/client/request.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { type Fault, type Faulty, faults, startFaulty } from "./faulty.ts"
import { stopMonotonicClock } from "./monotonic-clock.ts"
import { openExchange, resultText } from "./target-exchange.ts"

let upstream: Faulty
beforeAll(async () => {
  upstream = await startFaulty()
})
afterAll(() => upstream[Symbol.asyncDispose]())

/** How many tokens the endpoint has issued, and which ones the API accepts. */
let issued: number
let accepted: ReadonlyArray<string>
/** The bodies of the requests to the endpoint. */
let forms: Array<string>

const tokens =
  (more: object = { expires_in: 3600 }): Fault =>
  async (response, _socket, request) => {
    forms.push(await text(request))
    issued++
    response.end(JSON.stringify({ access_token: `token-${issued}`, token_type: "Bearer", ...more }))
  }

beforeEach(() => {
  issued = 0
  accepted = ["token-1", "token-2", "token-3"]
  forms = []
  upstream.requests.length = 0
  upstream.also.token = tokens()
  upstream.also.api = (response, _socket, { headers: { authorization = "" } }) =>
    void response.writeHead(accepted.includes(authorization.replace("Bearer ", "")) ? 200 : 401).end(authorization)
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

test("a token is requested once and used until it expires", async () => {
  const poll = await openExchange(request(["read:nodes", "read:disks"]))
  for (let i = 0; i < 3; i++) expect(resultText(await poll())).toBe("Bearer token-1")
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
])("a token that expires in %s seconds is renewed after %i", async (seconds, renewed) => {
  upstream.also.token = tokens({ expires_in: seconds })
  const poll = await openExchange(request())
  const setClock = stopMonotonicClock()
  const wallClock = vi.spyOn(Date, "now")
  onTestFinished(() => wallClock.mockRestore())
  expect(resultText(await poll())).toBe("Bearer token-1")
  // the wall clock is set back, and then forward
  wallClock.mockReturnValue(0)
  setClock(renewed * 1000 - 1)
  expect(resultText(await poll())).toBe("Bearer token-1")
  wallClock.mockReturnValue(9e12)
  expect(resultText(await poll())).toBe("Bearer token-1")
  wallClock.mockReturnValue(0)
  setClock(renewed * 1000 + 1)
  expect(resultText(await poll())).toBe("Bearer token-2")
})

test("a token that is refused is renewed within the poll, once", async () => {
  upstream.also.token = tokens({})
  const poll = await openExchange(request())
  expect(resultText(await poll())).toBe("Bearer token-1")
  accepted = ["token-2"]
  expect(resultText(await poll())).toBe("Bearer token-2")
  expect(issued).toBe(2)
  accepted = []
  expect(resultText(await poll())).toBe("status: status 401")
  expect(issued).toBe(3)
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
])("an endpoint that responds with %s fails the poll, and the next poll tries again", async (_name, fault, outcome) => {
  upstream.also.token = fault
  const poll = await openExchange(request())
  expect(resultText(await poll())).toMatch(outcome)
  upstream.also.token = tokens()
  expect(resultText(await poll())).toBe("Bearer token-1")
})

test("the timeout of the poll includes the request for the token", async () => {
  upstream.also.token = () => undefined
  const poll = await openExchange({ ...request(), timeout: Duration.millis(100) })
  expect(resultText(await poll())).toBe("timeout: the token endpoint: no complete response within 100ms")
  await expect.poll(upstream.openSockets).toBe(0)
})

test.each<[string, string]>([
  ["expires_in null", '{"access_token":"token-1","expires_in":null}'],
  ["expires_in as a text", '{"access_token":"token-1","expires_in":"an hour"}'],
  ["a byte order mark", '\ufeff{"access_token":"token-1","expires_in":3600}']
])("a token is used in spite of %s", async (_name, body) => {
  let requests = 0
  upstream.also.token = (response) => {
    requests++
    response.end(body)
  }
  const poll = await openExchange(request())
  for (let i = 0; i < 3; i++) expect(resultText(await poll())).toBe("Bearer token-1")
  expect(requests).toBe(1)
})

test("the error has the Retry-After of the token endpoint", async () => {
  upstream.also.token = (response) => void response.writeHead(429, { "retry-after": "7" }).end()
  const poll = await openExchange(request())
  expect(await poll()).toMatchObject({ failure: { _tag: "BadStatus", status: 429, retryAfter: 7000 } })
})

test("an endpoint that sends its header byte by byte cannot exceed the timeout of the poll", async () => {
  upstream.also.token = faults.drip_headers
  const poll = await openExchange({ ...request(), timeout: Duration.millis(200) })
  const start = performance.now()
  expect(resultText(await poll())).toMatch(/^timeout: /)
  expect(performance.now() - start).toBeLessThan(5000)
})

const withAuth = (change: object): Request => {
  const plain = request(["openid"])
  return { ...plain, auth: { ...plain.auth, ...change } as NonNullable<Request["auth"]> }
}

test("the password grant sends user and password, and additional parameters", async () => {
  const path = join(temporaryFolder(), "password")
  writeFileSync(path, "pä ss\n")
  const grant = { _tag: "Password", username: "ada", password: { path } }
  const poll = await openExchange(withAuth({ grant, parameters: { audience: "https://api.test/" } }))
  expect(resultText(await poll())).toBe("Bearer token-1")
  expect(Object.fromEntries(new URLSearchParams(forms[0]))).toEqual({
    grant_type: "password",
    username: "ada",
    password: "pä ss",
    scope: "openid",
    audience: "https://api.test/"
  })
})

test("a public client sends its client_id in the body", async () => {
  const path = join(temporaryFolder(), "password")
  writeFileSync(path, "s")
  const grant = { _tag: "Password", username: "ada", password: { path } }
  const poll = await openExchange(withAuth({ grant, clientSecret: undefined }))
  expect(resultText(await poll())).toBe("Bearer token-1")
  expect(new URLSearchParams(forms[0]).get("client_id")).toBe("me:too")
  expect(upstream.requests[0]?.headers.authorization).toBeUndefined()
})

test("an empty secret fails the poll before anything is sent", async () => {
  const path = join(temporaryFolder(), "secret")
  writeFileSync(path, "\n")
  const poll = await openExchange(withAuth({ clientSecret: { path } }))
  expect(resultText(await poll())).toBe(`credential: cannot use ${path}: it is empty`)
  expect(upstream.requests).toEqual([])
})

test("a password that is refused is tried again after doubling pauses, so that the account is not locked", async () => {
  const path = join(temporaryFolder(), "password")
  writeFileSync(path, "wrong")
  let requests = 0
  upstream.also.token = (response) => {
    requests++
    response.writeHead(400).end('{"error":"invalid_grant"}')
  }
  const grant = { _tag: "Password", username: "ada", password: { path } }
  const poll = await openExchange(withAuth({ grant }))
  const setClock = stopMonotonicClock()
  const times: Array<number> = []
  for (let seconds = 0; seconds < 7200; seconds += 10) {
    setClock(seconds * 1000)
    const before = requests
    const outcome = resultText(await poll())
    if (requests > before) times.push(seconds)
    expect(outcome).toMatch(
      requests > before
        ? /^status: status 400: from the token endpoint: invalid_grant$/
        : /^status: status 400: from the token endpoint: invalid_grant; the next try is in /
    )
  }
  // a new password is tried at once
  writeFileSync(path, "wrong again")
  expect(resultText(await poll())).toBe("status: status 400: from the token endpoint: invalid_grant")
  const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  expect(pauses.slice(0, 5)).toEqual([30, 60, 120, 240, 480])
  expect(Math.max(...pauses)).toBeLessThanOrEqual(910)
  upstream.also.token = tokens()
  setClock(9_000_000)
  expect(resultText(await poll())).toBe("Bearer token-1")
})
