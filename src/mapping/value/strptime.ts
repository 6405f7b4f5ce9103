import {
  type CivilTime,
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

/** What each directive of strptime(3) reads, as a regular expression. */
const directives: Readonly<Record<string, string>> = {
  Y: "[0-9]{4}",
  y: "[0-9]{2}",
  m: "1[0-2]|0?[1-9]",
  b: monthPattern,
  d: "3[01]|[12][0-9]|[0 ]?[1-9]",
  j: "[0-9]{1,3}",
  a: weekdayPattern,
  H: "2[0-3]|[01]?[0-9]",
  I: "1[0-2]|0?[1-9]",
  p: "am|pm",
  M: "[0-5]?[0-9]",
  S: "60|[0-5]?[0-9]",
  f: "[0-9]{1,9}",
  s: "-?[0-9]{1,12}",
  z: zonePattern,
  Z: "Z|UTC|GMT|UT"
}

/** Other names of these directives, and directives that stand for several. */
const synonyms: Readonly<Record<string, string>> = {
  B: "%b",
  h: "%b",
  A: "%a",
  e: "%d",
  k: "%H",
  l: "%I",
  N: "%f",
  T: "%H:%M:%S",
  R: "%H:%M",
  F: "%Y-%m-%d",
  D: "%m/%d/%y",
  n: " ",
  t: " "
}

/** The directives, for messages. */
const knownDirectives = [...Object.keys(directives), ...Object.keys(synonyms), "%"].map((name) => `%${name}`).join(" ")

/** A layout of strptime(3), compiled. */
export interface Layout {
  readonly text: string
  /**
   * Epoch seconds. NaN if the text does not have this layout, or if it has no zone and `zone` is undefined. Undefined
   * for Go's zero time.
   */
  readonly read: (text: string, zone?: Timezone) => number | undefined
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")

const expand = (layout: string): string =>
  layout.replace(/%(.?)/g, (all, name: string) => (Object.hasOwn(synonyms, name) ? expand(synonyms[name] ?? "") : all))

/** Compiles a layout such as `%d.%m.%Y %H:%M`. Throws an Error of one line. */
export const compileLayout = (text: string): Layout => {
  const seen = new Set<string>()
  const source = expand(text).replace(/%(.?)|(\s+)|([^%\s]+)/gs, (_, name: string | undefined, blank, plain) => {
    if (blank !== undefined) return "\\s+"
    if (plain !== undefined) return escaped(plain)
    if (name === "%") return "%"
    const pattern = Object.hasOwn(directives, name ?? "") ? directives[name ?? ""] : undefined
    if (pattern === undefined) throw new Error(`it has %${name ?? ""}; known are ${knownDirectives}`)
    if (seen.has(name ?? "")) throw new Error(`it has %${name} twice`)
    seen.add(name ?? "")
    return `(?<${name}>${pattern})`
  })
  const has = (...names: ReadonlyArray<string>) => names.some((name) => seen.has(name))
  const isDate = has("Y", "y") && (has("j") || (has("m", "b") && has("d")))
  if (!has("s") && !isDate) throw new Error("it has no date: it needs %Y, %m and %d, or %s")
  if (has("I") !== has("p")) throw new Error("%I and %p need each other; an hour from 0 to 23 is %H")
  const pattern = new RegExp(`^${source}$`, "i")
  return {
    text,
    read: (input, zone) => {
      const groups = pattern.exec(input.trim())?.groups
      if (groups === undefined) return Number.NaN
      const { s, f = "" } = groups
      if (s !== undefined) return f === "" ? Number(s) : Number(`${s}.${f}`)
      const time = civilTime(groups)
      return time === undefined ? Number.NaN : epochSeconds(time, zone)
    }
  }
}

type Groups = Readonly<Record<string, string | undefined>>

const civilTime = ({ Y, y, m, b, d, j, a, H, I, p, M, S, f, z, Z }: Groups): CivilTime | undefined => {
  // POSIX: 69 to 99 are 1969 to 1999
  const year = Y === undefined ? Number(y) + (Number(y) < 69 ? 2000 : 1900) : Number(Y)
  const month = b === undefined ? Number(m) : monthNamed(b)
  const date = j !== undefined ? dayOfYear(year, Number(j)) : { year, month: month ?? 0, day: Number(d) }
  if (date === undefined) return undefined
  const hour = I === undefined ? Number(H ?? 0) : (Number(I) % 12) + (p?.toLowerCase() === "pm" ? 12 : 0)
  const zone = z ?? Z
  return {
    ...date,
    hour,
    minute: Number(M ?? 0),
    second: Number(S ?? 0),
    fraction: f ?? "",
    offset: zone === undefined ? undefined : offsetOf(zone),
    weekday: a === undefined ? undefined : weekdayNamed(a)
  }
}
