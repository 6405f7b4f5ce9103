import { readFile } from "node:fs/promises"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { Unreachable } from "./errors.ts"
import type { SecretFile } from "./request.ts"

const why: Readonly<Record<string, string>> = { ENOENT: "no such file", EACCES: "no permission", EISDIR: "a folder" }

/** A file's content; one that cannot be read is as bad as an upstream that cannot be reached. */
export const readText = (path: string): Effect.Effect<string, Unreachable> =>
  Effect.tryPromise({
    try: () => readFile(path, "utf8"),
    catch: (error) => {
      const code = (error as NodeJS.ErrnoException).code ?? ""
      return new Unreachable({ message: `cannot read ${path}: ${why[code] ?? code}` })
    }
  })

/** A secret as it is now, without blanks and line ends around it, which editors leave. */
export const readSecret = (secret: SecretFile | Redacted.Redacted): Effect.Effect<Redacted.Redacted, Unreachable> =>
  Redacted.isRedacted(secret)
    ? Effect.succeed(secret)
    : Effect.map(readText(secret.path), (text) => Redacted.make(text.trim()))
