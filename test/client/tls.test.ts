import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from "node:fs"
import type { Server } from "node:https"
import { join } from "node:path"
import * as Duration from "effect/Duration"
import { beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { get, type Tls as Settings } from "../../src/client/request.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { type Authority, makeAuthority, noOpenssl } from "./certificates.ts"
import { type Faulty, startFaulty, type Tls } from "./faulty.ts"
import { openExchange, resultText, startClient } from "./target-exchange.ts"

let authority: Authority
beforeAll(() => {
  if (!noOpenssl) authority = makeAuthority()
})

const start = async (tls?: Tls): Promise<Faulty> => {
  const upstream = await startFaulty(tls)
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  return upstream
}

const request = (url: string, tls: Partial<Settings> = {}) => {
  const plain = get(new URL(url), Duration.seconds(20))
  return { ...plain, tls: { ...plain.tls, ...tls } }
}

describe.skipIf(noOpenssl)("a certificate", () => {
  const outcome = async (url: string, tls?: Partial<Settings>) =>
    resultText(await (await openExchange(request(url, tls)))())

  test("of an authority that the target names is trusted", async () => {
    const upstream = await start(authority.sign("IP:127.0.0.1"))
    expect(await outcome(`${upstream.url}/good`, { caFile: authority.caFile })).toBe('{"a":1}')
  })

  test("of another authority is not trusted, except with insecure_skip_verify", async () => {
    const upstream = await start(authority.sign("IP:127.0.0.1"))
    expect(await outcome(`${upstream.url}/good`)).toBe(
      "tls: TLS: unable to verify the first certificate: if it is to be trusted, name its authority in tls: ca_file"
    )
    expect(await outcome(`${upstream.url}/good`, { insecureSkipVerify: true })).toBe('{"a":1}')
  })

  test("that expired is not trusted, and the message says so", async () => {
    const upstream = await start(authority.sign("IP:127.0.0.1", -1))
    expect(await outcome(`${upstream.url}/good`, { caFile: authority.caFile })).toBe(
      "tls: TLS: certificate has expired"
    )
  })

  test("for another name is not trusted, unless server_name is that name", async () => {
    const upstream = await start(authority.sign("DNS:api.internal"))
    const { caFile } = authority
    expect(await outcome(`${upstream.url}/good`, { caFile })).toMatch(
      /^tls: TLS: Hostname\/IP does not match certificate's altnames: .*127\.0\.0\.1/
    )
    expect(await outcome(`${upstream.url}/good`, { caFile, serverName: "api.internal" })).toBe('{"a":1}')
  })

  test("of the client is sent to a server that requires one", async () => {
    const upstream = await start({ ...authority.sign("IP:127.0.0.1"), ca: readFileSync(authority.caFile, "utf8") })
    const { caFile } = authority
    const { certFile, keyFile } = authority.sign("DNS:client")
    expect(await outcome(`${upstream.url}/good`, { caFile })).toMatch(/^tls: TLS: .*certificate required/)
    expect(await outcome(`${upstream.url}/good`, { caFile, certFile, keyFile })).toBe('{"a":1}')
  })

  test("of the client that does not match its key, or cannot be read, is an error before any connection", async () => {
    const { certFile } = authority.sign("DNS:client")
    const { keyFile } = authority.sign("DNS:client")
    expect(await outcome("https://127.0.0.1:1/", { certFile, keyFile })).toMatch(/^tls: TLS: key values mismatch/)
    expect(await outcome("https://127.0.0.1:1/", { certFile: keyFile, keyFile })).toMatch(/^tls: TLS: no start line/)
    expect(await outcome("https://127.0.0.1:1/", { caFile: "/nowhere/ca.pem" })).toBe(
      "tls: cannot read /nowhere/ca.pem: no such file"
    )
  })

  test("of the client is not sent to another origin", async () => {
    const ca = readFileSync(authority.caFile, "utf8")
    const [first, second] = [
      await start(authority.sign("IP:127.0.0.1")),
      await start({ ...authority.sign("IP:127.0.0.1"), ca })
    ]
    first.also.away = (response) => void response.writeHead(302, { location: `${second.url}/good` }).end()
    const { certFile, keyFile } = authority.sign("DNS:client")
    expect(await outcome(`${first.url}/away`, { caFile: authority.caFile, certFile, keyFile })).toMatch(
      /certificate required/
    )
  })

  test("that is renewed in its file is used from the next poll on, and until then the connection is kept", async () => {
    const upstream = await start(authority.sign("IP:127.0.0.1"))
    const caFile = `${authority.caFile}.copy`
    writeFileSync(caFile, authority.sign("DNS:other").cert)
    const poll = await openExchange(request(`${upstream.url}/good`, { caFile }))
    expect(resultText(await poll())).toMatch(/^tls: /)
    copyFileSync(authority.caFile, caFile)
    expect(resultText(await poll())).toBe('{"a":1}')
    const before = upstream.connections()
    expect(resultText(await poll())).toBe('{"a":1}')
    expect(upstream.connections()).toBe(before)
    appendFileSync(caFile, "\n")
    expect(resultText(await poll())).toBe('{"a":1}')
    expect(upstream.connections()).toBe(before + 1)
    await expect.poll(upstream.openSockets).toBe(1)
  })

  test("that is renewed interrupts no poll of another target of the host, and leaves no old connection", async () => {
    const upstream = await start(authority.sign("IP:127.0.0.1"))
    let respond = () => {}
    upstream.also.slow = (response) => {
      respond = () => void response.end("{}")
    }
    const caFile = join(temporaryFolder(), "ca.pem")
    copyFileSync(authority.caFile, caFile)
    const client = startClient()
    const slow = await openExchange(request(`${upstream.url}/slow`, { caFile }), client)
    const quick = await openExchange(request(`${upstream.url}/good`, { caFile }), client)
    await quick()
    const underWay = slow()
    await expect.poll(() => upstream.requests.length, { interval: 5 }).toBe(2)
    appendFileSync(caFile, "\n")
    expect(resultText(await quick())).toBe('{"a":1}')
    respond()
    expect(resultText(await underWay)).toBe("{}")
    await expect.poll(upstream.openSockets, { interval: 5 }).toBe(1)
  })
})

describe.skipIf(noOpenssl)("a certificate", () => {
  test("with a key that is too weak is reason tls, not connection", async () => {
    const weak = authority.sign("IP:127.0.0.1", 1, ["rsa:1024"])
    const upstream = await start({ ...weak, ciphers: "DEFAULT@SECLEVEL=0" })
    const poll = await openExchange(request(`${upstream.url}/good`, { caFile: authority.caFile }))
    expect(resultText(await poll())).toBe("tls: TLS: EE certificate key too weak")
  })

  test("that expires while poller runs fails the polls over new connections, until it is renewed", async () => {
    const upstream = await start(authority.sign("IP:127.0.0.1"))
    const server = upstream.server as Server
    const poll = await openExchange(request(`${upstream.url}/good`, { caFile: authority.caFile }))
    expect(resultText(await poll())).toBe('{"a":1}')
    server.setSecureContext(authority.sign("IP:127.0.0.1", -1))
    expect(resultText(await poll())).toBe('{"a":1}')
    server.closeAllConnections()
    expect(resultText(await poll())).toBe("tls: TLS: certificate has expired")
    expect(resultText(await poll())).toBe("tls: TLS: certificate has expired")
    server.setSecureContext(authority.sign("IP:127.0.0.1"))
    expect(resultText(await poll())).toBe('{"a":1}')
  })

  test.each(["ca", "cert", "key"])("of an empty %s file is not trusted", async (name) => {
    const upstream = await start(authority.sign("IP:127.0.0.1"))
    const { certFile, keyFile } = authority.sign("DNS:client")
    const empty = join(temporaryFolder(), "empty.pem")
    writeFileSync(empty, "")
    const tls = { caFile: authority.caFile, certFile, keyFile, [`${name}File`]: empty }
    const poll = await openExchange(request(`${upstream.url}/good`, tls))
    expect(resultText(await poll())).toBe(`tls: cannot use ${empty}: it is empty`)
    expect(upstream.connections()).toBe(0)
  })

  test("and a header that comes byte by byte cannot exceed the timeout of the poll", async () => {
    const upstream = await start(authority.sign("IP:127.0.0.1"))
    const plain = request(`${upstream.url}/drip_headers`, { caFile: authority.caFile })
    const poll = await openExchange({ ...plain, timeout: Duration.millis(500) })
    expect(resultText(await poll())).toMatch(/^timeout: /)
    await expect.poll(upstream.openSockets).toBe(0)
  })
})

test("a server that does not speak TLS is reason tls", async () => {
  const { port } = await start()
  const poll = await openExchange(request(`https://127.0.0.1:${port}/good`))
  expect(resultText(await poll())).toMatch(/^tls: TLS: (wrong version number|packet length too long)$/)
})

test.skipIf(noOpenssl)("a server that only speaks TLS is reason connection over http", async () => {
  const { port } = await start(authority.sign("IP:127.0.0.1"))
  const poll = await openExchange(request(`http://127.0.0.1:${port}/good`))
  expect(resultText(await poll())).toMatch(/^connection: /)
  await expect.poll(() => poll().then(resultText)).toMatch(/^connection: /)
})
