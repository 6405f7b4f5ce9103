import * as Effect from "effect/Effect"

/** A long computation that yields wherever it may be paused, so that one function serves both drivers below. */
export type Sliced<A> = Generator<undefined, A>

/** The result, without a pause. */
export const runToEnd = <A>(sliced: Sliced<A>): A => {
  for (;;) {
    const step = sliced.next()
    if (step.done === true) return step.value
  }
}

/**
 * How long a computation keeps the event loop to itself (milliseconds); scrapes and polls get their turn between two
 * slices.
 */
const slice = 8

/** The result; the event loop goes on between slices, and an interruption ends it. A throw is a defect. */
export const runInSlices = <A>(sliced: Sliced<A>): Effect.Effect<A> =>
  Effect.callback((resume) => {
    let timer: NodeJS.Immediate | undefined
    const run = () => {
      const end = performance.now() + slice
      try {
        do {
          const step = sliced.next()
          if (step.done === true) return resume(Effect.succeed(step.value))
        } while (performance.now() < end)
      } catch (error) {
        return resume(Effect.die(error))
      }
      timer = setImmediate(run)
    }
    run()
    return Effect.sync(() => clearImmediate(timer))
  })

/** Maps a list and may be paused after each item. */
export function* mapSliced<A, B>(items: Iterable<A>, f: (item: A, index: number) => B): Sliced<Array<B>> {
  const mapped: Array<B> = []
  for (const item of items) {
    mapped.push(f(item, mapped.length))
    yield
  }
  return mapped
}

/** For a loop of effects: does nothing, until a slice is over and the event loop gets its turn. */
export const makePause = (): Effect.Effect<void> => {
  let end = performance.now() + slice
  const pause = Effect.callback<void>((resume) => {
    const timer = setImmediate(() => {
      end = performance.now() + slice
      resume(Effect.void)
    })
    return Effect.sync(() => clearImmediate(timer))
  })
  return Effect.suspend(() => (performance.now() < end ? Effect.void : pause))
}
