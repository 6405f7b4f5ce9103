import { writeFileSync } from "node:fs"
import { connect as connectSocket, type Socket } from "node:net"
import { dirname, join } from "node:path"
import { connect, type TLSSocket } from "node:tls"
import { expect, onTestFinished, test } from "vitest"
import { makeAuthority } from "../client/certificates.ts"
import { startDaemon } from "./program.ts"
import { json, startUpstream } from "./test-upstream.ts"

const startTls = async () => {
  const upstream = await startUpstream(json({ depth: 7 }))
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  const authority = makeAuthority()
  const { certFile, keyFile } = authority.sign("IP:127.0.0.1")
  const file = join(dirname(certFile), "web.yml")
  writeFileSync(file, JSON.stringify({ tls_server_config: { cert_file: certFile, key_file: keyFile } }))
  const daemon = await startDaemon(["--target", upstream.url, "--web-config", file])
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  return daemon
}

const open = (port: number, options: object = {}) =>
  connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options })

/** Writes a byte from time to time; resolves when the server has closed the connection. */
const drip = (socket: Socket | TLSSocket, bytes: Buffer) => {
  let at = 0
  const timer = setInterval(() => socket.write(bytes.subarray(at, ++at)), 300)
  onTestFinished(() => void socket.destroy())
  socket.on("error", () => undefined).resume()
  return new Promise<number>((resolve) =>
    socket.once("close", () => {
      clearInterval(timer)
      resolve(at)
    })
  )
}

test("a handshake or a request that comes byte by byte is cut off, and other clients are served meanwhile", async () => {
  const { port } = await startTls()
  const hello = Buffer.concat([Buffer.from("16030102000100", "hex"), Buffer.alloc(1000, 1)])
  const inside = open(port)
  const dripping = Promise.all([
    drip(connectSocket(port, "127.0.0.1"), hello),
    drip(inside, Buffer.from(`GET / HTTP/1.1\r\nX: ${"x".repeat(1000)}`))
  ])
  const health = open(port)
  health.write("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
  let page = ""
  for await (const chunk of health) page += chunk
  expect(page).toMatch(/^HTTP\/1.1 200 .*ok\n$/s)
  const sent = await dripping
  for (const bytes of sent) {
    expect(bytes).toBeGreaterThan(10)
    expect(bytes).toBeLessThan(1000)
  }
}, 60_000)

test("a client cannot make the server negotiate a connection again and again", async () => {
  const daemon = await startTls()
  const socket = open(daemon.port, { maxVersion: "TLSv1.2" })
  onTestFinished(() => void socket.destroy())
  let times = 0
  await new Promise<void>((resolve) => {
    const again = () => {
      if (times++ === 100 || !socket.renegotiate({}, (error) => (error === null ? again() : resolve()))) resolve()
    }
    socket.on("error", () => undefined)
    socket.once("close", () => resolve())
    socket.once("secureConnect", again)
  })
  expect(times).toBeLessThan(50)
  expect((await daemon.stop()).code).toBe(0)
})
