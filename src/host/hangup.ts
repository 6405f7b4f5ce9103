import * as Effect from "effect/Effect"
import { listenForHangup, takeHangup } from "./signals.ts"

/** Waits for a SIGHUP. Returns at once if one came since the last call. */
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
