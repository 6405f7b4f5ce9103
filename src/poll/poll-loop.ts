import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { type Exchange, Upstream } from "../client/exchange.ts"
import type { Target } from "../config/target.ts"
import type { Block } from "../exposition/block.ts"
import { giveBack } from "../exposition/memory.ts"
import { cadence, type Tick } from "./cadence.ts"
import { monotonic } from "./clock.ts"
import type { Expiry } from "./expiry.ts"
import type { Transition } from "./outage.ts"
import type { Outcome } from "./outcome.ts"
import { poll } from "./poll.ts"
import { Board } from "./state-store.ts"
import { held, polled, scheduled } from "./target-status.ts"

/** A timer, or a poll's deadline, this late means that the loop is stuck (milliseconds). */
export const lateness = 3000

const log = (transition: Transition) =>
  transition._tag === "Down"
    ? Effect.annotateLogs(Effect.logWarning("target down"), { reason: transition.reason, error: transition.message })
    : Effect.annotateLogs(Effect.logInfo("target up"), {
        after: Duration.format(Duration.seconds(Math.round(transition.milliseconds / 1000))),
        failed_polls: transition.polls
      })

/** What the polls of one target have in common. Their functions take it, and are not made for each: generators of one function share their shape. */
interface Loop {
  readonly target: Target
  readonly board: Board["Service"]
  readonly exchange: Exchange
  /** Put around each poll: it decides when one may begin. */
  readonly turn: (poll: Effect.Effect<void>) => Effect.Effect<void>
  readonly expiry: Expiry
}

const pollNow = Effect.fnUntraced(function* ({ target, board, exchange, expiry }: Loop) {
  const { name } = target
  board.expect(name, (yield* monotonic) + Duration.toMillis(target.request.timeout) + lateness)
  const result = yield* poll(target, exchange(board.status(name)?.validators))
  if (result.outcome._tag === "Good") yield* expiry.set(name, target.staleAfter)
  const standing = board.status(name)?.blocks ?? []
  const transition = yield* board.modify(name, (status) => {
    status.course.add(result)
    return polled(status, result)
  })
  giveBackReplaced(standing, result.outcome)
  if (transition !== undefined) yield* log(transition)
})

/** Only what another answer has replaced: the lines of a target that expired come back with the answer that they are of. */
const giveBackReplaced = (standing: ReadonlyArray<Block>, outcome: Outcome) => {
  if (outcome._tag === "Failed" || outcome.yield === undefined || outcome.yield.blocks === standing) return
  for (const { lines } of standing) giveBack(lines)
}

const tick = Effect.fnUntraced(function* (loop: Loop) {
  const { board, turn } = loop
  const { name } = loop.target
  // from here until its turn comes the loop waits for others, which are judged by promises of their own
  board.expect(name, Number.POSITIVE_INFINITY)
  const now = yield* Clock.currentTimeMillis
  const pause = board.status(name)?.retryAt ?? 0
  yield* now < pause ? board.update(name, held) : turn(pollNow(loop))
})

const plan = Effect.fnUntraced(function* ({ target: { name }, board }: Loop, { dueIn, skipped }: Tick) {
  board.expect(name, (yield* monotonic) + dueIn + lateness)
  const at = (yield* Clock.currentTimeMillis) + dueIn
  yield* board.update(name, (status) => scheduled(status, at, skipped))
})

/** One step of a cadence, as `Schedule.toStep` gives it. */
type Step = Effect.Success<ReturnType<typeof Schedule.toStep<Tick, unknown, never, never>>>

/**
 * What `Effect.schedule` does, but that little is kept while it sleeps: what is put around all of it, or made anew by each step, is on the heap once for each
 * target.
 */
const run = Effect.fnUntraced(function* (loop: Loop, step: Step) {
  const { name } = loop.target
  while (true) {
    // a cadence has no end that could be an error here
    const [next, pause] = yield* Effect.orDie(step(yield* Clock.currentTimeMillis, undefined))
    yield* plan(loop, next)
    yield* Effect.sleep(pause)
    yield* Effect.annotateLogs(tick(loop), { target: name })
  }
})

/** Polls one target for ever, on the grid. The connection is scoped: it goes with the loop. */
export const loop = Effect.fnUntraced(function* (
  target: Target,
  offset: Duration.Duration,
  turn: Loop["turn"],
  expiry: Expiry
) {
  const board = yield* Board
  const exchange = yield* (yield* Upstream).open(target.request)
  const loop: Loop = { target, board, exchange, turn, expiry }
  return yield* run(loop, yield* Schedule.toStep(cadence(target.interval, offset)))
}, Effect.scoped)
