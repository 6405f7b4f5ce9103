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

/** Uses the usual forms of YAML: blocks and braces, with and without quotes. */
const text = `
defaults: { interval: 1s, timeout: "1s", max_series: 100, max_body: 1MB, labels: { site: here } }
mappings:
  shared:
    metrics:
      warm_up_uptime_seconds: { value: uptime_ms, scale: 0.001, help: Time since the start. }
    each:
      - path: items[*]
        labels_from: { item: name }
        metrics:
          warm_up_depth: { "value": "depth", "help": "Items that wait." }
targets:
  - { name: warm-up, url: "http://localhost/", mapping: shared }
`

const response = (): UpstreamResponse => ({
  _tag: "Fresh",
  status: 200,
  body: Buffer.from(JSON.stringify({ uptime_ms: 1500, items: [{ name: "one", depth: 1 }] })),
  validators: undefined
})

/** A response of a server that discards everything. */
const discarded = {
  cork: () => undefined,
  uncork: () => undefined,
  writeHead: () => undefined,
  write: () => undefined,
  end: () => undefined,
  once: (_close: string, closed: () => void) => queueMicrotask(closed)
}

/** A server without a socket. It gets one scrape. */
class FakeServer extends EventEmitter {
  listen(_options: unknown, listening: () => void) {
    queueMicrotask(listening)
    setImmediate(() => this.emit("request", { url: "/metrics", method: "GET", headers: {} }, discarded))
  }
  address() {
    return { port: 0 }
  }
  close(closed: () => void) {
    queueMicrotask(closed)
  }
  closeAllConnections() {}
}

/** One metric of each type that the metrics of a process have. */
const metrics = ProcessMetrics.layerOf((registry) => {
  const registers = [registry]
  const labelNames = ["kind"]
  new prom.Counter({ name: "warm_ups_total", help: "Warm-ups.", registers }).inc()
  new prom.Gauge({ name: "warm_up", help: "Warm-ups.", labelNames, registers }).set({ kind: "first" }, 1)
  new prom.Histogram({ name: "warm_up_seconds", help: "Warm-ups.", labelNames, registers }).observe(
    { kind: "first" },
    1
  )
})

/** Formats each line, and discards it. */
const silent = Logger.layer([Logger.make<unknown, void>((options) => void Logger.formatLogFmt.log(options))])

/** The services of a daemon, without effects outside of the process. */
const services = Layer.mergeAll(
  Layer.succeed(HttpClient, { open: () => Effect.succeed(() => Effect.sync(response)) }),
  Layer.succeed(Converter, (target, response) => Effect.sync(() => convert(target, response))),
  ConfigProvider.layer(ConfigProvider.fromEnvRecord({})),
  metrics,
  Notify.layer,
  silent
)

/** Arguments of `run` with a mistake that is found last, so that all other flags are parsed and no daemon starts. */
const badArguments = ["run", "--config", "warm-up", "--addr", "localhost:0", "--shard", "1"]

/**
 * Starts a daemon, from its arguments to its first poll and scrape, so that its code is compiled. It leaves nothing
 * else: no socket, no thread, and no state that differs from process to process.
 */
export const warmUp: Effect.Effect<void> = Effect.gen(function* () {
  yield* Effect.exit(program(badArguments))
  const load = Effect.sync(() =>
    fromText(
      "warm-up",
      text,
      { environment: {}, locate: locateIn(undefined, ".") },
      { interval: undefined, timeout: undefined }
    )
  )
  yield* daemon({
    listeners: [{ host: "localhost", port: 0 }],
    web: { ...plain, createServer: () => new FakeServer() as unknown as Server },
    grace: Duration.seconds(1),
    shard: { ordinal: 0, total: 1 },
    ownership: () => Effect.succeed(everything)
  }).pipe(Effect.provide(ConfigurationService.layerOf(load)), Effect.timeoutOption("2 seconds"))
}).pipe(Effect.provide(services), Effect.orDie, Effect.asVoid)
