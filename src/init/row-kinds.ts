import type { Json } from "../mapping/document/json.ts"
import { isObject } from "./map.ts"

type Item = Readonly<Record<string, Json>>

const keysOf = (item: Item) => JSON.stringify(Object.keys(item).sort())

/** The values of a text field if items with the same value have the same keys, and at least two items share a value. */
const kindsBy = (field: string, items: ReadonlyArray<Item>): ReadonlyArray<Json> | undefined => {
  const kinds = new Map<Json, string>()
  for (const item of items) {
    const kind = Object.hasOwn(item, field) ? item[field] : undefined
    if (typeof kind !== "string" || (kinds.get(kind) ?? keysOf(item)) !== keysOf(item)) return undefined
    kinds.set(kind, keysOf(item))
  }
  return kinds.size < items.length && new Set(kinds.values()).size > 1 ? [...kinds.keys()] : undefined
}

/**
 * A comment for rows of several kinds with a field that names the kind. The draft has one `each` for all kinds, so
 * values that some kinds lack are optional.
 */
export const kindsNote = (items: ReadonlyArray<Json>): ReadonlyArray<string> => {
  const objects = items.filter(isObject)
  const [first = {}] = objects
  if (objects.length < items.length) return []
  for (const field of Object.keys(first)) {
    const kinds = kindsBy(field, objects)
    if (kinds !== undefined)
      return [
        `Rows of ${kinds.length} kinds, by ${field}: what only some have is optional, so nothing tells when it is missing.`,
        "An each with a filter for each kind would."
      ]
  }
  return []
}
