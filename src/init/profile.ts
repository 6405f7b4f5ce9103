import type { Json } from "../mapping/document/json.ts"
import { nameKey, type Place } from "./place.ts"
import { type TextKind, textKind } from "./text-kind.ts"
import { wordsOf } from "./words.ts"

export type Scalar = string | number | boolean

/** Items of one kind, over all responses. */
export interface Items {
  readonly values: ReadonlyArray<Json>
  /** The index of the parent of each item. Rows must be unique only within a parent. */
  readonly parents: ReadonlyArray<number>
  /** The index of the response of each item. */
  readonly responses: ReadonlyArray<number>
  /** A key for each item; the same item has the same key in other responses. */
  readonly ids: ReadonlyArray<string>
}

/** The values at one place of the items. */
export interface Profile {
  readonly place: Place
  /** The words of the key that names the values. */
  readonly own: ReadonlyArray<string>
  /** All numbers, strings and booleans, in order. */
  readonly present: ReadonlyArray<Scalar>
  readonly numbers: ReadonlyArray<number>
  readonly booleans: ReadonlyArray<boolean>
  /** Each distinct string. */
  readonly texts: ReadonlyMap<string, TextKind>
  /** Some items have a list or an object here. */
  readonly beside: boolean
  /** Some items have no value here, or null. */
  readonly optional: boolean
  /** Every item has a string or a number here, unique within its parent. */
  readonly unique: boolean
  /** An item has different values in different responses. */
  readonly changes: boolean
  /** The values change but never decrease, over at least three responses. */
  readonly rises: boolean
}

const isScalar = (value: Json | undefined): value is Scalar =>
  value !== null && value !== undefined && typeof value !== "object"

const isUnique = ({ values }: Place, { parents }: Items): boolean => {
  const seen = new Set<string>()
  for (const [index, value] of values.entries()) {
    if (typeof value !== "string" && typeof value !== "number") return false
    seen.add(JSON.stringify([parents[index], String(value)]))
  }
  return seen.size === values.length
}

/** How the values of the same items change from one response to the next. */
const development = ({ values }: Place, { ids, responses }: Items): Pick<Profile, "changes" | "rises"> => {
  let [changes, falls] = [false, false]
  if (new Set(responses).size > 1) {
    const before = new Map<string, Scalar>()
    for (const [index, value] of values.entries()) {
      if (!isScalar(value)) continue
      const id = ids[index] ?? ""
      const last = before.get(id)
      before.set(id, value)
      if (last === undefined || last === value) continue
      changes = true
      falls ||= !(Number(value) > Number(last))
    }
  }
  return { changes, rises: changes && !falls && new Set(responses).size > 2 }
}

export const profileOf = (place: Place, items: Items): Profile => {
  const present = place.values.filter(isScalar)
  const texts = new Map<string, TextKind>()
  for (const value of present) if (typeof value === "string" && !texts.has(value)) texts.set(value, textKind(value))
  return {
    place,
    own: wordsOf(nameKey(place.steps)),
    present,
    numbers: present.filter((value) => typeof value === "number"),
    booleans: present.filter((value) => typeof value === "boolean"),
    texts,
    beside: place.hasRows === true || place.values.some((value) => typeof value === "object" && value !== null),
    optional: place.values.some((value) => value === undefined || value === null),
    unique: isUnique(place, items),
    changes: false,
    rises: false
  }
}

/** Adds how the values change. Needs the ids of the items, which are known later than the rest. */
export const developed = (profile: Profile, items: Items): Profile => ({
  ...profile,
  ...development(profile.place, items)
})
