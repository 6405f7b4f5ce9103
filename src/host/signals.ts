import { constants } from "node:os"

type StopSignal = "SIGTERM" | "SIGINT"

let received: { readonly signal: StopSignal; readonly at: number } | undefined
let isDaemon = true
let hangups = 0
let onHangup: (() => void) | undefined

/**
 * Ctrl-C under npm, and timeout(1), send a signal to the process and to its group. Two signals within this time
 * (milliseconds) count as one.
 */
const duplicateTime = 50

/** A second signal ends the process at once. */
const stop = (signal: StopSignal) => {
  const at = performance.now()
  if (received !== undefined && at - received.at > duplicateTime) process.exit(stopStatus())
  received ??= { signal, at }
}

/**
 * Installs the handlers. Until then a SIGHUP ends the process. A signal to stop is remembered while the program is
 * still loading.
 */
export const catchSignals = (): void => {
  process.on("SIGHUP", () => {
    hangups += 1
    onHangup?.()
  })
  process.on("SIGTERM", stop)
  process.on("SIGINT", stop)
  // Node's own handler opens the inspector, through which any local user could run code as the user of poller
  process.on("SIGUSR1", () => undefined)
}

/**
 * Selects the exit status of a command. For a daemon a signal is the normal end, but an interrupted command has not
 * done its work.
 */
export const exitAsCommand = (): void => {
  isDaemon = false
}

/**
 * The exit status after a signal to stop: 0 for a daemon, and for a command 128 plus the number of the signal, as in
 * shells. Undefined without such a signal.
 */
export const stopStatus = (): number | undefined => {
  if (received === undefined) return undefined
  return isDaemon ? 0 : 128 + constants.signals[received.signal]
}

/** Whether at least one SIGHUP came since the last call. */
export const takeHangup = (): boolean => {
  const came = hangups > 0
  hangups = 0
  return came
}

/** Sets the handler of SIGHUP. */
export const listenForHangup = (listener: (() => void) | undefined): void => {
  onHangup = listener
}
