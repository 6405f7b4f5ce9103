import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { fileLimits, readFile } from "../host/file-reader.ts"
import { BadCredential } from "./errors.ts"
import type { SecretFile } from "./request.ts"

/** Reads a secret or a certificate. An empty file is an error: somebody forgot it, or is just writing it. */
export const readText = (path: string): Effect.Effect<string, BadCredential> =>
  readFile(path, fileLimits.secret).pipe(
    Effect.mapError(({ message }) => new BadCredential({ message })),
    Effect.map((bytes) => bytes.toString("utf8")),
    Effect.filterOrFail(
      (text) => text.trim() !== "",
      () => new BadCredential({ message: `cannot use ${path}: it is empty` })
    )
  )

/** The current secret, without spaces and line ends around it: editors add them. */
export const readSecret = (secret: SecretFile | Redacted.Redacted): Effect.Effect<Redacted.Redacted, BadCredential> =>
  Redacted.isRedacted(secret)
    ? Effect.succeed(secret)
    : Effect.map(readText(secret.path), (text) => Redacted.make(text.trim()))

/** Whether the text is valid in a header. Node would send other characters as Latin-1, or fail. */
export const fitsHeader = (text: string): boolean => /^[\t\x20-\x7e]*$/.test(text)

/** A secret that is sent unchanged in a header. */
export const readHeaderSecret = (secret: SecretFile): Effect.Effect<Redacted.Redacted, BadCredential> =>
  Effect.filterOrFail(
    readSecret(secret),
    (value) => fitsHeader(Redacted.value(value)),
    () =>
      new BadCredential({
        message: `cannot use ${secret.path}: it holds a line end or a character that is not ASCII, which no header can hold`
      })
  )
