import type { Json, JsonObject } from "../mapping/document/json.ts"
import { looksChanging } from "./label.ts"
import { textKind } from "./text-kind.ts"
import { isPlural, wordsOf } from "./words.ts"

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** A key that no programmer gives a property: a number, a name with dots or dashes, or one that ends in a number. */
const isData = (key: string) => /^[0-9]|[^A-Za-z0-9_ -]|[a-z-][0-9]+$/i.test(key) || key.length > 30

/** Windows of time and counters of a series name properties: `1m`, `24h`, `tuner_1`. */
const isProperty = (key: string) => /^\d+ ?(?:[smhdwy]|min|sec|hours?|days?)$|[_-]\d+$|^[xyz]$/i.test(key)

/** Names of different quantities, which share no metric. */
const quantityName =
  /^(?:temp|temperature|humidity|pressure|voltage|current|power|energy|speed|wind|rain|cpu|mem|memory|disk|load|uptime|latency|battery|signal|frequency|time|price|volume|network|swap|storage|gas|water|illuminance|light|co2|dewpoint|factor)s?$/

const isQuantity = (key: string) => quantityName.test(wordsOf(key).at(-1) ?? "")

/** Keys of an object that is one value with its unit. */
const ofValue = /^(?:value|val|v|unit|units|uom|description|raw|type|label|name|text|display|formatted|fmt|bestvalue)$/i

/** The paths to all that is not an object, to a depth that tells kinds of things apart. */
const leaves = (object: JsonObject, depth = 3): ReadonlyArray<string> =>
  Object.entries(object).flatMap(([key, value]) =>
    isObject(value) && depth > 1 && Object.keys(value).length > 0
      ? leaves(value, depth - 1).map((path) => `${key}\n${path}`)
      : [key]
  )

/** How many of the keys that occur a shape has, on average. */
const likeness = (shapes: ReadonlyArray<ReadonlyArray<string>>): number => {
  const all = new Set(shapes.flat())
  return shapes.reduce((sum, shape) => sum + shape.length, 0) / (shapes.length * all.size || 1)
}

/** Each of them has a path within it that another has as well. */
const shareLeaves = (objects: ReadonlyArray<JsonObject>): boolean => {
  const paths = objects.map((object) => new Set(leaves(object)))
  const times = new Map<string, number>()
  for (const path of paths.flatMap((own) => [...own])) times.set(path, (times.get(path) ?? 0) + 1)
  return paths.every((own) => [...own].some((path) => (times.get(path) ?? 0) > 1))
}

/** Which values of objects are things of one kind, under keys that are data. */
export type MapKind =
  /** All of them. */
  | { readonly kind: "all" }
  /** Those objects that have this key; `stem`: what their own keys have in common. */
  | { readonly kind: "having"; readonly key: string; readonly stem?: string }

/** An object with more keys than anybody writes a line for is a map of numbers. */
const manyNumbers = 24

const numbersAreMap = (plural: boolean, keys: ReadonlyArray<string>, values: ReadonlyArray<Json>): boolean => {
  if (!values.every((value) => typeof value === "number" || value === null) || keys.length < 2) return false
  if (keys.some(isProperty)) return false
  const data = keys.filter((key) => isData(key)).length / keys.length
  return data > 0.6 || (plural && data > 0.3) || (keys.length > manyNumbers && data > 0.2)
}

/** Lists under keys that are all data. */
const listsAreMap = (keys: ReadonlyArray<string>, values: ReadonlyArray<Json>): boolean =>
  keys.length > 1 &&
  values.every((value) => Array.isArray(value)) &&
  keys.every((key) => isData(key) && !isProperty(key))

/** Objects that stand under these keys are things of one kind. */
const areAlike = (plural: boolean, keys: ReadonlyArray<string>, objects: ReadonlyArray<JsonObject>): boolean => {
  const shapes = objects.map((object) => Object.keys(object))
  const all = new Set(shapes.flat())
  const data = keys.filter((key) => isData(key) && !isProperty(key)).length / keys.length
  const alike = likeness(shapes)
  if (all.size === 0) return false
  if (keys.length === 1) return data === 1 && (plural || (keys[0] ?? "").length > 15)
  // { value, unit } under each name: properties, unless the names are numbered or the whole is called by a plural
  if ([...all].every((key) => ofValue.test(key))) return alike === 1 && (plural || keys.every((key) => /\d$/.test(key)))
  if (alike < 0.5 || !shareLeaves(objects)) return false
  if (plural || data >= 0.5) return true
  const isRich = all.size > 1 || new Set(objects.flatMap((object) => leaves(object))).size > 1
  return alike === 1 && isRich && !keys.some(isQuantity) && !keys.some(isProperty)
}

interface Thing {
  readonly key: string
  readonly value: JsonObject
}

const isText = (things: ReadonlyArray<Thing>, key: string) => typeof things[0]?.value[key] === "string"

/** A key that all of these have and none of the others. */
const ownKey = (things: ReadonlyArray<Thing>, others: ReadonlyArray<Thing>): string | undefined =>
  // a text may be there for a reason that others have as well
  Object.keys(things[0]?.value ?? {})
    .toSorted((a, b) => Number(isText(things, a)) - Number(isText(things, b)))
    .find(
      (key) =>
        key.isWellFormed() &&
        things.every(({ value }) => Object.hasOwn(value, key)) &&
        !others.some(({ value }) => Object.hasOwn(value, key))
    )

/** `switch:0` and `switch:1` among others. */
const stemOf = (key: string): string | undefined => /^(.*\p{L})[\s:._-]?\d+$/u.exec(key)?.[1]

const families = (things: ReadonlyArray<Thing>): ReadonlyArray<MapKind> =>
  [...Map.groupBy(things, ({ key }) => stemOf(key))].flatMap(([stem, members]): ReadonlyArray<MapKind> => {
    const keys = new Set(members.map(({ key }) => key))
    if (stem === undefined || keys.size < 2) return []
    const others = things.filter((thing) => !members.includes(thing))
    const alike = areAlike(
      true,
      [...keys],
      members.map(({ value }) => value)
    )
    const key = alike ? ownKey(members, others) : undefined
    return key === undefined ? [] : [{ kind: "having", key, stem }]
  })

/** Which values of these objects, which all stand under a key of these words, are things of one kind. */
export const mapKinds = (words: ReadonlyArray<string>, objects: ReadonlyArray<JsonObject>): ReadonlyArray<MapKind> => {
  const plural = isPlural(words.at(-1) ?? "")
  const entries = objects.flatMap((object) => Object.entries(object))
  const keysOf = (list: typeof entries) => [...new Set(list.map(([key]) => key))]
  if (entries.length === 0) return []
  const values = entries.map(([, value]) => value)
  const all = keysOf(entries)
  // as labels, 1h and 2024-01-31 would change; the latter are points of a series
  if (all.some(looksChanging) && !all.every((key) => textKind(key).kind === "time")) return []
  if (numbersAreMap(plural, all, values) || listsAreMap(all, values)) return [{ kind: "all" }]
  const things = entries.flatMap(([key, value]) =>
    isObject(value) && Object.keys(value).length > 0 ? [{ key, value }] : []
  )
  if (things.length === 0) return []
  const keys = [...new Set(things.map(({ key }) => key))]
  if (
    !areAlike(
      plural,
      keys,
      things.map(({ value }) => value)
    )
  )
    return families(things)
  if (things.length === entries.filter(([, value]) => value !== null).length) return [{ kind: "all" }]
  const key = ownKey(things, [])
  const others = entries.filter(([, value]) => !isObject(value) || Object.keys(value).length === 0)
  // more properties than things: what is alike is so by chance
  const isChance =
    keys.length < 2 || keysOf(others).length > keys.length || others.some(([, value]) => Array.isArray(value))
  return key === undefined || isChance ? [] : [{ kind: "having", key }]
}
