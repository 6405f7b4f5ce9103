import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as prom from "prom-client"

/** How long a reading serves (milliseconds): /proc is not read for every scrape of a busy page. */
const lifetime = 1000

/** Milliseconds between two wake-ups of the event loop monitor; prom-client's 10 wake an idle process 100 times a second. */
const monitorResolution = 1000

export type Reading = Awaited<ReturnType<prom.Registry["getMetricsAsJSON"]>>

/** What the process says of itself: prom-client's `process_*` and `nodejs_*`. */
export class ProcessMetrics extends Context.Service<
  ProcessMetrics,
  {
    /** The same object until there is a newer reading. */
    readonly read: Effect.Effect<Reading>
  }
>()("poller/ProcessMetrics") {
  static readonly layer = Layer.sync(ProcessMetrics, () => {
    const registry = new prom.Registry()
    prom.collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: monitorResolution })
    let last: Reading | undefined
    let readAt = 0
    const read = Effect.gen(function* () {
      const now = Number(yield* Clock.monotonicTimeNanos) / 1e6
      if (last !== undefined && now - readAt < lifetime) return last
      last = yield* Effect.promise(() => registry.getMetricsAsJSON())
      readAt = now
      return last
    })
    return ProcessMetrics.of({ read })
  })
}
