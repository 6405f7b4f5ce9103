import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { fileLimits, readFile } from "../host/file-reader.ts"
import { Unreachable } from "./errors.ts"
import type { SecretFile } from "./request.ts"

/** The content of a secret or a certificate; an empty file is one that is being written, or was forgotten. */
export const readText = (path: string): Effect.Effect<string, Unreachable> =>
  readFile(path, fileLimits.secret).pipe(
    Effect.mapError(({ message }) => new Unreachable({ message })),
    Effect.map((bytes) => bytes.toString("utf8")),
    Effect.filterOrFail(
      (text) => text.trim() !== "",
      () => new Unreachable({ message: `cannot use ${path}: it is empty` })
    )
  )

/** A secret as it is now, without blanks and line ends around it, which editors leave. */
export const readSecret = (secret: SecretFile | Redacted.Redacted): Effect.Effect<Redacted.Redacted, Unreachable> =>
  Redacted.isRedacted(secret)
    ? Effect.succeed(secret)
    : Effect.map(readText(secret.path), (text) => Redacted.make(text.trim()))
