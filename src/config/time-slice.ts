import * as Effect from "effect/Effect"

/** A long computation that yields where it may be paused. `runToEnd` and `runInSlices` run it. */
export type Sliced<A> = Generator<undefined, A>

/** Runs it in one go. */
export const runToEnd = <A>(sliced: Sliced<A>): A => {
  for (;;) {
    const step = sliced.next()
    if (step.done === true) return step.value
  }
}

/** Milliseconds that a computation may block the event loop. Scrapes and polls run between two slices. */
const slice = 8

/** Runs it in slices. It can be interrupted. An error that it throws becomes a defect. */
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

/** Maps a list. It may be paused after each item. */
export function* mapSliced<A, B>(items: Iterable<A>, f: (item: A, index: number) => B): Sliced<Array<B>> {
  const mapped: Array<B> = []
  for (const item of items) {
    mapped.push(f(item, mapped.length))
    yield
  }
  return mapped
}

/** Makes an effect for the body of a loop: it pauses if the current slice is over. */
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
