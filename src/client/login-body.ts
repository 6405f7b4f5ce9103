import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { BadCredential } from "./errors.ts"
import type { SecretFile } from "./request.ts"
import { readSecret } from "./secrets.ts"

/** Replaces each SecretReference in the body of a login with the content of its file. */
export const readLoginBody = Effect.fnUntraced(function* (value: unknown): Effect.fn.Return<unknown, BadCredential> {
  if (value instanceof SecretReference) return Redacted.value(yield* readSecret(value.file))
  if (Array.isArray(value)) return yield* Effect.all(value.map((item) => readLoginBody(item)))
  if (typeof value !== "object" || value === null) return value
  const entries = yield* Effect.all(
    Object.entries(value).map(([key, inner]) => Effect.map(readLoginBody(inner), (read) => [key, read] as const))
  )
  return Object.fromEntries(entries)
})

/** A placeholder in the body of a login for the content of a file. */
export class SecretReference {
  readonly file: SecretFile

  constructor(file: SecretFile) {
    this.file = file
  }
}
