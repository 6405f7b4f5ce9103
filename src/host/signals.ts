import { constants } from "node:os"

type StopSignal = "SIGTERM" | "SIGINT"

let received: { readonly signal: StopSignal; readonly at: number } | undefined
let isDaemon = true
let hangups = 0
let onHangup: (() => void) | undefined

/**
 * Ctrl-C under npm, and timeout(1), signal the process and its group: two signals within this time (milliseconds) are
 * one.
 */
const echo = 50

/** A second stop ends the process at once, whatever is in flight. */
const stop = (signal: StopSignal) => {
  const at = performance.now()
  if (received !== undefined && at - received.at > echo) process.exit(stopStatus())
  received ??= { signal, at }
}

/**
 * Installs the handlers. Until then a SIGHUP ends the process. A stop that comes while the program is still loading
 * counts.
 */
export const catchSignals = (): void => {
  process.on("SIGHUP", () => {
    hangups += 1
    onHangup?.()
  })
  process.on("SIGTERM", stop)
  process.on("SIGINT", stop)
  // Node's own handler opens the inspector, through which any local user could run code as this one
  process.on("SIGUSR1", () => undefined)
}

/**
 * A command that a signal interrupts has not done its work: its exit status is not that of a daemon, which was asked to
 * stop.
 */
export const exitAsCommand = (): void => {
  isDaemon = false
}

/**
 * The exit status once a stop was asked for: 0 for the daemon, 128 and the signal's number for a command, as shells
 * have it.
 */
export const stopStatus = (): number | undefined => {
  if (received === undefined) return undefined
  return isDaemon ? 0 : 128 + constants.signals[received.signal]
}

/** Whether a SIGHUP came since the last call. Any number of them is one. */
export const takeHangup = (): boolean => {
  const came = hangups > 0
  hangups = 0
  return came
}

/** Sets the handler of SIGHUP. */
export const listenForHangup = (listener: (() => void) | undefined): void => {
  onHangup = listener
}
