import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import type { Target } from "./config/target.ts"
import type { Failure } from "./failure.ts"
import { ProcessMetrics } from "./host/process-metrics.ts"
import { hangup } from "./host/signals.ts"
import { Board } from "./poll/board.ts"
import * as Fleet from "./poll/fleet.ts"
import { reloaded, starting } from "./poll/self.ts"
import { type Shard, shardOf } from "./poll/shard.ts"
import { type Address, showAddress } from "./serve/address.ts"
import { serve } from "./serve/server.ts"
import { Upstream } from "./upstream/exchange.ts"
import { version } from "./version.ts"

export interface Daemon {
  /** Reads the configuration; asked again at every reload. */
  readonly load: Effect.Effect<ReadonlyArray<Target>, Failure>
  readonly addresses: ReadonlyArray<Address>
  /** How long polls in flight may go on after a stop was asked for. */
  readonly grace: Duration.Duration
  readonly shard: Shard
}

/** The targets of this process. */
const own = (targets: ReadonlyArray<Target>, { ordinal, total }: Shard) =>
  targets.filter(({ name }) => shardOf(name, total) === ordinal)

/**
 * Reads the configuration again, once for any number of hang-ups that came meanwhile. A bad one changes nothing but a log line a
 * problem, a metric and the status.
 */
const reload = Effect.fnUntraced(function* ({ load, shard }: Daemon, fleet: Fleet.Fleet) {
  const board = yield* Board
  const loaded = yield* Effect.result(load)
  const problems = Result.isFailure(loaded) ? loaded.failure.lines : []
  const now = yield* Clock.currentTimeMillis
  yield* board.updateSelf((self) => reloaded(self, now, problems))
  if (Result.isFailure(loaded)) {
    for (const problem of problems) yield* Effect.annotateLogs(Effect.logError("reload failed"), { problem })
    return
  }
  const targets = own(loaded.success, shard)
  const changes = yield* fleet.apply(targets)
  yield* Effect.annotateLogs(Effect.logInfo("reloaded"), { targets: targets.length, ...changes })
})

/**
 * poller itself: it is its poll loops, so that a loop that dies is a process that ends; the server and the clients lie beneath them.
 * What was built last is taken down first: the loops, within the grace, then the server.
 */
export const daemon = Effect.fnUntraced(function* (options: Daemon) {
  const targets = own(yield* options.load, options.shard)
  const self = starting(version, process.versions.node, options.shard, yield* Clock.currentTimeMillis)

  return yield* Effect.gen(function* () {
    const bound = yield* serve(options.addresses)
    const fleet = yield* Fleet.make(options.grace)
    yield* Effect.annotateLogs(Effect.logInfo("polling"), {
      version,
      address: bound.map(showAddress).join(","),
      targets: targets.length
    })
    yield* fleet.apply(targets)
    const reloads = Effect.forever(Effect.andThen(hangup, reload(options, fleet)))
    return yield* Effect.raceFirst(fleet.join, reloads)
  }).pipe(
    Effect.scoped,
    Effect.onInterrupt(() => Effect.logInfo("stopped")),
    Effect.provide(Layer.mergeAll(Board.layer(self), ProcessMetrics.layer, Upstream.layer))
  )
})
