import type { Document, Json } from "../mapping/document/json.ts"
import { namesThing } from "./label.ts"
import { wordsOf } from "./words.ts"

/** Replaces ids above 2^53 by their spelling as strings. As doubles, two different ids could be equal. */
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
