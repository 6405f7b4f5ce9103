import * as Effect from "effect/Effect"
import { readStamp } from "./file-reader.ts"

/** How often files are checked. Events of the kernel miss network file systems, and files that an editor replaces. */
const interval = "250 millis"

/** A text that changes when one of the files changes. */
export const signaturesOf = (paths: ReadonlyArray<string>): Effect.Effect<string> =>
  Effect.forEach(paths, (path) => Effect.catch(readStamp(path), ({ code }) => Effect.succeed(code)), {
    concurrency: "unbounded"
  }).pipe(Effect.map((all) => all.join(" ")))

/** Waits until one of the files differs from `signatures`. */
const awaitChange = Effect.fnUntraced(function* (paths: ReadonlyArray<string>, signatures: string) {
  while ((yield* signaturesOf(paths)) === signatures) yield* Effect.sleep(interval)
})

/** Runs `effect`, and again whenever one of the files changes. Ends only with an interrupt. */
export const repeatOnChange = <E, R, E2, R2>(
  files: Effect.Effect<ReadonlyArray<string>, E, R>,
  effect: Effect.Effect<void, E2, R2>
): Effect.Effect<never, E | E2, R | R2> =>
  Effect.gen(function* () {
    for (;;) {
      const paths = yield* files
      // before the run, so that a change during the run starts another one
      const signatures = yield* signaturesOf(paths)
      yield* effect
      yield* awaitChange(paths, signatures)
    }
  })
