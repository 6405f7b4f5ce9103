import { itemPath, keysOf, type Step } from "./place.ts"
import type { Profile } from "./profile.ts"
import { wordsOf } from "./words.ts"

/** The unit of a field, read from another field. */
export interface UnitBeside {
  readonly field: Profile
  readonly path: string
  readonly texts: ReadonlyArray<string>
  /** The unit is in another object, together with the units of other fields. */
  readonly isApart: boolean
  /** Every item with the number also has the unit. */
  readonly isComplete: boolean
}

const ofUnit = /^(?:units?|uom|unit_of_measurement|unit_symbol|unit_code|measurement_unit|value_units?)$/
const ofValue =
  /^(?:value|val|v|reading|state|current|cur|data|lastvalue|last_value|raw_value|amount|quantity|usage|average|mean|min|max)$/

const parentOf = (steps: ReadonlyArray<Step>) => JSON.stringify(keysOf(steps.slice(0, -1)))
const nameOf = ({ place }: Profile) => wordsOf(keysOf(place.steps).at(-1) ?? "").join("_")

const isText = ({ texts, numbers, booleans, beside }: Profile) =>
  texts.size > 0 &&
  numbers.length + booleans.length === 0 &&
  !beside &&
  [...texts.keys()].every((text) => text.length <= 20)

const isNumeric = ({ numbers, texts }: Profile) =>
  numbers.length > 0 || [...texts.values()].some(({ kind }) => kind === "number")

const isComplete = (unit: Profile, of: Profile) =>
  of.place.values.every(
    (value, index) => value === undefined || value === null || typeof unit.place.values[index] === "string"
  )

/**
 * Finds the unit of each field that has one: `{ value, unit }`, `{ speed, speed_unit }`, `{ hourly: { rain },
 * hourly_units: { rain } }`.
 */
export const unitsBeside = (profiles: ReadonlyArray<Profile>): ReadonlyMap<Profile, UnitBeside> => {
  const found = new Map<Profile, UnitBeside>()
  const texts = profiles.filter(isText)
  const beside = (field: Profile, of: Profile, isApart = false) =>
    found.set(of, {
      field,
      path: itemPath(field.place.steps),
      texts: [...field.texts.keys()],
      isApart,
      isComplete: isComplete(field, of)
    })
  const groups = Map.groupBy(profiles, ({ place }) => parentOf(place.steps))
  for (const of of profiles.filter(isNumeric)) {
    const group = groups.get(parentOf(of.place.steps)) ?? []
    const name = nameOf(of)
    const around = keysOf(of.place.steps.slice(0, -1))
    // { unit, values: { a: 1, b: 2 } }
    const isOfValues = /^values$/i.test(around.at(-1) ?? "")
    const near = isOfValues ? (groups.get(JSON.stringify(around.slice(0, -1))) ?? []) : group
    const own = group.find(
      (field) =>
        texts.includes(field) && [`${name}_unit`, `${name}_units`, `${name}_uom`, `${name}unit`].includes(nameOf(field))
    )
    if (own !== undefined) beside(own, of)
    const isUnit = (field: Profile) => ofUnit.test(nameOf(field)) || (name === "v" && nameOf(field) === "u")
    const general = near.filter((field) => texts.includes(field) && isUnit(field))
    const [unit] = general
    const isValue = isOfValues || ofValue.test(name)
    if (own === undefined && unit !== undefined && general.length === 1 && isValue) beside(unit, of)
    if (found.has(of)) continue
    // the unit in a sibling of the parent object, with the same key
    const key = keysOf(of.place.steps).at(-1)
    const [outer = ""] = around.slice(-1)
    const twins = ["units", "unit"].map((ending) => JSON.stringify([...around.slice(0, -1), `${outer}_${ending}`]))
    const twin =
      around.length === 0
        ? undefined
        : texts.find(({ place }) => twins.includes(parentOf(place.steps)) && keysOf(place.steps).at(-1) === key)
    if (twin !== undefined) beside(twin, of, true)
  }
  return found
}
