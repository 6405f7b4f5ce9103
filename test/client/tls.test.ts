import { appendFileSync, copyFileSync, readFileSync, writeFileSync } from "node:fs"
import type { Server } from "node:https"
import { join } from "node:path"
import * as Duration from "effect/Duration"
import { beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { get, type Tls as Settings } from "../../src/client/request.ts"
import { isMissing } from "../system/counterpart.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { type Authority, makeAuthority } from "./certificates.ts"
import { type Faulty, startFaulty, type Tls } from "./faulty.ts"
import { opened, startClient, told } from "./opened.ts"

const noOpenssl = isMissing({ name: "openssl", probe: ["openssl", "version"], install: "apt-get install openssl" })

let ours: Authority
beforeAll(() => {
  if (!noOpenssl) ours = makeAuthority()
})

const started = async (tls?: Tls): Promise<Faulty> => {
  const upstream = await startFaulty(tls)
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  return upstream
}

const request = (url: string, tls: Partial<Settings> = {}) => {
  const plain = get(new URL(url), Duration.seconds(20))
  return { ...plain, tls: { ...plain.tls, ...tls } }
}

describe.skipIf(noOpenssl)("a certificate", () => {
  const outcome = async (url: string, tls?: Partial<Settings>) => told(await (await opened(request(url, tls)))())

  test("of an authority that the target names is trusted", async () => {
    const upstream = await started(ours.sign("IP:127.0.0.1"))
    expect(await outcome(`${upstream.url}/good`, { caFile: ours.caFile })).toBe('{"a":1}')
  })

  test("of an authority that nobody named is not, unless that is what the target wants", async () => {
    const upstream = await started(ours.sign("IP:127.0.0.1"))
    expect(await outcome(`${upstream.url}/good`)).toBe(
      "tls: TLS: unable to verify the first certificate: if it is to be trusted, name its authority in tls: ca_file"
    )
    expect(await outcome(`${upstream.url}/good`, { insecureSkipVerify: true })).toBe('{"a":1}')
  })

  test("that expired is not trusted, and the message says so", async () => {
    const upstream = await started(ours.sign("IP:127.0.0.1", -1))
    expect(await outcome(`${upstream.url}/good`, { caFile: ours.caFile })).toBe("tls: TLS: certificate has expired")
  })

  test("for another name is not trusted, unless the target gives that name", async () => {
    const upstream = await started(ours.sign("DNS:api.internal"))
    const { caFile } = ours
    expect(await outcome(`${upstream.url}/good`, { caFile })).toMatch(
      /^tls: TLS: Hostname\/IP does not match certificate's altnames: .*127\.0\.0\.1/
    )
    expect(await outcome(`${upstream.url}/good`, { caFile, serverName: "api.internal" })).toBe('{"a":1}')
  })

  test("of ours is asked for by the server", async () => {
    const upstream = await started({ ...ours.sign("IP:127.0.0.1"), ca: readFileSync(ours.caFile, "utf8") })
    const { caFile } = ours
    const { certFile, keyFile } = ours.sign("DNS:client")
    expect(await outcome(`${upstream.url}/good`, { caFile })).toMatch(/^tls: TLS: .*certificate required/)
    expect(await outcome(`${upstream.url}/good`, { caFile, certFile, keyFile })).toBe('{"a":1}')
  })

  test("of ours that does not fit its key, or is none, is told without the network", async () => {
    const { certFile } = ours.sign("DNS:client")
    const { keyFile } = ours.sign("DNS:client")
    expect(await outcome("https://127.0.0.1:1/", { certFile, keyFile })).toMatch(/^tls: TLS: key values mismatch/)
    expect(await outcome("https://127.0.0.1:1/", { certFile: keyFile, keyFile })).toMatch(/^tls: TLS: no start line/)
    expect(await outcome("https://127.0.0.1:1/", { caFile: "/nowhere/ca.pem" })).toBe(
      "tls: cannot read /nowhere/ca.pem: no such file"
    )
  })

  test("of ours does not go to another origin", async () => {
    const ca = readFileSync(ours.caFile, "utf8")
    const [first, second] = [
      await started(ours.sign("IP:127.0.0.1")),
      await started({ ...ours.sign("IP:127.0.0.1"), ca })
    ]
    first.also.away = (response) => void response.writeHead(302, { location: `${second.url}/good` }).end()
    const { certFile, keyFile } = ours.sign("DNS:client")
    expect(await outcome(`${first.url}/away`, { caFile: ours.caFile, certFile, keyFile })).toMatch(
      /certificate required/
    )
  })

  test("that is renewed in its file counts from the next poll on, and the connection is kept until then", async () => {
    const upstream = await started(ours.sign("IP:127.0.0.1"))
    const caFile = `${ours.caFile}.copy`
    writeFileSync(caFile, ours.sign("DNS:other").cert)
    const poll = await opened(request(`${upstream.url}/good`, { caFile }))
    expect(told(await poll())).toMatch(/^tls: /)
    copyFileSync(ours.caFile, caFile)
    expect(told(await poll())).toBe('{"a":1}')
    const before = upstream.connections()
    expect(told(await poll())).toBe('{"a":1}')
    expect(upstream.connections()).toBe(before)
    appendFileSync(caFile, "\n")
    expect(told(await poll())).toBe('{"a":1}')
    expect(upstream.connections()).toBe(before + 1)
    await expect.poll(upstream.openSockets).toBe(1)
  })

  test("that is renewed cuts no poll that another target of the host has under way, and leaves no old connection", async () => {
    const upstream = await started(ours.sign("IP:127.0.0.1"))
    let answer = () => {}
    upstream.also.slow = (response) => {
      answer = () => void response.end("{}")
    }
    const caFile = join(temporaryFolder(), "ca.pem")
    copyFileSync(ours.caFile, caFile)
    const client = startClient()
    const slow = await opened(request(`${upstream.url}/slow`, { caFile }), client)
    const quick = await opened(request(`${upstream.url}/good`, { caFile }), client)
    await quick()
    const underWay = slow()
    await expect.poll(() => upstream.requests.length, { interval: 5 }).toBe(2)
    appendFileSync(caFile, "\n")
    expect(told(await quick())).toBe('{"a":1}')
    answer()
    expect(told(await underWay)).toBe("{}")
    await expect.poll(upstream.openSockets, { interval: 5 }).toBe(1)
  })
})

describe.skipIf(noOpenssl)("a certificate", () => {
  test("of a key that is too weak is no trouble of the network", async () => {
    const weak = ours.sign("IP:127.0.0.1", 1, ["rsa:1024"])
    const upstream = await started({ ...weak, ciphers: "DEFAULT@SECLEVEL=0" })
    const poll = await opened(request(`${upstream.url}/good`, { caFile: ours.caFile }))
    expect(told(await poll())).toBe("tls: TLS: EE certificate key too weak")
  })

  test("that expires while poller runs fails the polls over new connections, and its successor ends that", async () => {
    const upstream = await started(ours.sign("IP:127.0.0.1"))
    const server = upstream.server as Server
    const poll = await opened(request(`${upstream.url}/good`, { caFile: ours.caFile }))
    expect(told(await poll())).toBe('{"a":1}')
    server.setSecureContext(ours.sign("IP:127.0.0.1", -1))
    expect(told(await poll())).toBe('{"a":1}')
    server.closeAllConnections()
    expect(told(await poll())).toBe("tls: TLS: certificate has expired")
    expect(told(await poll())).toBe("tls: TLS: certificate has expired")
    server.setSecureContext(ours.sign("IP:127.0.0.1"))
    expect(told(await poll())).toBe('{"a":1}')
  })

  test.each(["ca", "cert", "key"])("of an empty %s file is not trusted", async (name) => {
    const upstream = await started(ours.sign("IP:127.0.0.1"))
    const { certFile, keyFile } = ours.sign("DNS:client")
    const empty = join(temporaryFolder(), "empty.pem")
    writeFileSync(empty, "")
    const tls = { caFile: ours.caFile, certFile, keyFile, [`${name}File`]: empty }
    const poll = await opened(request(`${upstream.url}/good`, tls))
    expect(told(await poll())).toBe(`tls: cannot use ${empty}: it is empty`)
    expect(upstream.connections()).toBe(0)
  })

  test("and a head of one byte at a time cost the poll no more than its deadline", async () => {
    const upstream = await started(ours.sign("IP:127.0.0.1"))
    const plain = request(`${upstream.url}/drip_headers`, { caFile: ours.caFile })
    const poll = await opened({ ...plain, timeout: Duration.millis(500) })
    expect(told(await poll())).toMatch(/^timeout: /)
    await expect.poll(upstream.openSockets).toBe(0)
  })
})

test("a server that does not speak TLS is told as such", async () => {
  const { port } = await started()
  const poll = await opened(request(`https://127.0.0.1:${port}/good`))
  expect(told(await poll())).toMatch(/^tls: TLS: (wrong version number|packet length too long)$/)
})

test.skipIf(noOpenssl)("a server that speaks nothing but TLS is told as such", async () => {
  const { port } = await started(ours.sign("IP:127.0.0.1"))
  const poll = await opened(request(`http://127.0.0.1:${port}/good`))
  expect(told(await poll())).toMatch(/^connection: /)
  await expect.poll(() => poll().then(told)).toMatch(/^connection: /)
})
