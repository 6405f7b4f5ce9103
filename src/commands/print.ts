import type { Writable } from "node:stream"
import * as Effect from "effect/Effect"

const ignore = () => undefined

/** Done when all of it has left the process, which may end then; a reader that went away (`| head`) is no mistake of ours. */
export const print = (stream: Writable, text: string | Uint8Array): Effect.Effect<void> =>
  Effect.callback((resume) => {
    if (stream.listenerCount("error") === 0) stream.on("error", ignore)
    stream.write(text, () => resume(Effect.void))
  })

export const printLines = (stream: Writable, lines: ReadonlyArray<string>): Effect.Effect<void> =>
  lines.length === 0 ? Effect.void : print(stream, `${lines.join("\n")}\n`)
