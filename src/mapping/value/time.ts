import {
  type CivilTime,
  dayOfWeekDate,
  dayOfYear,
  epochSeconds,
  monthNamed,
  monthPattern,
  offsetOf,
  weekdayNamed,
  weekdayPattern,
  zonePattern
} from "./civil-time.ts"
import type { Timezone } from "./timezone.ts"

type Groups = Readonly<Record<string, string | undefined>>

const clock = "(?<hour>[01][0-9]|2[0-3]):(?<minute>[0-5][0-9])"
const seconds = "(?<second>[0-5][0-9]|60)(?:[.,](?<fraction>[0-9]+))?"
const zone = `(?<zone>${zonePattern})`
const weekday = `(?<weekday>${weekdayPattern})`
const month = `(?<monthName>${monthPattern})`

const date = [
  "(?<year>[0-9]{4})(?<separator>[-/])(?<month>[0-9]{2})\\k<separator>(?<day>[0-9]{2})",
  "(?<weekYear>[0-9]{4})(?<dash>-?)W(?<week>[0-9]{2})\\k<dash>(?<dayOfWeek>[1-7])",
  "(?<ordinalYear>[0-9]{4})-(?<dayOfYear>[0-9]{3})"
].join("|")

/** What Go (`+0100 CET m=+0.5`) and Java (`+01:00[Europe/Paris]`) write after the offset. It is redundant. */
const afterOffset = "(?: [A-Z]{2,5})?(?: m=[+-][0-9.]+)?(?:\\[[\\w/+-]+\\])?"

const forms: ReadonlyArray<RegExp> = [
  // RFC 3339, and ISO 8601 with and without a time of day
  `(?:${date})(?:(?:T| +)${clock}(?::${seconds})?(?: ?${zone}${afterOffset})?)?`,
  // ISO 8601, basic
  `(?<year>[0-9]{4})(?<month>[0-9]{2})(?<day>[0-9]{2})T(?<hour>[01][0-9]|2[0-3])(?<minute>[0-5][0-9])(?:${seconds})?${zone}?`,
  // RFC 1123 and 5322; RFC 850, whose year has two digits
  `(?:${weekday}, )?(?<day>[0-9]{1,2})(?<separator>[ -])${month}\\k<separator>(?<year>[0-9]{4}|[0-9]{2}) ${clock}(?::${seconds})?(?: ${zone}(?: \\([A-Z]{1,5}\\))?)?`,
  // ctime(3), date(1), openssl-x509(1)
  `(?:${weekday} )?${month} +(?<day>[0-9]{1,2}) ${clock}:${seconds}(?: ${zone})? (?<year>[0-9]{4})`,
  `(?:${weekday} )?${month} +(?<day>[0-9]{1,2}) ${clock}:${seconds} (?<year>[0-9]{4})(?: ${zone})?`,
  // JavaScript's Date.prototype.toString
  `${weekday} ${month} (?<day>[0-9]{2}) (?<year>[0-9]{4}) ${clock}:${seconds} (?:GMT|UTC)(?<zone>[+-][0-9]{4})(?: \\([^()]*\\))?`
].map((form) => new RegExp(`^${form}$`, "i"))

const microsoft = /^\/Date\((-?[0-9]{1,17})(?:[+-][0-9]{4})?\)\/$/

const dateOf = (groups: Groups): Pick<CivilTime, "year" | "month" | "day"> | undefined => {
  if (groups.week !== undefined)
    return dayOfWeekDate(Number(groups.weekYear), Number(groups.week), Number(groups.dayOfWeek))
  if (groups.dayOfYear !== undefined) return dayOfYear(Number(groups.ordinalYear), Number(groups.dayOfYear))
  const month = groups.monthName === undefined ? Number(groups.month) : monthNamed(groups.monthName)
  return month === undefined ? undefined : { year: Number(groups.year), month, day: Number(groups.day) }
}

const civilTimes = (groups: Groups): ReadonlyArray<CivilTime> => {
  const date = dateOf(groups)
  if (date === undefined) return []
  const { hour = "0", minute = "0", second = "0", fraction = "", zone, weekday } = groups
  const time: CivilTime = {
    ...date,
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    fraction,
    offset: zone === undefined ? undefined : offsetOf(zone),
    weekday: weekday === undefined ? undefined : weekdayNamed(weekday)
  }
  if (groups.year?.length !== 2) return [time]
  // a year of two digits: the weekday fits at most one of two years that are a century apart
  return time.weekday === undefined ? [] : [1900, 2000].map((century) => ({ ...time, year: time.year + century }))
}

/**
 * Epoch seconds of a time in any of the unambiguous forms. NaN for other text, or if the time has no zone and `zone` is
 * undefined. Undefined for Go's zero time.
 */
export const readTime = (text: string, zone?: Timezone): number | undefined => {
  const trimmed = text.trim()
  const [, millis] = microsoft.exec(trimmed) ?? []
  if (millis !== undefined) return Number(millis) / 1000
  for (const form of forms) {
    const groups = form.exec(trimmed)?.groups
    if (groups === undefined) continue
    const found = civilTimes(groups).map((time) => epochSeconds(time, zone))
    return found.some((epoch) => !Number.isNaN(epoch)) ? found.find((epoch) => !Number.isNaN(epoch)) : Number.NaN
  }
  return Number.NaN
}
