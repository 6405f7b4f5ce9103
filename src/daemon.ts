import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Target } from "./config/target.ts"
import { ProcessMetrics } from "./host/process-metrics.ts"
import { Board } from "./poll/board.ts"
import * as Fleet from "./poll/fleet.ts"
import { type Address, showAddress } from "./serve/address.ts"
import { serve } from "./serve/server.ts"
import { Upstream } from "./upstream/exchange.ts"
import { version } from "./version.ts"

export interface Daemon {
  readonly targets: ReadonlyArray<Target>
  readonly addresses: ReadonlyArray<Address>
  /** How long polls in flight may go on after a stop was asked for. */
  readonly grace: Duration.Duration
}

/**
 * poller itself: it is its poll loops, so that a loop that dies is a process that ends; the server and the clients lie beneath them.
 * What was built last is taken down first: the loops, within the grace, then the server.
 */
export const daemon = ({ targets, addresses, grace }: Daemon) =>
  Effect.gen(function* () {
    const bound = yield* serve(addresses)
    const fleet = yield* Fleet.make(grace)
    yield* Effect.annotateLogs(Effect.logInfo("polling"), {
      version,
      address: bound.map(showAddress).join(","),
      targets: targets.length
    })
    yield* fleet.apply(targets)
    return yield* fleet.join
  }).pipe(
    Effect.scoped,
    Effect.onInterrupt(() => Effect.logInfo("stopped")),
    Effect.provide(Layer.mergeAll(Board.layer, ProcessMetrics.layer(version), Upstream.layer))
  )
