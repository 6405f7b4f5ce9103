import type { Circumstances } from "./measure.ts"
import { keysOf } from "./place.ts"
import type { Profile } from "./profile.ts"
import { type Reading, readingOf } from "./reading.ts"
import type { Scope } from "./scope.ts"
import { unitsBeside } from "./stated-unit.ts"
import type { Whole } from "./whole.ts"
import { wordsOf } from "./words.ts"

/** A field and how the draft uses it. */
export interface Field {
  readonly profile: Profile
  readonly reading: Reading
}

/**
 * Decides how the draft uses each field of a scope. Omits fields that identify rows, and fields that contain the unit
 * of another field.
 */
export const readFields = (
  scope: Scope,
  whole: Whole,
  profiles: ReadonlyArray<Profile>,
  identity: ReadonlyArray<Profile>,
  filters: boolean
): ReadonlyArray<Field> => {
  const units = unitsBeside(profiles)
  const around = (profile: Profile): Circumstances => ({
    key: [...scope.words.short, ...keysOf(profile.place.steps).flatMap((key) => wordsOf(key))],
    unit: units.get(profile),
    known: whole.words.get(profile.own.join("_")) ?? new Map(),
    timezone: whole.timezone,
    filters,
    mayName: profile.place.steps.length > 0
  })
  const fields = profiles.map((profile) => ({ profile, reading: readingOf(profile, around(profile)) }))
  const used = new Set(
    fields.flatMap(({ profile, reading }) => {
      const isShown =
        reading.as === "metrics" &&
        reading.measures.some(({ keys, unitLabel }) => typeof keys.unit === "object" || unitLabel !== undefined)
      const unit = isShown ? units.get(profile) : undefined
      return unit === undefined ? [] : [unit.field]
    })
  )
  return fields.filter(({ profile }) => !identity.includes(profile) && !used.has(profile))
}
