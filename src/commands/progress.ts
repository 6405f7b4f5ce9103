import * as Effect from "effect/Effect"

/** How long a command may take before it shows its progress, and how often that changes. */
const interval = "500 millis"

const clearLine = "\r\u001b[K"

/**
 * Shows on a terminal how far `effect` is, such as `12/50 targets`, in a line that goes away at the end. `effect` gets
 * the function that counts one more.
 */
export const withProgress = <A, E, R>(
  total: number,
  noun: string,
  effect: (count: Effect.Effect<void>) => Effect.Effect<A, E, R>
): Effect.Effect<A, E, R> => {
  const { stderr } = process
  if (!stderr.isTTY) return effect(Effect.void)
  let done = 0
  let isShown = false
  const show = Effect.sync(() => {
    isShown = true
    stderr.write(`${clearLine}${done}/${total} ${noun}`)
  })
  const clear = Effect.sync(() => isShown && stderr.write(clearLine))
  const shown = Effect.forever(Effect.andThen(Effect.sleep(interval), show))
  return Effect.ensuring(Effect.raceFirst(effect(Effect.sync(() => void done++)), shown), clear)
}
