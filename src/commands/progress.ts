import * as Effect from "effect/Effect"

/** The delay before a command shows its progress, and the time between two updates. */
const interval = "500 millis"

const clearLine = "\r\u001b[K"

/**
 * Shows the progress of `effect` on a terminal, such as `12/50 targets polled`, and removes the line at the end.
 * `effect` runs `count` after each item.
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
