import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import * as Effect from "effect/Effect"

const wave = (seconds: number, period: number, phase = 0) =>
  (1 + Math.sin(2 * Math.PI * (seconds / period + phase))) / 2

/** The queues of a message broker, with depths that rise and fall. */
const queues = (seconds: number) => ({
  node: "broker-1",
  version: "4.1.0",
  uptime_ms: Math.round(seconds * 1000),
  queues: ["orders", "mails", "invoices"].map((name, index) => {
    const depth = Math.round(120 * wave(seconds, 60 + 25 * index, index / 3))
    return {
      name,
      state: depth > 100 ? "backlogged" : "running",
      depth,
      oldest_ms: depth * 180,
      consumers: depth > 60 ? 4 : 2,
      published_total: Math.floor(seconds * (7 - 2 * index))
    }
  })
})

/** The workers of a service. In each minute it responds with 503 for some seconds, and then not at all. */
const workers = (seconds: number) => ({
  workers: ["ada", "grace", "edsger"].map((id, index) => ({
    id,
    busy: wave(seconds, 20, index / 5) > 0.4,
    cpu_pct: Math.round(1000 * wave(seconds, 30, index / 3)) / 10,
    last_seen: new Date(Date.now() - 500 * index).toISOString()
  }))
})

const respond = (seconds: number) => (request: IncomingMessage, response: ServerResponse) => {
  const send = (body: unknown) => {
    response.setHeader("content-type", "application/json")
    response.end(JSON.stringify(body))
  }
  const phase = seconds % 60
  if (request.url === "/queues") return send(queues(seconds))
  if (phase > 45 && phase < 52) {
    response.statusCode = 503
    return response.end()
  }
  if (phase >= 52 && phase < 58) return
  send(workers(seconds))
}

/** Starts the demo API on a free port of loopback and returns its URL. Scoped. */
export const demoApi = Effect.gen(function* () {
  const start = performance.now()
  const server = createServer((request, response) => respond((performance.now() - start) / 1000)(request, response))
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  )
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
