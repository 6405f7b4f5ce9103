import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as prom from "prom-client"

/** How long a reading is used again (milliseconds), so that /proc is not read for each scrape. */
const lifetime = 1000

/**
 * Milliseconds between wake-ups of the event loop monitor; prom-client's 10 would wake an idle process 100 times a
 * second.
 */
const monitorResolution = 1000

export type Reading = Awaited<ReturnType<prom.Registry["getMetricsAsJSON"]>>

/** The metrics of the process: prom-client's `process_*` and `nodejs_*`. */
export class ProcessMetrics extends Context.Service<
  ProcessMetrics,
  {
    /** Returns the same object until it is older than a second. */
    readonly read: Effect.Effect<Reading>
    /** The last reading, if it is not older than a second. */
    readonly latest: () => Reading | undefined
  }
>()("poller/ProcessMetrics") {
  /** The metrics that `fill` registers. */
  static readonly layerOf = (fill: (registry: prom.Registry) => void) =>
    Layer.effect(
      ProcessMetrics,
      Effect.gen(function* () {
        const registry = new prom.Registry()
        fill(registry)
        let last: Reading | undefined
        let readAt = 0
        const measure = Effect.promise(async () => {
          last = await registry.getMetricsAsJSON()
          readAt = performance.now()
          return last
        })
        const read = yield* Effect.cachedWithTTL(measure, lifetime)
        return ProcessMetrics.of({
          read,
          latest: () => (performance.now() - readAt < lifetime ? last : undefined)
        })
      })
    )

  static readonly layer = ProcessMetrics.layerOf((register) =>
    prom.collectDefaultMetrics({ register, eventLoopMonitoringPrecision: monitorResolution })
  )
}
