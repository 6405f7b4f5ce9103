import * as fc from "fast-check"
import { key } from "./random-mapping.ts"

/** Numbers as no serializer of JavaScript writes them, and as all do. */
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

/** The same character, spelled as it is or by its number. */
export const stringSpelled = (text: fc.Arbitrary<string>) =>
  fc.tuple(text, fc.boolean()).map(([text, isEscaped]) => {
    const plain = JSON.stringify(text)
    if (!isEscaped || !/^"[a-z]/i.test(plain)) return plain
    return `"\\u${plain.charCodeAt(1).toString(16).padStart(4, "0")}${plain.slice(2)}`
  })

const whitespace = fc.constantFrom("", "", "", " ", "\n\t", "\r")
export const word = fc.oneof(
  fc.constantFrom("", "UP", "DOWN", "1", "12.5", 'a"b', "\\", "\n", "ä", "\ud800"),
  fc.string({ unit: "binary" })
)

/** JSON as a text, in whatever way it may be spelled: with white space, escapes, and keys that come twice. */
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
