/** Formats epoch milliseconds. */
type Format = (at: number) => string

/** A time in a request: the start of the poll plus `offset` milliseconds. */
interface TimeField {
  readonly offset: number
  readonly format: Format
}

/** A text with times in it. */
export interface TimeTemplate {
  readonly render: (now: number) => string
}

/** Milliseconds. */
const units: ReadonlyMap<string, number> = new Map([
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1000],
  ["ms", 1]
])

/** A hundred years in milliseconds: a date that every format can show. */
const maxOffset = 36_500 * 86_400_000

const offsetPattern = /^([+-])((?:\d+(?:\.\d+)?(?:ms|[dhms]))+)$/

const offsetOf = (text: string): number | undefined => {
  if (text === "") return 0
  const [, sign, duration = ""] = offsetPattern.exec(text) ?? []
  if (sign === undefined) return undefined
  let sum = 0
  for (const [, count, unit = ""] of duration.matchAll(/([\d.]+)(ms|[dhms])/g))
    sum += Number(count) * (units.get(unit) ?? 0)
  return sign === "-" ? -sum : sum
}

/** Date and time of day in a time zone. */
interface Civil {
  readonly year: string
  readonly month: string
  readonly day: string
  readonly hour: string
  readonly minute: string
  readonly second: string
  readonly millisecond: string
  /** `+02:00`. */
  readonly zone: string
}

const two = (number: number) => String(number).padStart(2, "0")

const civilIn = (timeZone: string): ((at: number) => Civil) => {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    calendar: "iso8601",
    numberingSystem: "latn",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    timeZoneName: "longOffset"
  })
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]))
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? ""
    return {
      year: part("year").padStart(4, "0"),
      month: part("month").padStart(2, "0"),
      day: part("day").padStart(2, "0"),
      hour: part("hour").padStart(2, "0"),
      minute: part("minute").padStart(2, "0"),
      second: part("second").padStart(2, "0"),
      millisecond: String(((at % 1000) + 1000) % 1000).padStart(3, "0"),
      zone: part("timeZoneName").replace("GMT", "") || "+00:00"
    }
  }
}

const dateOf = ({ year, month, day }: Civil) => `${year}-${month}-${day}`
const timeOf = ({ hour, minute, second }: Civil) => `${hour}:${minute}:${second}`

/** Midnight in UTC of the same date, to compute the weekday and the day of the year. */
const midnight = ({ year, month, day }: Civil) => Date.UTC(Number(year), Number(month) - 1, Number(day))

const weekdays = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
const months = "January February March April May June July August September October November December".split(" ")
const weekday = (civil: Civil) => weekdays[new Date(midnight(civil)).getUTCDay()] ?? ""
const month = (civil: Civil) => months[Number(civil.month) - 1] ?? ""
const dayOfYear = (civil: Civil) => (midnight(civil) - Date.UTC(Number(civil.year), 0, 0)) / 86_400_000

/** The supported directives of strftime(3), in the C locale. `%L` is milliseconds, as in Ruby. */
const directives: ReadonlyMap<string, (civil: Civil, at: number) => string> = new Map([
  ["Y", ({ year }: Civil) => year],
  ["y", ({ year }: Civil) => year.slice(-2)],
  ["m", ({ month }: Civil) => month],
  ["d", ({ day }: Civil) => day],
  ["e", ({ day }: Civil) => String(Number(day)).padStart(2, " ")],
  ["H", ({ hour }: Civil) => hour],
  ["I", ({ hour }: Civil) => two(((Number(hour) + 11) % 12) + 1)],
  ["M", ({ minute }: Civil) => minute],
  ["S", ({ second }: Civil) => second],
  ["L", ({ millisecond }: Civil) => millisecond],
  ["p", ({ hour }: Civil) => (Number(hour) < 12 ? "AM" : "PM")],
  ["j", (civil: Civil) => String(dayOfYear(civil)).padStart(3, "0")],
  ["a", (civil: Civil) => weekday(civil).slice(0, 3)],
  ["A", weekday],
  ["b", (civil: Civil) => month(civil).slice(0, 3)],
  ["B", month],
  ["F", dateOf],
  ["T", timeOf],
  ["z", ({ zone }: Civil) => zone.replace(":", "")],
  ["s", (_civil: Civil, at: number) => String(Math.floor(at / 1000))],
  ["%", () => "%"]
])

/** Undefined if the layout has an unknown directive. */
const layoutFormat = (layout: string, timeZone: string): Format | undefined => {
  for (const [, name = ""] of layout.matchAll(/%(.?)/gs)) if (!directives.has(name)) return undefined
  const civil = civilIn(timeZone)
  return (at) => {
    const shown = civil(at)
    return layout.replace(/%(.)/gs, (_whole, name: string) => directives.get(name)?.(shown, at) ?? "")
  }
}

const formatOf = (name: string, timeZone: string): Format | undefined => {
  switch (name) {
    case "s":
      return (at) => String(Math.floor(at / 1000))
    case "ms":
      return (at) => String(at)
    case "date":
      return layoutFormat("%F", timeZone)
    case "rfc3339": {
      const civil = civilIn(timeZone)
      return (at) => {
        const shown = civil(at)
        return `${dateOf(shown)}T${timeOf(shown)}${shown.zone === "+00:00" ? "Z" : shown.zone}`
      }
    }
    default:
      return name.includes("%") ? layoutFormat(name, timeZone) : undefined
  }
}

/** `{now` before `}`, `:`, `+` or `-`. All other braces are left alone. */
const field = /\{now(?=[}:+-])([^:}]*)(?::([^}]*))?\}/g
const unclosed = /\{now(?=[}:+-])[^}]*$/

const fieldOf = (offset: string, format: string | undefined, timeZone: string): TimeField | undefined => {
  const [moved, formatted] = [offsetOf(offset), formatOf(format ?? "s", timeZone)]
  return moved === undefined || formatted === undefined ? undefined : { offset: moved, format: formatted }
}

/** The first mistake in the times of a text; undefined if there is none. */
export const timeProblem = (text: string): string | undefined => {
  for (const [whole, offset = "", format] of text.matchAll(field)) {
    const moved = offsetOf(offset)
    if (moved === undefined) return `${whole}: expected a time such as {now}, {now-5m} or {now+1h30m}`
    if (Math.abs(moved) > maxOffset) return `${whole}: expected at most 36500d, a hundred years`
    if (formatOf(format ?? "s", "UTC") === undefined)
      return `${whole}: expected s, ms, rfc3339, date or a layout such as %Y-%m-%d after the colon`
  }
  return unclosed.test(text) ? "{now without a }" : undefined
}

/** The template of a text; undefined if it contains no time. `encode` is applied to each rendered time. */
export const timeTemplate = (
  text: string,
  timeZone: string,
  encode: (time: string) => string = (time) => time
): TimeTemplate | undefined => {
  const parts: Array<string | TimeField> = []
  let end = 0
  for (const match of text.matchAll(field)) {
    const [whole, offset = "", format] = match
    const time = fieldOf(offset, format, timeZone)
    if (time === undefined) continue
    parts.push(text.slice(end, match.index), time)
    end = match.index + whole.length
  }
  if (parts.length === 0) return undefined
  parts.push(text.slice(end))
  return {
    render: (now) =>
      parts
        .map((part) => (typeof part === "string" ? part : encode(part.format(Math.round(now + part.offset)))))
        .join("")
  }
}

/** Encodes a time for a URL. It may contain spaces, `+`, `:` and `/`, of which `:` and `/` need no encoding. */
export const encodeTime = (time: string) => encodeURIComponent(time).replaceAll("%3A", ":").replaceAll("%2F", "/")

/** Decodes the braces, spaces and quotes of times in a URL, which `URL` has encoded. */
const withBraces = (href: string) =>
  href.replace(/(?:\{|%7B)now(?=%7D|[}:+-]).*?(?:\}|%7D)/gi, (whole) =>
    whole.replace(/^%7B/i, "{").replace(/%7D$/i, "}").replaceAll("%20", " ").replaceAll("%22", '"')
  )

export const urlTemplate = ({ href }: URL, timeZone: string): TimeTemplate | undefined =>
  timeTemplate(withBraces(href), timeZone, encodeTime)
