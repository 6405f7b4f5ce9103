import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { Target } from "../config/target.ts"
import { Upstream } from "../upstream/exchange.ts"
import { Board } from "./board.ts"
import { cadence, type Tick } from "./cadence.ts"
import { monotonic } from "./clock.ts"
import type { Expiry } from "./expiry.ts"
import type { Transition } from "./outage.ts"
import { poll } from "./poll.ts"
import { held, polled, scheduled } from "./status.ts"

/** A timer, or a poll's deadline, this late means that the loop is stuck (milliseconds). */
export const lateness = 3000

const log = (transition: Transition) =>
  transition._tag === "Down"
    ? Effect.annotateLogs(Effect.logWarning("target down"), { reason: transition.reason, error: transition.message })
    : Effect.annotateLogs(Effect.logInfo("target up"), {
        after: Duration.format(Duration.seconds(Math.round(transition.milliseconds / 1000))),
        failed_polls: transition.polls
      })

/**
 * Polls one target for ever, on the grid. `turn` is put around each poll: it decides when one may begin. The connection and the time at
 * which the series end are scoped: they go with the loop.
 */
export const loop = Effect.fnUntraced(function* (
  target: Target,
  offset: Duration.Duration,
  turn: (poll: Effect.Effect<void>) => Effect.Effect<void>,
  expiry: Expiry
) {
  const { name } = target
  const board = yield* Board
  const exchange = yield* (yield* Upstream).open(target.request)
  yield* Effect.addFinalizer(() => expiry.clear(name))

  const pollNow = Effect.gen(function* () {
    board.expect(name, (yield* monotonic) + Duration.toMillis(target.request.timeout) + lateness)
    const result = yield* poll(target, exchange(board.status(name)?.validators))
    if (result.outcome._tag === "Good") yield* expiry.set(name, target.staleAfter)
    const transition = yield* board.modify(name, (status) => polled(status, result))
    if (transition !== undefined) yield* log(transition)
  })

  const tick = Effect.gen(function* () {
    // from here until its turn comes the loop waits for others, which are judged by promises of their own
    board.expect(name, Number.POSITIVE_INFINITY)
    const now = yield* Clock.currentTimeMillis
    const pause = board.status(name)?.retryAt ?? 0
    yield* now < pause ? board.update(name, held) : turn(pollNow)
  })

  const plan = ({ dueIn, skipped }: Tick) =>
    Effect.gen(function* () {
      board.expect(name, (yield* monotonic) + dueIn + lateness)
      const at = (yield* Clock.currentTimeMillis) + dueIn
      yield* board.update(name, (status) => scheduled(status, at, skipped))
    })

  const grid = cadence(target.interval, offset).pipe(Schedule.tap(({ output }) => plan(output)))
  return yield* Effect.annotateLogs(Effect.schedule(tick, grid), { target: name })
}, Effect.scoped)
