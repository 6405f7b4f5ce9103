import type { Json, JsonArray, JsonObject } from "../mapping/document/json.ts"
import { isPlural, wordsOf } from "./words.ts"

/**
 * One place within the items of a list, over all items: the item's own keys to it, and a value an item, undefined where
 * an item has none.
 */
export interface Field<Value extends Json = Json> {
  readonly keys: ReadonlyArray<string>
  readonly values: ReadonlyArray<Value | undefined>
}

type Container = JsonArray | JsonObject

/** A place that holds further items, and the selector that finds them. */
export interface Rows extends Field<Container> {
  readonly selector: "[*]" | ".*"
}

/** What items have in common. */
export interface Shape {
  /** Numbers, strings and booleans; the same place may hold something else in other items. */
  readonly scalars: ReadonlyArray<Field>
  /** Lists, and objects whose keys are data: names of things, not of properties. */
  readonly rows: ReadonlyArray<Rows>
}

const isArray = (value: Json | undefined): value is JsonArray => Array.isArray(value)
const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Deeper than any API's answer; what lies below is left out. */
const maxDepth = 30

/** `words` are those of the items' own name, where an item may itself be a map. */
export const shapeOf = (items: ReadonlyArray<Json>, words: ReadonlyArray<string> = []): Shape => {
  const scalars: Array<Field> = []
  const rows: Array<Rows> = []
  const visit = ({ keys, values }: Field): void => {
    if (values.some((value) => value !== null && value !== undefined && typeof value !== "object")) {
      scalars.push({ keys, values })
    }
    const arrays = values.map((value) => (isArray(value) ? value : undefined))
    const objects = values.map((value) => (isObject(value) ? value : undefined))
    const present = objects.filter((object) => object !== undefined)
    const listed = arrays.some((array) => array !== undefined && array.length > 0)
    const named = keys.length > 0 ? wordsOf(keys.at(-1) ?? "") : words
    // no path tells a list from an object, so that where both stand the object's keys are data as well
    if (listed || (named.length > 0 && isMap(named, present))) {
      const values = arrays.map((array, at) => array ?? objects[at])
      rows.push({ keys, values, selector: listed ? "[*]" : ".*" })
      return
    }
    if (keys.length === maxDepth) return
    for (const key of new Set(present.flatMap((object) => Object.keys(object)))) {
      // half a surrogate pair: no path can name it
      if (!key.isWellFormed()) continue
      const below = objects.map((object) =>
        object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined
      )
      visit({ keys: [...keys, key], values: below })
    }
  }
  visit({ keys: [], values: items })
  return { scalars, rows }
}

/** A key that no programmer gives a property: a number, a name with dots or dashes, or one that ends in a number. */
const isData = (key: string) => /^[0-9]|[^A-Za-z0-9_ ]|[0-9]$/.test(key) || key.length > 30

/** Whether the keys of these objects, which all have the key of these words, are data. */
const isMap = (words: ReadonlyArray<string>, objects: ReadonlyArray<JsonObject>): boolean => {
  const keys = [...new Set(objects.flatMap((object) => Object.keys(object)))]
  if (keys.length === 0) return false
  const values = objects.flatMap((object) => Object.values(object))
  const data = keys.filter(isData).length / keys.length
  if (values.every((value) => typeof value === "number")) return keys.length > 1 && data > 0.6
  if (!values.every(isObject)) return false
  const shapes = values.map((value) => Object.keys(value))
  const all = new Set(shapes.flat())
  const alike = shapes.reduce((sum, shape) => sum + shape.length, 0) / (shapes.length * all.size || 1)
  const many = isPlural(words.at(-1) ?? "")
  if (keys.length === 1) return data === 1 && (many || (keys[0] ?? "").length > 15)
  // without names to go by, only things that are all of one kind: { value, unit } are properties again
  if (data >= 0.5 || many) return alike >= 0.5
  return keys.length >= 3 && alike === 1 && all.size >= 2 && !all.has("value")
}
