import * as Effect from "effect/Effect"

let stoppedAt: number | undefined
let reloads = 0
let wake: (() => void) | undefined

/** Ctrl-C under npm, and timeout(1), send one stop twice, to the process and to its group: within this time (milliseconds) two are one. */
const echo = 50

/** A second signal ends the process at once, whatever is in flight. */
const stop = () => {
  const now = performance.now()
  if (stoppedAt !== undefined && now - stoppedAt > echo) process.exit(0)
  stoppedAt ??= now
}

/**
 * Called before all else, so that the handlers stand while the rest of the program is still being read: a stop that comes then is
 * a stop, and a SIGHUP does not kill what has not begun.
 */
export const catchSignals = (): void => {
  process.on("SIGTERM", stop)
  process.on("SIGINT", stop)
  process.on("SIGHUP", () => {
    reloads += 1
    wake?.()
  })
}

/** A stop was asked for before there was anything to stop. */
export const stopped = (): boolean => stoppedAt !== undefined

/** Waits for a SIGHUP, or takes the one that came while nobody waited; a storm of them is one. */
export const hangup: Effect.Effect<void> = Effect.callback((resume) => {
  const take = () => {
    wake = undefined
    reloads = 0
    resume(Effect.void)
  }
  if (reloads > 0) return take()
  wake = take
  return Effect.sync(() => {
    wake = undefined
  })
})
