import type { Writable } from "node:stream"
import * as Effect from "effect/Effect"
import { type Failure, failure } from "../failure.ts"
import { reasonOf } from "../host/file-reader.ts"

const nameOf = (stream: Writable) => (stream === process.stderr ? "stderr" : "stdout")

/** Resumes when all of `text` has left the process, which may end then. A reader that went away (`| head`) is not an error. */
export const print = (stream: Writable, text: string | Uint8Array): Effect.Effect<void, Failure> =>
  Effect.callback((resume) => {
    stream.write(text, (error) => {
      const isLost = error && (error as NodeJS.ErrnoException).code !== "EPIPE"
      resume(isLost ? Effect.fail(failure(`cannot write to ${nameOf(stream)}: ${reasonOf(error).why}`)) : Effect.void)
    })
  })

export const printLines = (stream: Writable, lines: ReadonlyArray<string>): Effect.Effect<void, Failure> =>
  lines.length === 0 ? Effect.void : print(stream, `${lines.join("\n")}\n`)
