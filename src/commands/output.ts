import type { Writable } from "node:stream"
import * as Effect from "effect/Effect"
import { type Failure, failure } from "../failure.ts"
import { reasonOf } from "../host/file-reader.ts"
import { stderrIsJournal, withPriority } from "../host/journal.ts"

const nameOf = (stream: Writable) => (stream === process.stderr ? "stderr" : "stdout")

/**
 * Returns after all of `text` is written, so that the process can then exit. A closed pipe (`| head`) is not an error.
 */
export const print = (stream: Writable, text: string | Uint8Array): Effect.Effect<void, Failure> =>
  Effect.callback((resume) => {
    stream.write(text, (error) => {
      const isLost = error && (error as NodeJS.ErrnoException).code !== "EPIPE"
      resume(isLost ? Effect.fail(failure(`cannot write to ${nameOf(stream)}: ${reasonOf(error).why}`)) : Effect.void)
    })
  })

/**
 * Prints lines. In the journal, lines of stderr have the priority of warnings, so that `journalctl --priority warning`
 * shows them.
 */
export const printLines = (stream: Writable, lines: ReadonlyArray<string>): Effect.Effect<void, Failure> => {
  if (lines.length === 0) return Effect.void
  const marked = stream === process.stderr && stderrIsJournal(process.env) ? lines.map(withPriority) : lines
  return print(stream, `${marked.join("\n")}\n`)
}
