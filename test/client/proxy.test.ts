import { createServer, request as forward } from "node:http"
import { connect } from "node:net"
import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from "vitest"
import { get } from "../../src/client/request.ts"
import { makeAuthority, noOpenssl } from "./certificates.ts"
import { type Faulty, startFaulty } from "./faulty.ts"
import { listenOnLoopback } from "./loopback.ts"
import { openExchange, resultText } from "./target-exchange.ts"

/** An HTTP proxy that forwards all requests, or refuses them with a status; and the requests that it got. */
const startProxy = async (refusal?: number) => {
  const requests: Array<string> = []
  const authorizations: Array<string | undefined> = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    authorizations.push(request.headers["proxy-authorization"])
    if (refusal !== undefined) return void response.writeHead(refusal).end()
    const { method = "", headers, url = "" } = request
    request.pipe(
      forward(url, { method, headers }, (incoming) => {
        response.writeHead(incoming.statusCode ?? 0, incoming.headers)
        incoming.pipe(response)
      })
    )
  })
  server.on("connect", ({ url = "", headers }, client) => {
    requests.push(`CONNECT ${url}`)
    authorizations.push(headers["proxy-authorization"])
    if (refusal !== undefined) return void client.end(`HTTP/1.1 ${refusal} No\r\n\r\n`)
    const { hostname, port } = new URL(`http://${url}`)
    const upstream = connect(Number(port), hostname, () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n")
      upstream.pipe(client).pipe(upstream)
    })
    upstream.on("error", () => client.destroy())
    client.on("error", () => upstream.destroy())
  })
  const openSockets = () => new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)))
  return { requests, authorizations, openSockets, url: await listenOnLoopback(server) }
}

let upstream: Faulty
beforeAll(async () => {
  upstream = await startFaulty()
})
afterAll(() => upstream[Symbol.asyncDispose]())
beforeEach(() => {
  for (const name of ["http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"]) {
    vi.stubEnv(name, undefined)
  }
})
afterEach(() => void vi.unstubAllEnvs())

const seconds = Duration.seconds(20)
const through = (proxy: string) => Redacted.make(new URL(proxy))

describe("the target's proxy", () => {
  test("gets all requests, with its own user and password, over one connection", async () => {
    const proxy = await startProxy()
    const url = new URL(`${upstream.url}/good`)
    const poll = await openExchange({ ...get(url, seconds), proxy: through(proxy.url.replace("//", "//ada:p%40ss@")) })
    expect(resultText(await poll())).toBe('{"a":1}')
    expect(resultText(await poll())).toBe('{"a":1}')
    expect(proxy.requests).toEqual([`GET ${url}`, `GET ${url}`])
    expect(proxy.authorizations[0]).toBe(`Basic ${btoa("ada:p@ss")}`)
    expect(upstream.requests.at(-1)?.headers.authorization).toBeUndefined()
    expect(await proxy.openSockets()).toBe(1)
    await poll.close()
    await expect.poll(proxy.openSockets).toBe(0)
  })

  test("has precedence over the environment variables", async () => {
    const [proxy, other] = [await startProxy(), await startProxy()]
    vi.stubEnv("http_proxy", other.url)
    vi.stubEnv("no_proxy", "*")
    const poll = await openExchange({ ...get(new URL(`${upstream.url}/good`), seconds), proxy: through(proxy.url) })
    expect(resultText(await poll())).toBe('{"a":1}')
    expect([proxy.requests.length, other.requests.length]).toEqual([1, 0])
  })

  test("that cannot be reached, or refuses, fails the poll with an error without its password", async () => {
    const url = new URL(`${upstream.url}/good`)
    const gone = await openExchange({ ...get(url, seconds), proxy: through("http://ada:hunter2@127.0.0.1:1") })
    expect(resultText(await gone())).toBe("connection: connect ECONNREFUSED 127.0.0.1:1")
    const refusing = await startProxy(407)
    const refused = await openExchange({ ...get(url, seconds), proxy: through(refusing.url) })
    expect(resultText(await refused())).toBe("status: status 407")
  })
})

test.each(["http_proxy", "HTTP_PROXY"])("%s names the proxy for http, unless no_proxy names the host", async (name) => {
  const proxy = await startProxy()
  vi.stubEnv(name, proxy.url)
  const poll = async () => resultText(await (await openExchange(get(new URL(`${upstream.url}/good`), seconds)))())
  expect(await poll()).toBe('{"a":1}')
  expect(proxy.requests).toHaveLength(1)
  for (const exempt of ["127.0.0.1", "*", "x.test, 127.0.0.1"]) {
    vi.stubEnv("no_proxy", exempt)
    expect(await poll()).toBe('{"a":1}')
  }
  expect(proxy.requests).toHaveLength(1)
})

describe("a proxy of the environment", () => {
  const poll = async (path = "good") =>
    resultText(await (await openExchange(get(new URL(`${upstream.url}/${path}`), seconds)))())

  test("is http if it has no scheme", async () => {
    const proxy = await startProxy()
    vi.stubEnv("HTTP_PROXY", proxy.url.replace("http://", ""))
    expect(await poll()).toBe('{"a":1}')
    expect(proxy.requests).toHaveLength(1)
    vi.stubEnv("HTTP_PROXY", proxy.url.replace("http://", "ada:hunter2@"))
    expect(await poll()).toBe('{"a":1}')
    expect(proxy.authorizations[1]).toBe(`Basic ${btoa("ada:hunter2")}`)
  })

  test.each<[string, string]>([
    ["socks5://ada:hunter2@127.0.0.1:1080", "HTTP_PROXY names a socks5 proxy: poller uses http proxies only"],
    ["http://ada:hunter2@", "HTTP_PROXY is not a URL: write http://HOST:PORT"],
    ["http://ada:hunter2@host:port", "HTTP_PROXY is not a URL: write http://HOST:PORT"],
    ["ada:hunter2@[::1", "HTTP_PROXY is not a URL: write http://HOST:PORT"],
    ["http://ada:hunter2@127.0.0.1:0", "HTTP_PROXY is not a URL: write http://HOST:PORT"]
  ])("%s is an error without the value, and there is no direct connection", async (value, message) => {
    vi.stubEnv("HTTP_PROXY", value)
    const before = upstream.requests.length
    expect(await poll()).toBe(`connection: ${message}`)
    expect(upstream.requests.length).toBe(before)
    vi.stubEnv("no_proxy", "127.0.0.0/8")
    expect(await poll()).toBe('{"a":1}')
  })

  test.each(["127.0.0.1", "*", "x.test, 127.0.0.1", "127.0.0.1:PORT", "127.0.0.0/8", "10.0.0.0/8 127.0.0.0/8"])(
    "is not used with no_proxy=%s",
    async (exempt) => {
      vi.stubEnv("HTTP_PROXY", "http://127.0.0.1:1")
      expect(await poll()).toMatch(/^connection: connect ECONNREFUSED/)
      vi.stubEnv("no_proxy", exempt.replace("PORT", String(upstream.port)))
      expect(await poll()).toBe('{"a":1}')
    }
  )

  test.each(["127.0.0.2", "x.test", ".0.0.1x", "128.0.0.0/8", "127.0.0.1:1", ""])(
    "is used with no_proxy=%s",
    async (exempt) => {
      vi.stubEnv("HTTP_PROXY", "http://127.0.0.1:1")
      vi.stubEnv("no_proxy", exempt)
      expect(await poll()).toMatch(/^connection: connect ECONNREFUSED/)
    }
  )
})

describe.skipIf(noOpenssl)("https through a proxy", () => {
  const setUp = async (days?: number) => {
    const authority = makeAuthority()
    const secure = await startFaulty(authority.sign("IP:127.0.0.1", days))
    onTestFinished(() => secure[Symbol.asyncDispose]())
    const plain = get(new URL(`${secure.url}/good`), seconds)
    return { secure, request: { ...plain, tls: { ...plain.tls, caFile: authority.caFile } } }
  }

  test.each(["https_proxy", "HTTPS_PROXY"])(
    "goes through a tunnel that stays open from poll to poll (%s)",
    async (name) => {
      const { secure, request } = await setUp()
      const proxy = await startProxy()
      vi.stubEnv(name, proxy.url.replace("//", "//ada:hunter2@"))
      const poll = await openExchange(request)
      expect(resultText(await poll())).toBe('{"a":1}')
      expect(resultText(await poll())).toBe('{"a":1}')
      expect(proxy.requests).toEqual([`CONNECT 127.0.0.1:${secure.port}`])
      expect(proxy.authorizations).toEqual([`Basic ${btoa("ada:hunter2")}`])
    }
  )

  test("checks the certificate of the upstream", async () => {
    const { request } = await setUp(-1)
    const proxy = await startProxy()
    const poll = await openExchange({ ...request, proxy: through(proxy.url) })
    expect(resultText(await poll())).toBe("tls: TLS: certificate has expired")
    await expect.poll(proxy.openSockets).toBe(0)
  })

  test("fails with an error without the password if the proxy refuses the tunnel", async () => {
    const { request } = await setUp()
    const proxy = await startProxy(407)
    const poll = await openExchange({ ...request, proxy: through(proxy.url.replace("//", "//ada:hunter2@")) })
    expect(resultText(await poll())).toBe("connection: the proxy did not open a tunnel: status 407")
    await expect.poll(proxy.openSockets).toBe(0)
  })

  test("has one timeout for tunnel and request", async () => {
    const { request, secure } = await setUp()
    const hanging = createServer().on("connect", (_request, socket) =>
      socket.on("end", () => socket.destroy()).resume()
    )
    const url = await listenOnLoopback(hanging)
    const poll = await openExchange({ ...request, timeout: Duration.millis(200), proxy: through(url) })
    expect(resultText(await poll())).toMatch(/^timeout: /)
    expect(secure.connections()).toBe(0)
    await expect.poll(() => new Promise((resolve) => hanging.getConnections((_error, count) => resolve(count)))).toBe(0)
  })
})
