import * as Effect from "effect/Effect"
import { listenForHangup, takeHangup } from "./signals.ts"

/** Waits for a SIGHUP, or takes the one that came while nobody waited. */
export const hangup: Effect.Effect<void> = Effect.callback((resume) => {
  const take = () => {
    if (!takeHangup()) return
    listenForHangup(undefined)
    resume(Effect.void)
  }
  listenForHangup(take)
  take()
  return Effect.sync(() => listenForHangup(undefined))
})
