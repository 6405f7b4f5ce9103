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
import { StateStore } from "./state-store.ts"
import { applyPoll, scheduleTick, skipTick } from "./target-status.ts"

/** A timer, or a poll's deadline, this late means that the loop is stuck (milliseconds). */
export const maxLateness = 3000

const logTransition = (transition: Transition) =>
  transition._tag === "Down"
    ? Effect.annotateLogs(Effect.logWarning("target down"), { reason: transition.reason, error: transition.message })
    : Effect.annotateLogs(Effect.logInfo("target up"), {
        after: Duration.format(Duration.seconds(Math.round(transition.milliseconds / 1000))),
        failed_polls: transition.polls
      })

/** What the polls of one target have in common. Their functions take it, and are not made for each: generators of one function share their shape. */
interface Loop {
  readonly target: Target
  readonly store: StateStore["Service"]
  readonly exchange: Exchange
  /** Put around each poll: it decides when one may begin. */
  readonly withPermit: (poll: Effect.Effect<void>) => Effect.Effect<void>
  readonly expiry: Expiry
}

const pollNow = Effect.fnUntraced(function* ({ target, store, exchange, expiry }: Loop) {
  const { name } = target
  store.setDeadline(name, (yield* monotonic) + Duration.toMillis(target.request.timeout) + maxLateness)
  const result = yield* poll(target, exchange(store.status(name)?.validators))
  if (result.outcome._tag === "Good") yield* expiry.set(name, target.staleAfter)
  const previous = store.status(name)?.blocks ?? []
  const transition = yield* store.modify(name, (status) => {
    status.history.add(result)
    return applyPoll(status, result)
  })
  releaseReplaced(previous, result.outcome)
  if (transition !== undefined) yield* logTransition(transition)
})

/** Only what another answer has replaced: the lines of a target that expired come back with the answer that they are of. */
const releaseReplaced = (standing: ReadonlyArray<Block>, outcome: Outcome) => {
  if (outcome._tag === "Failed" || outcome.result === undefined || outcome.result.blocks === standing) return
  for (const { lines } of standing) giveBack(lines)
}

const tick = Effect.fnUntraced(function* (loop: Loop) {
  const { store, withPermit } = loop
  const { name } = loop.target
  // from here until its withPermit comes the loop waits for others, which are judged by promises of their own
  store.setDeadline(name, Number.POSITIVE_INFINITY)
  const now = yield* Clock.currentTimeMillis
  const pause = store.status(name)?.retryAt ?? 0
  yield* now < pause ? store.update(name, skipTick) : withPermit(pollNow(loop))
})

const announceTick = Effect.fnUntraced(function* ({ target: { name }, store }: Loop, { dueIn, skipped }: Tick) {
  store.setDeadline(name, (yield* monotonic) + dueIn + maxLateness)
  const at = (yield* Clock.currentTimeMillis) + dueIn
  yield* store.update(name, (status) => scheduleTick(status, at, skipped))
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
    yield* announceTick(loop, next)
    yield* Effect.sleep(pause)
    yield* Effect.annotateLogs(tick(loop), { target: name })
  }
})

/** Polls one target for ever, on the grid. The connection is scoped: it goes with the loop. */
export const loop = Effect.fnUntraced(function* (
  target: Target,
  offset: Duration.Duration,
  withPermit: Loop["withPermit"],
  expiry: Expiry
) {
  const store = yield* StateStore
  const exchange = yield* (yield* Upstream).open(target.request)
  const loop: Loop = { target, store, exchange, withPermit, expiry }
  return yield* run(loop, yield* Schedule.toStep(cadence(target.interval, offset)))
}, Effect.scoped)
