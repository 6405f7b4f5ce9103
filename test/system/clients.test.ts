import { once } from "node:events"
import { readFileSync, writeFileSync } from "node:fs"
import { get } from "node:http"
import { connect, type Socket } from "node:net"
import { join } from "node:path"
import { connect as connectTls } from "node:tls"
import { gunzipSync } from "node:zlib"
import { hashSync } from "bcryptjs"
import { expect, onTestFinished, test } from "vitest"
import { makeAuthority } from "../client/certificates.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { startDaemon } from "./program.ts"
import { startUpstream } from "./test-upstream.ts"

/** Two responses with `series` numbers each; every number differs between them. Making them takes as long as a poll. */
const responsesOf = (series: number): ReadonlyArray<string> =>
  [1, 2].map((turn) =>
    JSON.stringify({
      turn,
      items: Array.from({ length: series }, (_, index) => ({ id: `item-number-${index}`, load: index + turn / 7 }))
    })
  )

const mapping =
  "each: [{ path: 'items[*]', labels_from: { id: id }, metrics: { shop_load_ratio: { value: load, help: Load. } } }]"

/** A daemon with a page of about 50 bytes for each of `series`. Every poll changes all of them. */
const startLarge = async (series: number, interval: string, web?: string) => {
  const responses = responsesOf(series)
  const upstream = await startUpstream((_request, response) => {
    response.setHeader("content-type", "application/json")
    response.end(responses[upstream.requests % 2])
  })
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  const folder = temporaryFolder()
  const config = join(folder, "poller.yml")
  writeFileSync(
    config,
    `targets: [{ name: large, url: "${upstream.url}", interval: ${interval}, timeout: ${interval}, max_series: 1000000, max_body: 100MB, ${mapping} }]\n`
  )
  if (web !== undefined) writeFileSync(join(folder, "web.yml"), web)
  const daemon = await startDaemon([
    "--config",
    config,
    ...(web === undefined ? [] : ["--web-config", join(folder, "web.yml")])
  ])
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  await expect
    .poll(() => ready(daemon.port, web?.includes("tls_server_config") === true), { timeout: 20_000 })
    .toMatch(/^HTTP\/1.1 200/)
  const memory = (what: "VmHWM" | "VmRSS") =>
    Number(new RegExp(`${what}:\\s+(\\d+) kB`).exec(readFileSync(`/proc/${daemon.child.pid}/status`, "utf8"))?.[1]) /
    1000
  /** Resets VmHWM, the peak (proc_pid_clear_refs(5)). */
  const resetPeak = () => writeFileSync(`/proc/${daemon.child.pid}/clear_refs`, "5")
  return Object.assign(daemon, { memory, resetPeak, upstream })
}

/** The beginning of the response to /readyz. */
const ready = async (port: number, isTls: boolean) => {
  const socket = isTls ? connectTls({ host: "127.0.0.1", port, rejectUnauthorized: false }) : connect(port, "127.0.0.1")
  socket.write("GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
  let text = ""
  for await (const chunk of socket) text += chunk
  return text
}

/** Connections that send `request` and read nothing. */
const stalledClients = async (port: number, count: number, request: string) => {
  const sockets: ReadonlyArray<Socket> = Array.from({ length: count }, () =>
    connect(port, "127.0.0.1")
      .on("error", () => undefined)
      .pause()
  )
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  await Promise.all(sockets.map((socket) => once(socket, "connect")))
  for (const socket of sockets) socket.write(request)
  return sockets
}

const milliseconds = async (work: () => Promise<unknown>) => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const health = (url: string) =>
  milliseconds(async () => expect(await (await fetch(`${url}/healthz`)).text()).toBe("ok\n"))

const requestOf = (path: string, head = "") => `GET ${path} HTTP/1.1\r\nHost: x\r\n${head}\r\n`

test.each(["/metrics?x", "/metrics", "/", "/targets/large"])(
  "300 requests for %s in one write on each of 100 connections cost no memory, and delay no other client",
  async (path) => {
    const daemon = await startLarge(100_000, "1h")
    await (await fetch(`${daemon.url}${path}`)).arrayBuffer()
    daemon.resetPeak()
    const before = daemon.memory("VmRSS")
    await stalledClients(daemon.port, 100, requestOf(path).repeat(300))
    for (let turn = 0; turn < 10; turn++) expect(await health(daemon.url)).toBeLessThan(5000)
    // 100 copies of the page are 580 MB; the garbage may grow to 100 MB before it is collected
    expect(daemon.memory("VmHWM") - before).toBeLessThan(250)
  }
)

test.each([
  ["without Host", "GET / HTTP/1.1\r\n\r\n"],
  ["with an expectation", "GET / HTTP/1.1\r\nHost: x\r\nExpect: x\r\n\r\n"],
  ["that wait for 100 Continue", "GET / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n"],
  ["of the shortest kind", "GET / HTTP/1.1\r\nHost:\r\n\r\n"]
])("400 connections that write thousands of requests %s fit into a heap of 200 MB", async (_name, request) => {
  const upstream = await startUpstream((_request, response) => void response.end('{"a":1}'))
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  const env = { NODE_OPTIONS: "--max-old-space-size=200" }
  const daemon = await startDaemon(["--target", upstream.url], { env })
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  await stalledClients(daemon.port, 400, request.repeat(3000))
  for (let turn = 0; turn < 5; turn++) expect(await (await fetch(`${daemon.url}/healthz`)).text()).toBe("ok\n")
  expect((await daemon.stop()).code).toBe(0)
})

test("a request without Host, or with an unknown expectation, is refused in its turn", async () => {
  const daemon = await startLarge(10, "1h")
  const socket = connect(daemon.port, "127.0.0.1")
  socket.write(
    `${requestOf("/metrics") + requestOf("/", "Expect: x\r\n") + requestOf("/healthz")}GET / HTTP/1.1\r\n\r\n`
  )
  let text = ""
  for await (const chunk of socket) text += chunk
  expect(text.match(/^HTTP\/1.1 \d+/gm)).toEqual(["HTTP/1.1 200", "HTTP/1.1 417", "HTTP/1.1 200", "HTTP/1.1 400"])
})

test("a client may send a few requests ahead, and gets the responses in order", async () => {
  const daemon = await startLarge(10, "1h")
  const socket = connect(daemon.port, "127.0.0.1")
  socket.write(
    requestOf("/healthz") +
      requestOf("/nope") +
      requestOf("/targets/large") +
      requestOf("/metrics", "Connection: close\r\n")
  )
  let text = ""
  for await (const chunk of socket) text += chunk
  expect(text.match(/^HTTP\/1.1 \d+/gm)).toEqual(["HTTP/1.1 200", "HTTP/1.1 404", "HTTP/1.1 200", "HTTP/1.1 200"])
  expect(text).toMatch(/ok\n.*not found\n.*<title>large.*shop_load_ratio\{/s)
})

test("with TLS, a request that comes after SIGTERM on an open connection gets its whole response", async () => {
  const authority = makeAuthority()
  const { certFile, keyFile } = authority.sign("IP:127.0.0.1")
  const daemon = await startLarge(10_000, "1h", `tls_server_config: { cert_file: ${certFile}, key_file: ${keyFile} }\n`)
  const client = connectTls({ host: "127.0.0.1", port: daemon.port, rejectUnauthorized: false })
  await once(client, "secureConnect")
  const stopped = daemon.stop()
  await expect.poll(() => ready(daemon.port, true).catch(() => "closed"), { interval: 5 }).toBe("closed")
  client.write(requestOf("/metrics"))
  let text = ""
  for await (const chunk of client) text += chunk
  const [head = "", body = ""] = text.split("\r\n\r\n", 2)
  expect(head).toMatch(/connection: close/i)
  expect(body).toHaveLength(Number(/content-length: (\d+)/i.exec(head)?.[1]))
  expect((await stopped).code).toBe(0)
})

test("a request may name the whole URL", async () => {
  const daemon = await startLarge(10, "1h")
  const socket = connect(daemon.port, "127.0.0.1")
  socket.write(
    requestOf("http://x/healthz") + requestOf("http://x/metrics?x") + requestOf("HTTP://x", "Connection: close\r\n")
  )
  let text = ""
  for await (const chunk of socket) text += chunk
  expect(text.match(/^HTTP\/1.1 \d+/gm)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 200"])
  expect(text).toMatch(/ok\n.*shop_load_ratio\{.*<title>/s)
})

const password = "sesame"
const web = `basic_auth_users: { prometheus: "${hashSync(password, 4)}" }\n`
const authorization = `Authorization: Basic ${btoa(`prometheus:${password}`)}\r\n`

test.each([
  { what: "/metrics", path: "/metrics", web: undefined, head: "" },
  { what: "/metrics?x", path: "/metrics?x", web: undefined, head: "" },
  { what: "--web-config", path: "/metrics", web, head: authorization }
])("100 clients that do not read share one copy of the page: $what", async ({ path, web, head }) => {
  const daemon = await startLarge(100_000, "1h", web)
  const scrape = () =>
    fetch(`${daemon.url}${path}`, { headers: web === undefined ? {} : { authorization: authorization.slice(15, -2) } })
  expect((await (await scrape()).text()).length).toBeGreaterThan(5_000_000)
  daemon.resetPeak()
  const before = daemon.memory("VmRSS")
  await stalledClients(daemon.port, 100, requestOf(path, head))
  expect(await health(daemon.url)).toBeLessThan(5000)
  expect((await (await scrape()).text()).length).toBeGreaterThan(5_000_000)
  // 100 copies of the page are 580 MB
  expect(daemon.memory("VmHWM") - before).toBeLessThan(250)
})

test("the memory of page versions that clients do not finish is limited, and is reused", async () => {
  const daemon = await startLarge(200_000, "700ms")
  await (await fetch(`${daemon.url}/metrics`)).text()
  const sockets: Array<Socket> = []
  let peak = 0
  for (let turn = 0; turn < 12; turn++) {
    const polls = daemon.upstream.requests
    sockets.push(...(await stalledClients(daemon.port, 1, requestOf("/metrics"))))
    // the next client gets another version of the page
    await expect.poll(() => daemon.upstream.requests, { timeout: 10_000 }).toBeGreaterThan(polls)
    peak = Math.max(peak, daemon.memory("VmRSS"))
  }
  // clients that were cut off notice it when they read on
  const ends = await Promise.all(
    sockets.map(async (socket) => {
      let bytes = 0
      socket.on("data", (chunk: Buffer) => {
        bytes += chunk.length
      })
      socket.resume()
      const closed = new Promise((resolve) => socket.once("close", () => resolve(bytes)))
      const idle = expect.poll(() => bytes, { timeout: 10_000, interval: 50 }).toBeGreaterThan(10_000_000)
      await Promise.race([closed, idle.catch(() => undefined)])
      return bytes
    })
  )
  expect(ends.filter((bytes) => bytes < 10_000_000).length).toBeGreaterThanOrEqual(5)
  expect(ends.at(-1)).toBeGreaterThan(10_000_000)
  expect(peak).toBeLessThan(450)
})

test("a page of 30 MB over TLS, with 100 clients that read almost nothing: each costs one chunk, and a scrape gets the whole page", async () => {
  const authority = makeAuthority()
  const { certFile, keyFile } = authority.sign("IP:127.0.0.1")
  const tls = `tls_server_config: { cert_file: ${certFile}, key_file: ${keyFile} }\n${web}`
  const daemon = await startLarge(500_000, "1h", tls)
  const open = () => connectTls({ host: "127.0.0.1", port: daemon.port, rejectUnauthorized: false })
  const scrape = async () => {
    const socket = open()
    socket.write(requestOf("/metrics", `${authorization}Connection: close\r\n`))
    let size = 0
    for await (const chunk of socket) size += chunk.length
    return size
  }
  const size = await scrape()
  expect(size).toBeGreaterThan(29_000_000)
  daemon.resetPeak()
  const before = daemon.memory("VmRSS")
  const clients = Array.from({ length: 100 }, open)
  onTestFinished(() => {
    for (const client of clients) client.destroy()
  })
  for (const client of clients) {
    client.on("error", () => undefined).write(requestOf("/metrics", authorization))
    await once(client, "readable")
    client.read(1000)
  }
  expect(await scrape()).toBeGreaterThan(0.9 * size)
  // an encrypted chunk, and what Node and OpenSSL keep for a connection; 100 copies of the page are 3 GB
  expect(daemon.memory("VmHWM") - before).toBeLessThan(250)
})

test("a client that reads slowly gets the same page, compressed or not", async () => {
  const daemon = await startLarge(100_000, "1h")
  const read = async (encoding: string, pause: number) => {
    const [response] = await once(
      get(`${daemon.url}/metrics`, { headers: { "accept-encoding": encoding } }),
      "response"
    )
    const chunks: Array<Buffer> = []
    for await (const chunk of response) {
      chunks.push(chunk)
      if (chunks.length % 20 === 0) await new Promise((resolve) => setTimeout(resolve, pause))
    }
    const body = Buffer.concat(chunks)
    return encoding === "gzip" ? gunzipSync(body).toString() : body.toString()
  }
  const series = (page: string) => page.split("\n").filter((line) => line.startsWith("shop_load_ratio{"))
  const plain = series(await read("identity", 20))
  expect(plain).toHaveLength(100_000)
  expect(series(await read("gzip", 5))).toEqual(plain)
  const [response] = await once(get(`${daemon.url}/metrics`, { method: "HEAD" }), "response")
  expect(Number(response.headers["content-length"])).toBeGreaterThan(5_000_000)
})
