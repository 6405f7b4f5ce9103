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
    /** The last reading, while it serves. */
    readonly latest: () => Reading | undefined
  }
>()("poller/ProcessMetrics") {
  /** Of the metrics that `fill` puts into a registry. */
  static readonly layerOf = (fill: (registry: prom.Registry) => void) =>
    Layer.sync(ProcessMetrics, () => {
      const registry = new prom.Registry()
      fill(registry)
      let last: Reading | undefined
      let readAt = 0
      const latest = () => (performance.now() - readAt < lifetime ? last : undefined)
      const read = Effect.gen(function* () {
        const standing = latest()
        if (standing !== undefined) return standing
        const reading = yield* Effect.promise(() => registry.getMetricsAsJSON())
        last = reading
        readAt = performance.now()
        return reading
      })
      return ProcessMetrics.of({ read, latest })
    })

  static readonly layer = ProcessMetrics.layerOf((register) =>
    prom.collectDefaultMetrics({ register, eventLoopMonitoringPrecision: monitorResolution })
  )
}
