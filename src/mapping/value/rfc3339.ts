/** RFC 3339, section 5.6: a blank may stand for the T. */
const instant =
  /^([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9]|60)(\.[0-9]+)?(?:[Zz]|([+-])([01][0-9]|2[0-3]):([0-5][0-9]))$/

/** Epoch seconds of a time such as `2026-01-31T12:00:00.5Z` or `2026-01-31T14:00:00+02:00`; NaN where it is none. */
export const readRfc3339 = (text: string): number => {
  const match = instant.exec(text.trim())
  if (match === null) return Number.NaN
  const [, date = "", hour, minute, second, fraction = "", sign, offsetHours = "0", offsetMinutes = "0"] = match
  const midnight = Date.parse(`${date}T00:00:00Z`)
  // February 30 is taken for March 2
  if (new Date(midnight).getUTCDate() !== Number(date.slice(-2))) return Number.NaN
  const offset = (Number(offsetHours) * 60 + Number(offsetMinutes)) * (sign === "-" ? -60 : 60)
  return midnight / 1000 + Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offset + Number(fraction)
}
