import { epochSeconds, offsetOf } from "./civil-time.ts"

/** RFC 3339, section 5.6: a space may replace the T. */
const instant =
  /^([0-9]{4})-([0-9]{2})-([0-9]{2})[Tt ]([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)(?:\.([0-9]+))?([Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$/

/** Epoch seconds of a time such as `2026-01-31T12:00:00.5Z`; NaN for other text, undefined for Go's zero time. */
export const readRfc3339 = (text: string): number | undefined => {
  const match = instant.exec(text.trim())
  if (match === null) return Number.NaN
  const [, year, month, day, hour, minute, second, fraction = "", zone = ""] = match
  return epochSeconds({
    year: Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour),
    minute: Number(minute),
    second: Number(second),
    fraction,
    offset: offsetOf(zone)
  })
}
