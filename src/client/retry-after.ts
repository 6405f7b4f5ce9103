const days = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
const longDays = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
const months = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
const time = "\\d\\d:\\d\\d:\\d\\d"

/** The three forms of an HTTP date (RFC 9110, section 5.6.7). The last form has no time zone; it is GMT too. */
const httpDate = new RegExp(
  `^(?:${days}, \\d\\d ${months} \\d{4} ${time} GMT|${longDays}, \\d\\d-${months}-\\d\\d ${time} GMT|${days} ${months} [ \\d]\\d ${time} \\d{4})$`
)

/**
 * The pause in milliseconds that a Retry-After header requests: seconds or an HTTP date (RFC 9110, section 10.2.3).
 * `now` is in epoch milliseconds. Undefined for anything else, and for a date in the past.
 */
export const retryAfter = (header: string | undefined, now: number): number | undefined => {
  const text = header?.trim() ?? ""
  if (/^\d+$/.test(text)) return Number(text) * 1000
  if (!httpDate.test(text)) return undefined
  const pause = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`) - now
  return pause >= 0 ? pause : undefined
}
