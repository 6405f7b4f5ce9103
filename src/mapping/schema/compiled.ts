import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaTransformation from "effect/SchemaTransformation"
import { compileRelative, type Path } from "../../jsonpath/evaluate.ts"
import { pathHint } from "../../jsonpath/path-hint.ts"

/** A string that is compiled when the file is loaded. An error of `compile` is reported at the string's position. */
export const compiled = <A extends { readonly text: string }>(
  what: string,
  compile: (text: string) => A,
  about: { readonly description: string; readonly examples: ReadonlyArray<string> }
) =>
  Schema.String.annotate(about).pipe(
    Schema.decodeTo(
      Schema.declare((value): value is A => typeof value === "object" && value !== null && "text" in value),
      SchemaTransformation.transformEffect({
        decode: (text, options) =>
          Effect.try({
            try: () => compile(text),
            catch: (error) => {
              const reason = error instanceof Error ? error.message : String(error)
              return new SchemaIssue.InvalidValue({ message: `not a ${what}: ${reason}` }, text, options)
            }
          }),
        encode: ({ text }) => Effect.succeed(text)
      })
    )
  )

/** Compiles a path. The error for a path in another program's syntax is how to write it here. */
const compilePath = (text: string): Path => {
  try {
    return compileRelative(text)
  } catch (error) {
    const hint = pathHint(text)
    if (hint === undefined || !(error instanceof Error)) throw error
    throw new Error(hint)
  }
}

/** A path in a file; `description` says what it finds. */
export const path = (description: string, ...examples: ReadonlyArray<string>) =>
  compiled<Path>("path", compilePath, {
    description: `${description} A JSONPath (RFC 9535): $ starts at the document, everything else at the current item.`,
    examples
  })
