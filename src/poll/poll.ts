import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { UpstreamError } from "../client/errors.ts"
import type { UpstreamResponse } from "../client/exchange.ts"
import type { Target } from "../config/target.ts"
import { monotonic } from "./cadence.ts"
import { Converter } from "./convert-response.ts"
import type { Outcome, Poll } from "./outcome.ts"

const failed = (error: UpstreamError): Outcome => ({
  _tag: "Failed",
  reason: error.reason,
  message: error.message,
  ...(error._tag === "BadStatus" && { status: error.status, retryAfter: error.retryAfter })
})

const release = (response: UpstreamResponse) =>
  Effect.sync(() => {
    if (response._tag === "Fresh") response.release?.()
  })

/**
 * One poll: exchanges, converts, and measures the time. Never fails and never dies. A defect is a bug in poller: this
 * poll fails (reason `internal`), and the cause is logged.
 */
export const poll = Effect.fnUntraced(function* (
  target: Target,
  exchange: Effect.Effect<UpstreamResponse, UpstreamError>
) {
  const convert = yield* Converter
  const at = yield* Clock.currentTimeMillis
  const start = yield* monotonic
  const outcome = yield* exchange.pipe(
    Effect.flatMap((response) => Effect.ensuring(convert(target, response), release(response))),
    Effect.catch((error) => Effect.succeed(failed(error))),
    Effect.catchCause((cause) =>
      Cause.hasInterruptsOnly(cause)
        ? Effect.failCause(cause)
        : Effect.logError("poll failed because of a bug in poller", cause).pipe(
            Effect.as<Outcome>({
              _tag: "Failed",
              reason: "internal",
              message: "a bug in poller; the log has its cause"
            })
          )
    )
  )
  const end = yield* monotonic
  return { at, seconds: (end - start) / 1000, end, outcome } satisfies Poll
})
