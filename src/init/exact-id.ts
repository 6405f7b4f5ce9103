import type { Document, Json } from "../mapping/document/json.ts"
import { namesThing } from "./label.ts"
import { wordsOf } from "./words.ts"

/** The document with ids over 2^53 as the strings that they are spelled as: two of them may be the same double. */
export const withExactIds = ({ root, spelling }: Document): Json => {
  const exact = (value: Json): Json => {
    if (Array.isArray(value))
      return value.some((item) => typeof item === "object" && item !== null) ? value.map(exact) : value
    if (typeof value !== "object" || value === null) return value
    const entries = Object.entries(value).map(([key, item]): readonly [string, Json] => {
      const isLong = typeof item === "number" && Number.isInteger(item) && !Number.isSafeInteger(item)
      const text = isLong && namesThing(wordsOf(key)) ? spelling(value, key) : undefined
      return [key, text !== undefined && /^\d+$/.test(text) ? text : exact(item)]
    })
    return Object.fromEntries(entries)
  }
  return exact(root)
}
