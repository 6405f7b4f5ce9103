import * as Effect from "effect/Effect"
import { fileSignature } from "./file-reader.ts"

/** How often files are looked at. Events of the kernel miss network file systems and files that an editor replaces. */
const interval = "250 millis"

/** What all files look like now: changes when one of them does. */
export const signaturesOf = (paths: ReadonlyArray<string>): Effect.Effect<string> =>
  Effect.map(Effect.forEach(paths, fileSignature, { concurrency: "unbounded" }), (all) => all.join(" "))

/** Waits until one of the files differs from `signatures`. */
export const awaitChange = Effect.fnUntraced(function* (paths: ReadonlyArray<string>, signatures: string) {
  while ((yield* signaturesOf(paths)) === signatures) yield* Effect.sleep(interval)
})

/** Runs `effect` again whenever one of the files changes that it returns; ends with an interrupt only. */
export const repeatOnChange = <E, R>(effect: Effect.Effect<ReadonlyArray<string>, E, R>): Effect.Effect<never, E, R> =>
  Effect.gen(function* () {
    let paths: ReadonlyArray<string> = []
    for (;;) {
      // a change while it runs counts, also of a file that it names only now
      const before = yield* signaturesOf(paths)
      const next = yield* effect
      const known = paths.join("\0") === next.join("\0")
      const signatures = known ? before : yield* signaturesOf(next)
      paths = next
      yield* awaitChange(paths, signatures)
    }
  })
