import { randomUUID } from "node:crypto"
import { rename, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import * as Effect from "effect/Effect"
import { reasonOf, Unreadable } from "./file-reader.ts"

/** Replaces a file atomically: it has either the old content or the new one. */
export const writeText = (path: string, text: string): Effect.Effect<void, Unreadable> =>
  Effect.tryPromise({
    try: async () => {
      const temporary = join(dirname(path), `.${randomUUID()}.tmp`)
      try {
        await writeFile(temporary, text)
        await rename(temporary, path)
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
    },
    catch: (error) => new Unreadable({ path, ...reasonOf(error) })
  })
