import { EventEmitter } from "node:events"
import type { Server } from "node:http"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import { program } from "../cli.ts"
import { locateIn } from "../config/files.ts"
import { fromText } from "../config/load.ts"
import { daemon } from "../daemon.ts"
import { Notify } from "../host/notify.ts"
import { ProcessMetrics } from "../host/process-metrics.ts"
import { Digest, digest } from "../poll/digest.ts"
import { type Answer, Upstream } from "../upstream/exchange.ts"

const text = `
defaults: { interval: 1s, labels: { site: here } }
targets:
  - name: rehearsal
    url: http://localhost/
    metrics:
      rehearsal_uptime_seconds: { value: uptime_ms, scale: 0.001, help: Time since the start. }
    each:
      - path: items[*]
        labels_from: { item: name }
        metrics:
          rehearsal_depth: { value: depth, help: What waits. }
`

const answer = (): Answer => ({
  _tag: "Fresh",
  status: 200,
  body: Buffer.from(JSON.stringify({ uptime_ms: 1500, items: [{ name: "one", depth: 1 }] })),
  validators: undefined
})

/** A server that listens at once, and to nobody. */
class NoServer extends EventEmitter {
  listen(_options: unknown, listening: () => void) {
    queueMicrotask(listening)
  }
  address() {
    return { port: 0 }
  }
  close(closed: () => void) {
    queueMicrotask(closed)
  }
  closeAllConnections() {}
}

/** Everything that a daemon has around it, of nothing. */
const stage = Layer.mergeAll(
  Layer.succeed(Upstream, { open: () => Effect.succeed(() => Effect.sync(answer)) }),
  Layer.succeed(Digest, (target, answer) => Effect.sync(() => digest(target, answer))),
  ConfigProvider.layer(ConfigProvider.fromEnvRecord({})),
  Layer.succeed(ProcessMetrics, { read: Effect.succeed([]), latest: () => undefined }),
  Notify.layer
)

/** What is said to `run`, with a mistake that it finds last: behind it the daemon would begin. */
const badArguments = ["run", "--config", "rehearsal", "--shard", "1"]

/**
 * The start of a daemon, from its arguments to its first poll, that leaves nothing behind but compiled code: no socket, no thread, and nothing that
 * a process may not have in common with all others.
 */
export const rehearse: Effect.Effect<void> = Effect.gen(function* () {
  yield* Effect.exit(program(badArguments))
  yield* daemon({
    load: Effect.sync(() =>
      fromText(
        "rehearsal",
        text,
        { environment: {}, locate: locateIn(undefined, ".") },
        { interval: undefined, timeout: undefined }
      )
    ),
    listeners: [{ host: "localhost", port: 0 }],
    web: { createServer: () => new NoServer() as unknown as Server, guard: (app) => app },
    grace: Duration.seconds(1),
    shard: { ordinal: 0, total: 1 }
  }).pipe(Effect.timeoutOption("2 seconds"))
}).pipe(Effect.provide(stage), Effect.provideService(References.MinimumLogLevel, "None"), Effect.orDie, Effect.asVoid)
