import { epochOf, instantIn, type Timezone } from "./timezone.ts"

/** A date and a time of day as a text has them. */
export interface CivilTime {
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
  readonly hour?: number
  readonly minute?: number
  readonly second?: number
  /** The digits after the second's point. */
  readonly fraction?: string
  /** Seconds east of UTC; undefined if the text does not say. */
  readonly offset?: number | undefined
  /** 0 for Sunday; undefined if the text does not say. */
  readonly weekday?: number | undefined
}

const weekdayOf = (midnight: number): number => (((midnight / 86_400 + 4) % 7) + 7) % 7

/**
 * Epoch seconds. NaN if there is no such time, if the weekday is wrong, or if neither the text nor `zone` gives the
 * offset from UTC. Undefined for Go's zero time (year 1), which means no time.
 */
export const epochSeconds = (time: CivilTime, zone?: Timezone): number | undefined => {
  const { year, month, day, hour = 0, minute = 0, second = 0, fraction = "", offset, weekday } = time
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60) return Number.NaN
  const midnight = epochOf(year, month, day)
  if (new Date(midnight * 1000).getUTCDate() !== day) return Number.NaN
  if (weekday !== undefined && weekday !== weekdayOf(midnight)) return Number.NaN
  if (year === 1) return undefined
  const local = midnight + hour * 3600 + minute * 60 + second
  const whole = offset !== undefined ? local - offset : zone === undefined ? Number.NaN : instantIn(zone, local)
  if (fraction === "" || Number.isNaN(whole)) return whole
  return whole < 0 ? whole + Number(`0.${fraction}`) : Number(`${whole}.${fraction}`)
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
const weekdays = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

/** The number of an English name, in full or the first three letters; undefined for other text. */
export const monthNamed = (name: string): number | undefined => positionOf(name, months, longMonths, 1)
export const weekdayNamed = (name: string): number | undefined => positionOf(name, weekdays, longWeekdays, 0)

const longMonths = "january february march april may june july august september october november december".split(" ")
const longWeekdays = "sunday monday tuesday wednesday thursday friday saturday".split(" ")

const positionOf = (name: string, short: ReadonlyArray<string>, long: ReadonlyArray<string>, first: number) => {
  const folded = name.toLowerCase()
  const at = short.indexOf(folded) < 0 ? long.indexOf(folded) : short.indexOf(folded)
  return at < 0 ? undefined : at + first
}

/** The names as patterns, for a regular expression that ignores case. */
export const monthPattern = [...longMonths, ...months].join("|")
export const weekdayPattern = [...longWeekdays, ...weekdays].join("|")

export const zonePattern = "Z|UTC|GMT|UT|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9])?"

/** Seconds east of UTC of `Z`, `UTC`, `+02:00`, `-0600` or `+01`. */
export const offsetOf = (zone: string): number => {
  const [, sign, hours = "0", minutes = "0"] = /^([+-])([0-9]{2}):?([0-9]{2})?$/.exec(zone) ?? []
  return (Number(hours) * 3600 + Number(minutes) * 60) * (sign === "-" ? -1 : 1)
}

/**
 * The day of an ISO 8601 week date, by the Thursday of its week (section 3.1.1.23); undefined if the year has no such
 * week.
 */
export const dayOfWeekDate = (
  year: number,
  week: number,
  weekday: number
): Pick<CivilTime, "year" | "month" | "day"> | undefined => {
  const fourth = epochOf(year, 1, 4)
  const monday = fourth - ((weekdayOf(fourth) + 6) % 7) * 86_400
  const thursday = monday + ((week - 1) * 7 + 3) * 86_400
  if (week < 1 || new Date(thursday * 1000).getUTCFullYear() !== year) return undefined
  return dayOf(thursday + (weekday - 4) * 86_400)
}

/** The day of an ISO 8601 ordinal date; undefined if the year has no such day. */
export const dayOfYear = (year: number, day: number): Pick<CivilTime, "year" | "month" | "day"> | undefined => {
  const found = dayOf(epochOf(year, 1, 1) + (day - 1) * 86_400)
  return day < 1 || found.year !== year ? undefined : found
}

const dayOf = (epoch: number): Pick<CivilTime, "year" | "month" | "day"> => {
  const date = new Date(epoch * 1000)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}
