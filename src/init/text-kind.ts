import { withDecimalPoint } from "../mapping/value/decimal-comma.ts"
import { readDuration } from "../mapping/value/duration.ts"
import { readNumber } from "../mapping/value/read-number.ts"
import { readTime } from "../mapping/value/time.ts"
import { unitsNamed } from "../mapping/value/unit.ts"

/** The kind of a string in a response. */
export type TextKind =
  /** A number in a string. */
  | { readonly kind: "number"; readonly value: number }
  /** A number with a unit, even one that poller does not know: `28.61 W`, `3 CPS`, `931.5G`. */
  | { readonly kind: "quantity"; readonly unit: string; readonly bases: ReadonlyArray<string> }
  /** A point in time, with or without a zone. `strict`: spelled as in RFC 3339. */
  | { readonly kind: "time"; readonly zoned: boolean; readonly strict: boolean }
  /** A duration; `14:05:33` may also be a time of day. */
  | { readonly kind: "duration"; readonly clock: boolean }
  | { readonly kind: "hex" }
  /** Means that there is no value: "", N/A, unavailable. */
  | { readonly kind: "null" }
  /** One to three plain words, such as a state. */
  | { readonly kind: "word" }
  /** A number with a comma before its fraction: `45,0 °C`. */
  | { readonly kind: "decimal comma" }
  /** A text that differs every time: `Up 3 hours`. */
  | { readonly kind: "changing" }
  /** JSON in a string. */
  | { readonly kind: "json" }
  /** A name, an address or a version: short, and not a sentence. */
  | { readonly kind: "label" }
  | { readonly kind: "prose" }

const nullWords =
  /^(?:|-+|n\/?a|n\.a\.|null|nil|none|nan|-nan|[-+]?inf(?:inity)?|undefined|unknown|unavailable|not ?available|~|not ?supported|no ?data|\?+)$/i

const quantity =
  /^[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(?:\.?[0-9]+)(?:[eE][+-]?[0-9]+)?(\s*)([%‰°A-Za-zµμΩ][\w°µμ³²/%]{0,15})$/
/** Units that poller does not know, but that are never part of a name. */
const plainUnit = /^(?:dB[mi]?|rpm|ppm|ppb|lux|lx|k?VA|k?VAr|k?var|m?Ah)$/
const barePrefix = /^[KMGTPE]i?$/
const strictTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/
const clock = /^\d+:[0-5]\d(?::[0-5]\d(?:\.\d+)?)?$/
const calendarDuration = /^P(?=[0-9]+[YMWD]|T[0-9]+[HMS])[0-9YMWDTHS.,]+$/
const relativeTime =
  /(?:\b\d+ *|\ban? +)(?:ms|secs?|seconds?|mins?|minutes?|hours?|hrs?|days?|weeks?|months?|years?)\b/i

/** UUIDs and hashes, which may begin like a number with a unit. */
const hexName = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]+$|^(?=.*[a-f])(?=.*[0-9])[0-9a-f]{12,64}$/i

/** Assumes UTC, to detect times that lack only a zone. */
const utc = () => 0

const isJson = (text: string): boolean => {
  if (!/^\s*[[{]/.test(text)) return false
  try {
    return typeof JSON.parse(text) === "object"
  } catch {
    return false
  }
}

const isShort = (text: string) =>
  text.length <= 64 && !/[\p{Cc}]|:\/\/|^data:/u.test(text) && text.split(/\s+/).length <= 5 && text.isWellFormed()

/** Longer strings are either JSON or prose. */
const maxLength = 4096

/** Whether a comma is before the fraction. Before three digits it is more likely between thousands, except after 0. */
const hasDecimalComma = (text: string): boolean => {
  if (!/,[0-9]/.test(text) || /^\s*[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?![0-9])/.test(text)) return false
  const pointed = withDecimalPoint(text)
  return pointed !== undefined && (!Number.isNaN(readNumber(pointed)) || quantity.test(pointed.trim()))
}

/** The kind of a string, by its spelling alone. */
export const textKind = (text: string): TextKind => {
  if (text.length > maxLength) return { kind: isJson(text) ? "json" : "prose" }
  if (nullWords.test(text.trim())) return { kind: "null" }
  if (hexName.test(text)) return { kind: "label" }
  const value = readNumber(text)
  // +49 30 and 007 are not numbers: a phone number, an id
  if (Number.isFinite(value) && !/^\s*(?:\+|-?0\d)/.test(text)) return { kind: "number", value }
  if (/^0x[0-9a-f]{1,16}$/i.test(text)) return { kind: "hex" }
  const time = readTime(text)
  if (time === undefined || !Number.isNaN(time)) return { kind: "time", zoned: true, strict: strictTime.test(text) }
  if (!Number.isNaN(readTime(text, utc))) return { kind: "time", zoned: false, strict: false }
  if (/^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(text.trim())) return { kind: "quantity", unit: "", bases: [] }
  if (hasDecimalComma(text)) return { kind: "decimal comma" }
  const [, space, unit] =
    quantity.exec(
      text
        .trim()
        .replace(/ per /, "/")
        .replace(/ ?\/ ?/, "/")
        .replace(/° /, "°")
    ) ?? []
  if (unit !== undefined) {
    const bases = barePrefix.test(unit) ? ["bytes"] : [...new Set(unitsNamed(unit).map(({ base }) => base))]
    if (bases.length === 1 && bases[0] === "seconds") return { kind: "duration", clock: false }
    if (bases.length > 0 || space !== "" || plainUnit.test(unit)) return { kind: "quantity", unit, bases }
  }
  if (!Number.isNaN(readDuration(text))) return { kind: "duration", clock: clock.test(text.trim()) }
  if (calendarDuration.test(text) || clock.test(text) || relativeTime.test(text)) return { kind: "changing" }
  // a number followed by letters is not a name, whatever the letters mean: 11n, 2nd
  if (unit !== undefined && /^[A-Za-z]{1,5}$/.test(unit)) return { kind: "prose" }
  if (/^[A-Za-z][A-Za-z0-9_ -]{0,30}$/.test(text) && text.split(" ").length <= 3) return { kind: "word" }
  if (isJson(text)) return { kind: "json" }
  return { kind: isShort(text) ? "label" : "prose" }
}
