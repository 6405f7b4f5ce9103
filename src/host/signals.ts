import { constants } from "node:os"
import * as Effect from "effect/Effect"

type StopSignal = "SIGTERM" | "SIGINT"

let received: { readonly signal: StopSignal; readonly at: number } | undefined
let isDaemon = true
let reloads = 0
let wake: (() => void) | undefined

/** Ctrl-C under npm, and timeout(1), signal the process and its group: two signals within this time (milliseconds) are one. */
const echo = 50

/**
 * Installs the handlers. Called first of all, since until then a SIGHUP ends the process; a stop that comes while the program
 * is still loading counts. A second stop ends the process at once, whatever is in flight.
 */
export const catchSignals = (): void => {
  const stop = (signal: StopSignal) => {
    const at = performance.now()
    if (received !== undefined && at - received.at > echo) process.exit(stopStatus())
    received ??= { signal, at }
  }
  process.on("SIGTERM", stop)
  process.on("SIGINT", stop)
  process.on("SIGHUP", () => {
    reloads += 1
    wake?.()
  })
  // Node's own handler opens the inspector, through which any local user could run code as this one
  process.on("SIGUSR1", () => undefined)
}

/** A command that a signal interrupts has not done its work: its exit status is not that of a daemon, which was asked to stop. */
export const exitAsCommand = (): void => {
  isDaemon = false
}

/** The exit status once a stop was asked for: 0 for the daemon, 128 and the signal's number for a command, as shells have it. */
export const stopStatus = (): number | undefined => {
  if (received === undefined) return undefined
  return isDaemon ? 0 : 128 + constants.signals[received.signal]
}

/** Waits for a SIGHUP, or takes the one that came while nobody waited. Any number of them is one. */
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
