import type { Json } from "../mapping/document/json.ts"
import { nameKey, type Place } from "./place.ts"
import { type TextKind, textKind } from "./text-kind.ts"
import { wordsOf } from "./words.ts"

export type Scalar = string | number | boolean

/** Items of one kind, over all responses. */
export interface Items {
  readonly values: ReadonlyArray<Json>
  /** By item, the item around it; rows are told apart within one. */
  readonly parents: ReadonlyArray<number>
  /** By item, the response it is from. */
  readonly responses: ReadonlyArray<number>
  /** By item, what it has in common with the same item of other responses. */
  readonly ids: ReadonlyArray<string>
}

/** What was seen at one place of the items. */
export interface Profile {
  readonly place: Place
  /** The words of the key that it is called by. */
  readonly own: ReadonlyArray<string>
  /** Numbers, strings and booleans that are there. */
  readonly present: ReadonlyArray<Scalar>
  readonly numbers: ReadonlyArray<number>
  readonly booleans: ReadonlyArray<boolean>
  /** Each different string once. */
  readonly texts: ReadonlyMap<string, TextKind>
  /** A list or an object stands there in some items. */
  readonly beside: boolean
  /** Some items have nothing there, or null. */
  readonly optional: boolean
  /** Every item has a string or a number there, and no two of one parent the same. */
  readonly unique: boolean
  /** The same item has another value in another response. */
  readonly changes: boolean
  /** It has, and never a smaller one, over three responses or more. */
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

/** What becomes of the same items' values from one response to the next. */
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

/** With what the responses after the first tell, once it is known which items are the same. */
export const developed = (profile: Profile, items: Items): Profile => ({
  ...profile,
  ...development(profile.place, items)
})
