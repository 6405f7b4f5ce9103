import { EventEmitter } from "node:events"
import type { Server } from "node:http"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as prom from "prom-client"
import { program } from "../cli.ts"
import type { UpstreamResponse } from "../client/exchange.ts"
import { HttpClient } from "../client/http-client.ts"
import { fromText } from "../config/configuration.ts"
import { locateIn } from "../config/secret-files.ts"
import { ConfigurationService } from "../configuration-service.ts"
import { daemon } from "../daemon.ts"
import { Notify } from "../host/notify.ts"
import { ProcessMetrics } from "../host/process-metrics.ts"
import { Converter, convert } from "../poll/convert-response.ts"
import { everything } from "../poll/ownership.ts"
import { plain } from "../serve/web-config/web-config.ts"

/** As configurations are: of blocks and of braces, with words in quotes and without. */
const text = `
defaults: { interval: 1s, timeout: "1s", max_series: 100, max_body: 1MB, labels: { site: here } }
mappings:
  shared:
    metrics:
      rehearsal_uptime_seconds: { value: uptime_ms, scale: 0.001, help: Time since the start. }
    each:
      - path: items[*]
        labels_from: { item: name }
        metrics:
          rehearsal_depth: { "value": "depth", "help": "What waits." }
targets:
  - { name: rehearsal, url: "http://localhost/", mapping: shared }
`

const answer = (): UpstreamResponse => ({
  _tag: "Fresh",
  status: 200,
  body: Buffer.from(JSON.stringify({ uptime_ms: 1500, items: [{ name: "one", depth: 1 }] })),
  validators: undefined
})

/** Discards a response. */
const nowhere = {
  cork: () => undefined,
  uncork: () => undefined,
  writeHead: () => undefined,
  write: () => undefined,
  end: () => undefined,
  once: (_close: string, closed: () => void) => queueMicrotask(closed)
}

/** A server that listens at once and gets no scrapes. */
class NoServer extends EventEmitter {
  listen(_options: unknown, listening: () => void) {
    queueMicrotask(listening)
    setImmediate(() => this.emit("request", { url: "/metrics", method: "GET", headers: {} }, nowhere))
  }
  address() {
    return { port: 0 }
  }
  close(closed: () => void) {
    queueMicrotask(closed)
  }
  closeAllConnections() {}
}

/** Metrics of each kind that a process has. */
const metrics = ProcessMetrics.layerOf((registry) => {
  const registers = [registry]
  const labelNames = ["kind"]
  new prom.Counter({ name: "rehearsals_total", help: "Rehearsals.", registers }).inc()
  new prom.Gauge({ name: "rehearsal", help: "Rehearsals.", labelNames, registers }).set({ kind: "first" }, 1)
  new prom.Histogram({ name: "rehearsal_seconds", help: "Rehearsals.", labelNames, registers }).observe(
    { kind: "first" },
    1
  )
})

/** Writes lines for nobody. */
const silent = Logger.layer([Logger.make<unknown, void>((options) => void Logger.formatLogFmt.log(options))])

/** Everything that a daemon has around it, of nothing. */
const stage = Layer.mergeAll(
  Layer.succeed(HttpClient, { open: () => Effect.succeed(() => Effect.sync(answer)) }),
  Layer.succeed(Converter, (target, answer) => Effect.sync(() => convert(target, answer))),
  ConfigProvider.layer(ConfigProvider.fromEnvRecord({})),
  metrics,
  Notify.layer,
  silent
)

/** Arguments of `run`, with a mistake that it finds last. Without the mistake the daemon would start. */
const badArguments = ["run", "--config", "rehearsal", "--addr", "localhost:0", "--shard", "1"]

/**
 * The start of a daemon, from its arguments to its first poll and scrape, that leaves nothing behind but compiled code:
 * no socket, no thread, and nothing that a process may not have in common with all others.
 */
export const rehearse: Effect.Effect<void> = Effect.gen(function* () {
  yield* Effect.exit(program(badArguments))
  const load = Effect.sync(() =>
    fromText(
      "rehearsal",
      text,
      { environment: {}, locate: locateIn(undefined, ".") },
      { interval: undefined, timeout: undefined }
    )
  )
  yield* daemon({
    listeners: [{ host: "localhost", port: 0 }],
    web: { ...plain, createServer: () => new NoServer() as unknown as Server },
    grace: Duration.seconds(1),
    shard: { ordinal: 0, total: 1 },
    ownership: () => Effect.succeed(everything)
  }).pipe(Effect.provide(ConfigurationService.layerOf(load)), Effect.timeoutOption("2 seconds"))
}).pipe(Effect.provide(stage), Effect.orDie, Effect.asVoid)
