import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { BadCredential } from "./errors.ts"
import type { SecretFile } from "./request.ts"
import { readSecret } from "./secrets.ts"

/** The content of a login's body, with the secrets in their places. */
export const readLoginBody = Effect.fnUntraced(function* (value: unknown): Effect.fn.Return<unknown, BadCredential> {
  if (value instanceof SecretReference) return Redacted.value(yield* readSecret(value.file))
  if (Array.isArray(value)) return yield* Effect.all(value.map((item) => readLoginBody(item)))
  if (typeof value !== "object" || value === null) return value
  const entries = yield* Effect.all(
    Object.entries(value).map(([key, inner]) => Effect.map(readLoginBody(inner), (read) => [key, read] as const))
  )
  return Object.fromEntries(entries)
})

/** Stands in a login's body for the content of a file. */
export class SecretReference {
  readonly file: SecretFile

  constructor(file: SecretFile) {
    this.file = file
  }
}
