import type { Json, JsonArray } from "../mapping/document/json.ts"
import { wordsOf } from "./words.ts"

/** Facts about the whole document, from all responses. */
export interface Whole {
  /** Single values are wrapped in lists: `{ "temperature": ["41"] }`. */
  readonly boxed: boolean
  /** Lists of names, which may be the columns of tuples with the same length. */
  readonly legends: ReadonlyArray<ReadonlyArray<string>>
  /** Short texts by the words of their key, then by path. */
  readonly words: ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>
  /** The time zone that the document names. */
  readonly timezone: string | undefined
}

/** Whether this is a name such as `Europe/Paris`. An offset such as `+02:00` may be another one in winter. */
const isTimezone = (name: string): boolean => {
  if (/^[+-]/.test(name)) return false
  try {
    new Intl.DateTimeFormat("en", { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** More distinct texts at one path are treated as names. */
const maxWords = 13
const maxPlaces = 200

const isLegend = (list: JsonArray): list is ReadonlyArray<string> =>
  list.length > 1 &&
  list.every((name) => typeof name === "string" && /^\p{L}/u.test(name)) &&
  new Set(list).size === list.length

const maxWordLength = 32

interface Found {
  readonly path: string
  readonly key: string
  readonly value: Json
}

const remember = (words: Map<string, Map<string, Set<string>>>, name: string, path: string, text: string): void => {
  const places = words.get(name) ?? new Map<string, Set<string>>()
  words.set(name, places)
  const known = places.get(path) ?? new Set()
  // limits the paths too: a map has one for each of its keys
  if (known.size < maxWords && places.size < maxPlaces) places.set(path, known.add(text))
}

/** These words, and all words of other paths with the same key that share a word with them. */
export const wordsLike = (
  seen: ReadonlyArray<string>,
  places: ReadonlyMap<string, ReadonlySet<string>>
): ReadonlyArray<string> => {
  const found = new Set(seen)
  const others = new Set(places.values())
  for (let size = 0; size < found.size; ) {
    size = found.size
    for (const words of others) {
      if (![...words].some((word) => found.has(word))) continue
      others.delete(words)
      for (const word of words) found.add(word)
    }
  }
  return [...found]
}

export const wholeOf = (roots: ReadonlyArray<Json>): Whole => {
  const legends: Array<ReadonlyArray<string>> = []
  const words = new Map<string, Map<string, Set<string>>>()
  const zones = new Set<string>()
  let [boxes, lists] = [0, 0]
  const pending: Array<Found> = roots.map((value) => ({ path: "", key: "", value }))
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { path, key, value } = next
    if (typeof value === "string") {
      if (/^time_?zone$|^tz(?:_?id)?$|^timezone_?name$/i.test(key) && isTimezone(value)) zones.add(value)
      if (value.length <= maxWordLength) remember(words, wordsOf(key).join("_"), path, value)
    } else if (Array.isArray(value)) {
      const scalars = value.every((item) => typeof item !== "object")
      if (scalars && value.length === 1) boxes++
      if (scalars && value.length > 1) lists++
      if (isLegend(value) && legends.length < 10) legends.push(value)
      for (const item of value)
        if (typeof item === "object" && item !== null) pending.push({ path, key: "", value: item })
    } else if (typeof value === "object" && value !== null) {
      for (const [key, item] of Object.entries(value)) pending.push({ path: `${path}\n${key}`, key, value: item })
    }
  }
  const [timezone] = zones
  return { boxed: boxes >= 4 && lists === 0, legends, words, timezone: zones.size === 1 ? timezone : undefined }
}
