import { once } from "node:events"
import { createServer } from "node:http"
import { connect } from "node:net"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { ProcessMetrics } from "../../src/host/process-metrics.ts"
import { initialDaemonStatus } from "../../src/poll/daemon-status.ts"
import { ReloadQueue } from "../../src/poll/reload-queue.ts"
import { StateStore } from "../../src/poll/state-store.ts"
import { serve } from "../../src/serve/server.ts"
import { plain } from "../../src/serve/web-config/web-config.ts"
import { aTarget } from "../poll/polled-target.ts"

const layer = Layer.mergeAll(
  ReloadQueue.layer,
  StateStore.layer(initialDaemonStatus("1.2.3", "26.0.0", { ordinal: 0, total: 1 }, 0)),
  Layer.succeed(ProcessMetrics, { read: Effect.succeed([]), latest: () => undefined })
)

/** A server with a page of 40 MB, which is more than the socket buffers of the kernel take. */
const start = Effect.gen(function* () {
  const store = yield* StateStore
  const target = aTarget("large")
  const family = { name: "large_ratio", type: "gauge", help: "Large." } as const
  yield* store.add(target)
  yield* store.update("large", (status) => ({
    ...status,
    blocks: [{ family, lines: Buffer.from("large_ratio 1\n".repeat(3_000_000)), series: 3_000_000 }],
    series: 3_000_000
  }))
  const web = { ...plain, createServer: () => createServer({ connectionsCheckingInterval: 50 }) }
  const limits = { connections: 10, head: 200, request: 400, stalled: 500 }
  const [bound] = yield* serve([{ host: "127.0.0.1", port: 0 }], web, limits)
  assert(bound !== undefined && "port" in bound)
  return bound.port
})

const client = (port: number) =>
  Effect.acquireRelease(
    Effect.sync(() => connect(port, "127.0.0.1").on("error", () => undefined)),
    (socket) => Effect.sync(() => socket.destroy())
  )

/** Milliseconds until the server closes the connection. */
const closed = (socket: ReturnType<typeof connect>) =>
  Effect.promise(async () => {
    const begin = performance.now()
    socket.resume()
    await once(socket, "close")
    return performance.now() - begin
  })

const withServer = <A>(test: (port: number) => Effect.Effect<A, never, Scope.Scope>) =>
  Effect.gen(function* () {
    return yield* test(yield* start)
  }).pipe(Effect.scoped, Effect.provide(layer))

it.live("a connection whose header comes byte by byte is closed after the limit for headers", () =>
  withServer((port) =>
    Effect.gen(function* () {
      const socket = yield* client(port)
      socket.write("GET / HTTP/1.1\r\nX-Long: ")
      const timer = setInterval(() => socket.write("x"), 20)
      const took = yield* closed(socket)
      clearInterval(timer)
      assert.isAtLeast(took, 150)
      assert.isBelow(took, 10_000)
    })
  )
)

it.live("so is a connection that sends nothing", () =>
  withServer((port) =>
    Effect.gen(function* () {
      assert.isBelow(yield* Effect.flatMap(client(port), closed), 10_000)
    })
  )
)

it.live("a connection whose client stops reading is closed, one whose client reads slowly is not", () =>
  withServer((port) =>
    Effect.gen(function* () {
      const request = "GET /metrics HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
      const read = (pause: number, pauses: number) =>
        Effect.gen(function* () {
          const socket = yield* client(port)
          socket.write(request)
          return yield* Effect.promise(async () => {
            let size = 0
            let paused = 0
            for await (const chunk of socket) {
              size += chunk.length
              if (size < 4_000_000 * (paused + 1) || paused === pauses) continue
              paused++
              await new Promise((resolve) => setTimeout(resolve, pause))
            }
            return size
          })
        })
      const [stalled, slow] = yield* Effect.all([read(2500, 1), read(200, 8)], { concurrency: 2 })
      assert.isBelow(stalled, 35_000_000)
      assert.isAbove(slow, 40_000_000)
    })
  )
)
