import { readTime } from "../mapping/value/time.ts"
import { isEpoch } from "./epoch.ts"
import type { Profile } from "./profile.ts"
import type { Rows } from "./rows.ts"

/** Whether the newest point is the first or the last, and the number of points of the longest time series. */
export interface Series {
  readonly newest: "first" | "last"
  readonly points: number
}

/** A number that sorts by time; NaN if the value is not a time. */
const instantOf = (value: unknown): number => {
  if (isEpoch(value)) return Number(value)
  return typeof value === "string" ? (readTime(value, () => 0) ?? Number.NaN) : Number.NaN
}

/** Whether each parent's newest instant is its first or last; undefined if they are not all times, or not sorted. */
const orderOf = (instants: ReadonlyArray<number>, parents: ReadonlyArray<number>): "first" | "last" | undefined => {
  const signs = new Set<number>()
  for (const [index, instant] of instants.entries()) {
    if (!Number.isFinite(instant)) return undefined
    const before = instants[index - 1]
    if (before !== undefined && parents[index] === parents[index - 1]) signs.add(Math.sign(instant - before))
  }
  if (signs.size !== 1) return undefined
  return signs.has(1) ? "last" : signs.has(-1) ? "first" : undefined
}

const isNumeric = ({ numbers, texts, present }: Profile) =>
  numbers.length + [...texts.values()].filter(({ kind }) => kind === "number").length > 0 &&
  present.every((value) => typeof value !== "boolean")

const ofTime =
  /^(?:t|time|times|timestamps?|ts|date|dates|datetime|x|epoch|clock|dt|at|starts?|end|ends|begin|from|to|until|valid|stamp|hour|day)$/

/** Keys of a text that all points share. */
const ofUnit = /^(?:units?|currency|uom)$/

const isUnit = ({ own, texts, present }: Profile) =>
  ofUnit.test(own.at(-1) ?? "") && texts.size === 1 && present.every((value) => typeof value === "string")

/** Whether a point of a time series may have this field: a number, a time or the unit of all points. */
const isOfPoint = (profile: Profile): boolean =>
  isNumeric(profile) ||
  isUnit(profile) ||
  (profile.own.every((word) => ofTime.test(word)) && profile.present.every((value) => !Number.isNaN(instantOf(value))))

/** Detects rows that are points of a time series, by a time field or by keys that are times. */
export const seriesOf = (rows: Rows, profiles: ReadonlyArray<Profile>): Series | undefined => {
  const sizes = Map.groupBy(rows.parents, (parent) => parent)
  const points = Math.max(0, ...[...sizes.values()].map(({ length }) => length))
  if (points < 2) return undefined
  if (rows.keyed) {
    const newest = orderOf(rows.keys.map(instantOf), rows.parents)
    return newest && { newest, points }
  }
  const isParallel = rows.columns !== undefined || rows.column !== undefined
  for (const time of profiles) {
    if (time.own.length === 0 || !time.own.every((word) => ofTime.test(word))) continue
    // items that have a time among other fields, such as jobs, are not points of a time series
    if (!isParallel && profiles.some((profile) => !isOfPoint(profile))) continue
    const newest = orderOf(time.place.values.map(instantOf), rows.parents)
    if (newest !== undefined) return { newest, points }
  }
  return undefined
}
