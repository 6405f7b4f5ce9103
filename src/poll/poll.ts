import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import type { Target } from "../config/target.ts"
import { render } from "../exposition/block.ts"
import { parse } from "../transform/json.ts"
import type { UpstreamError } from "../upstream/errors.ts"
import type { Answer } from "../upstream/exchange.ts"
import type { Outcome, Poll } from "./outcome.ts"

/** What an answer comes to for this target: pure. */
export const digest = (target: Target, answer: Answer): Outcome => {
  const { status } = answer
  if (answer._tag === "NotModified") return { _tag: "Good", status, bytes: 0, yield: undefined }
  const bytes = answer.body.length
  const document = parse(answer.body)
  if (Result.isFailure(document)) {
    return { _tag: "Failed", reason: "not_json", message: `the answer is not JSON: ${document.failure}`, status, bytes }
  }
  const { samples, dropped, problems } = target.transform(document.success)
  if (samples.length > target.maxSeries) {
    const message = `the answer yields more than max_series ${target.maxSeries}`
    return { _tag: "Failed", reason: "too_many_series", message, status, bytes }
  }
  return {
    _tag: "Good",
    status,
    bytes,
    yield: { blocks: render(samples), series: samples.length, dropped, problems, validators: answer.validators }
  }
}

const failed = (error: UpstreamError): Outcome => ({
  _tag: "Failed",
  reason: error.reason,
  message: error.message,
  ...(error._tag === "BadStatus" && { status: error.status, retryAfter: error.retryAfter })
})

/**
 * One poll: exchange, digest, time. Never fails and never dies: a defect is a bug of ours, costs one poll (reason `internal`)
 * and is logged with its cause.
 */
export const poll = Effect.fnUntraced(function* (target: Target, exchange: Effect.Effect<Answer, UpstreamError>) {
  const at = yield* Clock.currentTimeMillis
  const start = yield* Clock.monotonicTimeNanos
  const outcome = yield* exchange.pipe(
    Effect.map((answer) => digest(target, answer)),
    Effect.catch((error) => Effect.succeed(failed(error))),
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.failCause(cause)
        : Effect.logError("poll died of a bug", cause).pipe(
            Effect.as<Outcome>({
              _tag: "Failed",
              reason: "internal",
              message: "a bug in poller; its cause is in the log"
            })
          )
    )
  )
  const seconds = Number((yield* Clock.monotonicTimeNanos) - start) / 1e9
  return { at, seconds, outcome } satisfies Poll
})
