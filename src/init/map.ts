import type { Json, JsonObject } from "../mapping/document/json.ts"
import { isEpoch } from "./epoch.ts"
import { looksChanging } from "./label.ts"
import { textKind } from "./text-kind.ts"
import { isPlural, wordsOf } from "./words.ts"

export const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/**
 * Whether a key is data, not a property name: it starts with a digit, ends in a number, has a character such as `.` or
 * `:`, or is long.
 */
export const isData = (key: string) => /^[0-9]|[^A-Za-z0-9_ -]|[a-z-][0-9]+$/i.test(key) || key.length > 30

/** Whether a key is a property name, although it may look like data: a time window (`24h`), `tuner_1`, an axis. */
const isProperty = (key: string) => /^\d+ ?(?:[smhdwy]|min|sec|hours?|days?)$|[_-]\d+$|^[xyz]$/i.test(key)

/** Names of quantities. Different quantities cannot share a metric. */
const quantityName =
  /^(?:temp|temperature|humidity|pressure|voltage|current|power|energy|speed|wind|rain|cpu|mem|memory|disk|load|uptime|latency|battery|signal|frequency|time|price|volume|network|swap|storage|gas|water|illuminance|light|co2|dewpoint|factor)s?$/

const isQuantity = (key: string) => quantityName.test(wordsOf(key).at(-1) ?? "")

/** Keys of an object that has a single value, such as `{ value, unit }`. */
const ofValue = /^(?:value|val|v|unit|units|uom|description|raw|type|label|name|text|display|formatted|fmt|bestvalue)$/i

/** The paths of all leaves, down to the depth needed to compare kinds of objects. */
const leaves = (object: JsonObject, depth = 3): ReadonlyArray<string> =>
  Object.entries(object).flatMap(([key, value]) =>
    isObject(value) && depth > 1 && Object.keys(value).length > 0
      ? leaves(value, depth - 1).map((path) => `${key}\n${path}`)
      : [key]
  )

/** How alike lists of keys are: the average share of all keys that a list has; 1 if all lists are equal. */
const likeness = (shapes: ReadonlyArray<ReadonlyArray<string>>): number => {
  const all = new Set(shapes.flat())
  return shapes.reduce((sum, shape) => sum + shape.length, 0) / (shapes.length * all.size || 1)
}

/** Whether each object shares a path with another object. */
const shareLeaves = (objects: ReadonlyArray<JsonObject>): boolean => {
  const paths = objects.map((object) => new Set(leaves(object)))
  const times = new Map<string, number>()
  for (const path of paths.flatMap((own) => [...own])) times.set(path, (times.get(path) ?? 0) + 1)
  return paths.every((own) => [...own].some((path) => (times.get(path) ?? 0) > 1))
}

/** Which values of a map are items of one kind. */
export type MapKind =
  /** All values. */
  | { readonly kind: "all" }
  /** The objects with the key `key`; `stem`: the common start of their keys in the map. */
  | { readonly kind: "having"; readonly key: string; readonly stem?: string }

/** With more keys than this, a smaller share of data keys is enough for a map of numbers. */
const manyNumbers = 24

const ofTime = /time|stamp|date|seen/i

/** Whether a key may be from a map of counts by word: `NXDOMAIN`, `AAAA`, `soft reject`. */
const isConstant = (key: string) => /^[A-Z][A-Z0-9_]*$|^[a-z]+(?: [a-z]+)+$/.test(key)

const numbersAreMap = (plural: boolean, keys: ReadonlyArray<string>, values: ReadonlyArray<Json>): boolean => {
  if (!values.every((value) => typeof value === "number" || value === null) || keys.length < 2) return false
  if (keys.some(isProperty)) return false
  if (plural && keys.some(isQuantity)) return keys.every(isData)
  const data = keys.filter((key) => isData(key) || (plural && isConstant(key))).length / keys.length
  return data > 0.6 || (plural && data > 0.3) || (keys.length > manyNumbers && data > 0.2)
}

/** Whether all values are lists and all keys are data. */
const listsAreMap = (keys: ReadonlyArray<string>, values: ReadonlyArray<Json>): boolean =>
  keys.length > 1 &&
  values.every((value) => Array.isArray(value)) &&
  keys.every((key) => isData(key) && !isProperty(key))

/** Keys of a quantity with its statistics: `temperature: { min, max, avg }`. */
const ofStatistic =
  /^(?:min|max|avg|mean|median|sum|count|total|current|now|last|first|today|yesterday|high|low|p?\d+|std.*)$/i

/** Objects with more equal keys than this, not counting statistics, are things, even if one is called `battery`. */
const maxStatistics = 3

/** Whether the objects with these keys are items of one kind. */
const areAlike = (plural: boolean, keys: ReadonlyArray<string>, objects: ReadonlyArray<JsonObject>): boolean => {
  const shapes = objects.map((object) => Object.keys(object))
  const all = new Set(shapes.flat())
  const data = keys.filter((key) => isData(key) && !isProperty(key)).length / keys.length
  const alike = likeness(shapes)
  if (all.size === 0) return false
  if (keys.length === 1) return data === 1 && (plural || (keys[0] ?? "").length > 15)
  // { value, unit } under each key: the keys are properties, unless they are numbered or below a plural
  if ([...all].every((key) => ofValue.test(key))) return alike === 1 && (plural || keys.every((key) => /\d$/.test(key)))
  if (alike < 0.5 || !shareLeaves(objects)) return false
  if (plural || data >= 0.5) return true
  const isRich = all.size > 1 || new Set(objects.flatMap((object) => leaves(object))).size > 1
  const isThing = all.size > maxStatistics && [...all].filter((key) => !ofStatistic.test(key)).length > maxStatistics
  return alike === 1 && isRich && (isThing || !keys.some(isQuantity)) && !keys.some(isProperty)
}

interface Thing {
  readonly key: string
  readonly value: JsonObject
}

const isText = (things: ReadonlyArray<Thing>, key: string) => typeof things[0]?.value[key] === "string"

/** A key that all `things` have and no `others` have. */
const ownKey = (things: ReadonlyArray<Thing>, others: ReadonlyArray<Thing>): string | undefined =>
  // prefers keys whose values are not texts: a text, such as a name, is less specific to this kind
  Object.keys(things[0]?.value ?? {})
    .toSorted((a, b) => Number(isText(things, a)) - Number(isText(things, b)))
    .find(
      (key) =>
        key.isWellFormed() &&
        things.every(({ value }) => Object.hasOwn(value, key)) &&
        !others.some(({ value }) => Object.hasOwn(value, key))
    )

/** The common start of numbered keys: `switch` for `switch:0` and `switch:1`. */
const stemOf = (key: string): string | undefined => /^(.*\p{L})[\s:._-]?\d+$/u.exec(key)?.[1]

/** Finds groups of objects with numbered keys, such as `switch:0` and `switch:1`. */
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

/** Finds the values that are items of one kind. `words`: the words of the key of these objects. */
export const mapKinds = (words: ReadonlyArray<string>, objects: ReadonlyArray<JsonObject>): ReadonlyArray<MapKind> => {
  const plural = isPlural(words.at(-1) ?? "")
  const entries = objects.flatMap((object) => Object.entries(object))
  const keysOf = (list: typeof entries) => [...new Set(list.map(([key]) => key))]
  if (entries.length === 0) return []
  const values = entries.map(([, value]) => value)
  const all = keysOf(entries)
  // labels such as 1h and 2024-01-31 would change at each poll, but keys that are all times form a time series
  if (all.some(looksChanging) && !all.every((key) => textKind(key).kind === "time")) return []
  // a time among the values: the keys are properties
  if (entries.some(([key, value]) => ofTime.test(key) && isEpoch(value))) return []
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
  // with more properties than items, a common key is probably a coincidence
  const isChance =
    keys.length < 2 || keysOf(others).length > keys.length || others.some(([, value]) => Array.isArray(value))
  return key === undefined || isChance ? [] : [{ kind: "having", key }]
}
