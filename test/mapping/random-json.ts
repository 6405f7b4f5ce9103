import * as fc from "fast-check"
import { key } from "./random-mapping.ts"

/** Numbers, in the spelling of JavaScript and in others. */
export const numberSpelled = fc.oneof(
  fc.constantFrom(
    "0",
    "-0",
    "1.50",
    "1e3",
    "-1E+2",
    "12345678901234567890",
    "0.0000001",
    "0.000001",
    "1e400",
    "0.10",
    "-0.5"
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.integer().map(String),
  fc.tuple(fc.nat(999), fc.nat(999_999)).map(([whole, decimals]) => `${whole}.${decimals}`)
)

/** The same JSON string with its first letter as an escape such as `\u0061`. */
export const withEscape = (json: string): string =>
  /^"[a-z]/i.test(json) ? `"\\u${json.charCodeAt(1).toString(16).padStart(4, "0")}${json.slice(2)}` : json

/** A text as a JSON string, with or without an escape. */
export const stringSpelled = (text: fc.Arbitrary<string>) =>
  fc
    .tuple(text, fc.boolean())
    .map(([text, isEscaped]) => (isEscaped ? withEscape(JSON.stringify(text)) : JSON.stringify(text)))

const whitespace = fc.constantFrom("", "", "", " ", "\n\t", "\r")
export const word = fc.oneof(
  fc.constantFrom("", "UP", "DOWN", "1", "12.5", 'a"b', "\\", "\n", "ä", "\ud800"),
  fc.string({ unit: "binary" })
)

/** JSON texts with white space, escapes and duplicate keys. */
export const { spelled } = fc.letrec<{ spelled: string }>((tie) => ({
  spelled: fc.oneof(
    { maxDepth: 4, depthIdentifier: "spelled" },
    fc.constantFrom("null", "true", "false"),
    numberSpelled,
    stringSpelled(word),
    fc
      .array(fc.tuple(whitespace, tie("spelled"), whitespace), { maxLength: 4, depthIdentifier: "spelled" })
      .map((items) => `[${items.map((parts) => parts.join("")).join(",") || " "}]`),
    fc
      .array(
        fc.tuple(whitespace, stringSpelled(key), whitespace, fc.constant(":"), whitespace, tie("spelled"), whitespace),
        {
          maxLength: 5,
          depthIdentifier: "spelled"
        }
      )
      .map((members) => `{${members.map((parts) => parts.join("")).join(",")}}`)
  )
}))
