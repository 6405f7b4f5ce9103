import { once } from "node:events"
import { readdirSync, readFileSync } from "node:fs"
import { createServer } from "node:http"
import { type AddressInfo, connect as connectSocket, type Socket } from "node:net"
import { join } from "node:path"
import { connect as connectTls } from "node:tls"
import { expect, onTestFinished, test } from "vitest"

import { makeAuthority } from "../client/certificates.ts"
import { Program, program, startDaemon } from "./program.ts"
import { scrape } from "./samples-of-page.ts"
import { configuration } from "./temporary-config.ts"
import { json, startUpstream } from "./test-upstream.ts"

/** Milliseconds that an answer takes, so that some polls are under way at any time. */
const slowness = 50

const later: Parameters<typeof createServer>[1] = (_request, response) =>
  void setTimeout(() => response.end('{"a":1}'), slowness)

/** The URLs of servers on as many addresses of loopback. */
const startHosts = (count: number) =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const server = createServer({ keepAliveTimeout: 60_000 }, later)
      onTestFinished(() => {
        server.closeAllConnections()
        server.close()
      })
      const address = `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`
      await once(server.listen(0, address), "listening")
      return `http://${address}:${(server.address() as AddressInfo).port}/`
    })
  )

/** A daemon that may have so many files open. */
const startLimited = async (files: number, urls: ReadonlyArray<string>, ...flags: ReadonlyArray<string>) => {
  const targets = urls.map((url, index) => ({ name: `t${index}`, url, labels: { n: String(index) } }))
  const config = configuration({ defaults: { interval: "2s", timeout: "1900ms" }, targets })
  const command = `ulimit -n ${files}; exec ${program.join(" ")} run --addr 127.0.0.1:0 --config ${config} ${flags.join(" ")}`
  const daemon = new Program(["-c", command], { command: "/bin/sh" })
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  const [, port] = await daemon.line(/address=127\.0\.0\.1:(\d+)/)
  return Object.assign(daemon, { url: `http://127.0.0.1:${port}`, port: Number(port) })
}

const gone = (socket: Socket) =>
  socket.closed ? undefined : new Promise<void>((resolve) => socket.once("close", () => resolve()))

/** Opens so many connections by `open`. Resolves when all are accepted. */
const idleClients = async (count: number, open: () => Socket) => {
  const sockets = Array.from({ length: count }, () => open().on("error", () => undefined))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
  })
  await Promise.all(sockets.map((socket) => once(socket, "connect").catch(() => undefined)))
  return sockets
}

const total = (samples: ReadonlyMap<string, number>, name: string) =>
  [...samples].reduce((sum, [series, value]) => (series.startsWith(`${name}{`) ? sum + value : sum), 0)

test("more hosts than files: no poll fails or comes late, and the files are not used up", async () => {
  const files = 256
  const urls = await startHosts(400)
  const daemon = await startLimited(files, urls)
  let samples = await scrape(daemon.url)
  let most = 0
  while (total(samples, "polls_total") < 3 * urls.length) {
    most = Math.max(most, readdirSync(`/proc/${daemon.child.pid}/fd`).length)
    samples = await scrape(daemon.url)
  }
  expect(total(samples, "poll_errors_total")).toBe(0)
  expect(total(samples, "poll_ticks_skipped_total")).toBe(0)
  expect(total(samples, "poll_up")).toBe(urls.length)
  // half of them are connections that wait for the next poll
  expect(most).toBeGreaterThan(files / 2)
  expect(most).toBeLessThan(0.9 * files)
  const { code, stderr } = await daemon.stop()
  expect(code).toBe(0)
  expect(stderr).not.toContain("down")
})

test("with a thousand idle clients no poll fails, and a scrape is served at once", async () => {
  const files = 1024
  const urls = await startHosts(300)
  const daemon = await startLimited(files, urls)
  const polls = async () => total(await scrape(daemon.url), "polls_total")
  await expect.poll(polls, { timeout: 20_000 }).toBeGreaterThan(2 * urls.length)
  const clients = await idleClients(1000, () => connectSocket(daemon.port, "127.0.0.1"))
  // the first are closed for the last
  await gone(clients[0] as Socket)
  const before = await polls()
  await expect
    .poll(
      async () => {
        const start = performance.now()
        const now = await polls()
        expect(performance.now() - start).toBeLessThan(5000)
        expect(readdirSync(`/proc/${daemon.child.pid}/fd`).length).toBeLessThan(0.9 * files)
        return now
      },
      { timeout: 20_000, interval: 100 }
    )
    .toBeGreaterThan(before + 2 * urls.length)
  const samples = await scrape(daemon.url)
  expect(total(samples, "poll_errors_total")).toBe(0)
  expect(total(samples, "poll_up")).toBe(urls.length)
  expect(clients.filter(({ destroyed }) => !destroyed).length).toBeGreaterThan(50)
  const { code, stderr } = await daemon.stop()
  expect(code).toBe(0)
  expect(stderr).not.toContain("EMFILE")
})

test("connections of clients that read nothing are closed too, so that a scrape is served", async () => {
  const urls = await startHosts(3)
  const daemon = await startLimited(256, urls)
  await idleClients(200, () => {
    const socket = connectSocket(daemon.port, "127.0.0.1")
    socket.pause().write("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n".repeat(200))
    return socket
  })
  const samples = await scrape(daemon.url)
  expect(readdirSync(`/proc/${daemon.child.pid}/fd`).length).toBeLessThan(0.5 * 256)
  expect(total(samples, "poll_errors_total")).toBe(0)
})

test("the same with TLS, where a client may not even begin its handshake", async () => {
  const files = 1024
  const authority = makeAuthority()
  const { certFile, keyFile } = authority.sign("IP:127.0.0.1")
  const web = configuration({ tls_server_config: { cert_file: certFile, key_file: keyFile } })
  const urls = await startHosts(300)
  const daemon = await startLimited(files, urls, "--web-config", web)
  const options = { host: "127.0.0.1", port: daemon.port, rejectUnauthorized: false }
  await idleClients(500, () => connectSocket(daemon.port, "127.0.0.1"))
  await idleClients(500, () => connectTls(options))
  const start = performance.now()
  const client = connectTls(options, () => client.write("GET /metrics HTTP/1.0\r\n\r\n"))
  let page = ""
  for await (const chunk of client) page += chunk
  expect(page).toContain("HTTP/1.1 200 OK")
  expect(page).toContain("poller_build_info{")
  expect(performance.now() - start).toBeLessThan(8000)
  expect(readdirSync(`/proc/${daemon.child.pid}/fd`).length).toBeLessThan(0.9 * files)
  expect(daemon.stderr).not.toContain("EMFILE")
})

test("many targets of one host need few connections, and a host that hangs keeps no other waiting", async () => {
  await using upstream = await startUpstream(() => undefined)
  const good = await startHosts(20)
  const hanging = Array.from({ length: 400 }, (_, index) => `${upstream.url}/${index}`)
  const daemon = await startLimited(256, [...hanging, ...good])
  let samples = await scrape(daemon.url)
  const polls = (index: number) => samples.get(`polls_total{target="t${index}"}`) ?? 0
  const last = hanging.length + good.length - 1
  let most = 0
  while (polls(last) < 3) {
    most = Math.max(most, await upstream.openSockets())
    samples = await scrape(daemon.url)
  }
  expect(most).toBe(8)
  for (let index = hanging.length; index <= last; index++) {
    expect(samples.get(`poll_up{target="t${index}"}`)).toBe(1)
    expect(samples.get(`poll_ticks_skipped_total{target="t${index}"}`)).toBe(0)
  }
  expect(total(samples, "poll_ticks_skipped_total")).toBeGreaterThan(0)
  expect((await daemon.stop()).code).toBe(0)
})

test("TasksMax= of the unit has room for all threads: Node ends the process if it cannot make one", async () => {
  // a response that a worker converts, from a host whose name is looked up: that starts all threads
  const items = Array.from({ length: 60_000 }, (_, index) => ({ id: `item-${index}`, state: "a".repeat(64) }))
  const upstream = await startUpstream(json({ items, queue: { depth: 7 } }))
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  const daemon = await startDaemon(["--target", upstream.url.replace("127.0.0.1", "localhost")])
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  await expect.poll(async () => (await scrape(daemon.url)).get("upstream_queue_depth"), { timeout: 10_000 }).toBe(7)
  const threads = readdirSync(`/proc/${daemon.child.pid}/task`).length
  expect(threads).toBeGreaterThan(64)
  const unit = readFileSync(join(import.meta.dirname, "../../deploy/systemd/poller.service"), "utf8")
  expect(Number(/^TasksMax=(\d+)$/m.exec(unit)?.[1])).toBeGreaterThan(threads * 1.5)
})
