import { writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { text } from "node:stream/consumers"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { type Fault, type Faulty, faults, startFaulty } from "../client/faulty.ts"
import { Program, startDaemon } from "./program.ts"
import { configuration } from "./temporary-config.ts"

/** Every way to hand poller a secret, each with one of its own. */
const ways: Readonly<Record<string, (secret: string, home: string) => object>> = {
  url: (secret, home) => ({ url: home.replace("//", `//ada:${secret}@`) }),
  query: (secret, home) => ({ url: `${home}?api_key=${secret}` }),
  header: (secret) => ({ headers: { "X-Api-Key": secret } }),
  environment: () => ({ headers: { Cookie: "session=${SESSION}" } }),
  header_file: (secret) => ({ headers_from: { "X-Api-Key": file(secret) } }),
  body: (secret) => ({ method: "POST", body: `{"token":"${secret}"}` }),
  password: (secret) => ({ auth: { basic: { username: "ada", password_file: file(secret) } } }),
  bearer: (secret) => ({ auth: { bearer_token_file: file(secret) } }),
  oauth2: (secret, home) => ({
    auth: { oauth2: { token_url: `${home}/token`, client_id: "ada", client_secret_file: file(secret) } }
  }),
  password_grant: (secret, home) => ({ auth: { oauth2: passwordGrant(secret, home) } }),
  token_endpoint: (secret, home) => ({ auth: { oauth2: passwordGrant(secret, home) } }),
  session: (secret, home) => ({ login: loginOf(secret, home) }),
  login: (secret, home) => ({ login: loginOf(secret, home) }),
  proxy: (secret, home) => ({ proxy: home.replace("//", `//ada:${secret}@`) })
}

/** In these ways the upstream misbehaves at the step before the request to the target. */
const earlier: Readonly<Record<string, string>> = { token_endpoint: "token", login: "login" }

const passwordGrant = (secret: string, home: string) => ({
  token_url: `${home}/token`,
  client_id: "ui",
  grant: "password",
  username: "ada",
  password_file: file(secret)
})

/** The logins of the configuration, by name. */
const logins: Record<string, object> = {}
const loginOf = (secret: string, home: string) => {
  const name = home.slice(home.lastIndexOf("/") + 1)
  logins[name] = {
    url: `${home}/login`,
    json: { user: "ada", password: { file: file(secret) } },
    take: { token: "$.access_token" },
    give: { headers: { "X-Api-Key": "{token}" } },
    logout: "/good"
  }
  return name
}

const secretOf = (way: string) => `hunter2-${way.replace("_", "-")}`
const token = "hunter2-access-token"
const secrets = [...Object.keys(ways).map(secretOf), token]

/** The secrets as they are, and in base64. */
const traces = [
  "hunter2",
  ...secrets.flatMap((secret) => [secret, `ada:${secret}`]).map((secret) => btoa(secret).replace(/=+$/, ""))
]

let files = 0
let folder: string
const file = (secret: string) => {
  const name = join(folder, `secret-${files++}`)
  writeFileSync(name, `${secret}\n`)
  return name
}

/** The credentials of a request, in one line. */
const credentialsOf = async (request: Parameters<Fault>[2]) => {
  const { authorization, "x-api-key": key, cookie, "proxy-authorization": proxy } = request.headers
  const parts = [authorization, key, cookie, proxy, await text(request), request.url?.split("api_key=")[1]]
  return parts
    .filter(Boolean)
    .join(" ")
    .replace(/[^ -~]/g, "")
}

/** Responses that repeat the credentials of the request in every place where text can be, and other faults. */
const behaviours: Readonly<Record<string, Fault>> = {
  in_value: async (response, _socket, request) =>
    void response.end(JSON.stringify({ a: 1, sent: await credentialsOf(request) })),
  in_status_line: async (_response, socket, request) =>
    void socket.end(`HTTP/1.1 500 ${await credentialsOf(request)}\r\nContent-Length: 0\r\n\r\n`),
  in_header: async (response, _socket, request) => {
    const word = await credentialsOf(request)
    response.writeHead(401, { "www-authenticate": word, etag: word, "retry-after": word, server: word }).end()
  },
  in_coding: async (response, _socket, request) =>
    void response.writeHead(200, { "content-encoding": await credentialsOf(request) }).end("x"),
  in_location: async (response, _socket, request) =>
    void response
      .writeHead(302, { location: `http://127.0.0.1:1/${encodeURIComponent(await credentialsOf(request))}` })
      .end(),
  in_scheme: async (response, _socket, request) =>
    void response.writeHead(302, { location: `${(await credentialsOf(request)).replace(/\W/g, "")}:x` }).end(),
  in_no_json: async (response, _socket, request) => void response.end(await credentialsOf(request)),
  in_half_json: async (response, _socket, request) => void response.end(`{"a":"${await credentialsOf(request)}`),
  in_no_http: async (_response, socket, request) => void socket.end(`${await credentialsOf(request)}\r\n\r\n`),
  in_chunk: async (_response, socket, request) =>
    void socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${await credentialsOf(request)}\r\n`),
  reset: (_response, socket) => void socket.resetAndDestroy(),
  hang: () => undefined,
  flood: (response) => void response.writeHead(200, { "content-length": 1e9 }).write("[")
}

let upstream: Faulty
let daemon: Awaited<ReturnType<typeof startDaemon>>
let config: string
/** What requests had in their bodies. */
const bodies: Array<string> = []
let names: ReadonlyArray<string>

const targetsOf = () =>
  Object.entries(ways).flatMap(([way, settings]) =>
    Object.entries(behaviours).map(([behaviour, fault]) => {
      const name = `${way}-${behaviour}`
      const home = `${upstream.url}/${name}`
      const step = earlier[way]
      upstream.also[way === "query" ? `${name}?api_key=${secretOf(way)}` : name] =
        step === undefined ? fault : faults.good
      for (const path of ["token", "login"])
        upstream.also[`${name}/${path}`] =
          path === step ? fault : (response) => void response.end(JSON.stringify({ access_token: token }))
      return { name, url: home, labels: { way: name }, ...settings(secretOf(way), home) }
    })
  )

/** Targets that fail without a response. */
const hopeless = () =>
  [
    { name: "unresolved", url: `http://ada:${secretOf("url")}@nowhere.invalid/` },
    { name: "closed", url: `http://ada:${secretOf("url")}@127.0.0.1:1/` },
    { name: "no-tls", url: `https://ada:${secretOf("url")}@127.0.0.1:${upstream.port}/` },
    { name: "no-proxy", url: upstream.url, proxy: `http://ada:${secretOf("proxy")}@127.0.0.1:1` },
    {
      name: "no-tunnel",
      url: "https://127.0.0.1:1",
      proxy: `${upstream.url.replace("//", `//ada:${secretOf("proxy")}@`)}`
    },
    { name: "no-header", url: upstream.url, headers_from: { "X-Api-Key": file(`${secretOf("header")}\nsecond line`) } },
    {
      name: "no-key",
      url: "https://127.0.0.1:1",
      tls: { cert_file: file(secretOf("header")), key_file: file(secretOf("header")) }
    }
  ].map((target) => ({ ...target, labels: { way: target.name } }))

beforeAll(async () => {
  upstream = await startFaulty()
  upstream.server.prependListener("request", (request) => request.on("data", (chunk) => bodies.push(String(chunk))))
  config = configuration({})
  folder = dirname(config)
  const targets = [...targetsOf(), ...hopeless()]
  names = targets.map(({ name }) => name)
  writeFileSync(config, JSON.stringify({ defaults: { interval: "2s", timeout: "1s" }, logins, targets }))
  daemon = await startDaemon(["--config", config, "--log-level", "trace"], {
    env: { SESSION: secretOf("environment") }
  })
  const ready = async () => expect((await fetch(`${daemon.url}/readyz`)).status).toBe(200)
  await vi.waitFor(ready, { timeout: 60_000, interval: 200 })
})
afterAll(async () => {
  daemon.child.kill("SIGKILL")
  await upstream[Symbol.asyncDispose]()
})

const leaks = (output: string) => output.split("\n").filter((line) => traces.some((trace) => line.includes(trace)))

describe("secrets", () => {
  test("reach the upstream", async () => {
    const bare = ["query", "header", "environment", "header_file", "bearer"].map(secretOf)
    const basic = ["url", "password", "oauth2", "proxy"].map((way) => btoa(`ada:${secretOf(way)}`))
    const sent = ["body", "password_grant", "token_endpoint", "session", "login"].map(secretOf)
    const missing = () => {
      const received = JSON.stringify(upstream.requests.map(({ headers, url }) => [headers, url])) + bodies.join()
      return [...bare, ...basic, ...sent, token].filter((trace) => !received.includes(trace))
    }
    await vi.waitFor(() => expect(missing()).toEqual([]), { timeout: 20_000, interval: 200 })
  })

  test("are not in the log, whatever happened", () => {
    expect(daemon.stderr.match(/target down/g)?.length).toBeGreaterThan(100)
    for (const reason of ["timeout", "connection", "tls", "status", "too_large", "not_json", "login"]) {
      expect(daemon.stderr).toContain(`reason=${reason}`)
    }
    expect(leaks(daemon.stderr + daemon.stdout)).toEqual([])
  })

  test("are on no page", async () => {
    const page = async (path: string) => leaks(await (await fetch(`${daemon.url}${path}`)).text())
    for (const path of ["/", "/metrics", "/healthz", "/readyz"]) expect(await page(path), path).toEqual([])
    for (const name of names) expect(await page(`/targets/${name}`), name).toEqual([])
  })

  test("are not in the message of a failed reload", async () => {
    const secret = secretOf("header")
    const broken = [
      { name: "a", url: `ftp://ada:${secret}@x/`, interval: "5x" },
      { name: "b", url: "http://x", headers: secret, body: [secret], proxy: secret, auth: { bearer_token: secret } },
      { name: "c", url: "http://x", headers: { "X-Key": [secret] }, headers_from: { K: secret }, auth: secret },
      { name: "d", url: "http://x", auth: { basic: { username: "ada", password: secret, password_file: secret } } }
    ]
    writeFileSync(config, JSON.stringify({ targets: broken }))
    daemon.child.kill("SIGHUP")
    await daemon.line(/reload failed/)
    expect(leaks(daemon.stderr)).toEqual([])
    const { stdout, stderr, code } = await new Program(["check", "--config", config]).ended
    expect(code).toBe(78)
    expect(leaks(stdout + stderr)).toEqual([])
  })
})
