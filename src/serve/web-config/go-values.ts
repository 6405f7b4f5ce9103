import * as Schema from "effect/Schema"

const spellings = (word: string) => [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]

/** The words that Go's YAML library (YAML 1.1) reads as a boolean. */
const booleans: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...["true", "yes", "on", "y"].flatMap(spellings).map((word) => [word, true] as const),
  ...["false", "no", "off", "n"].flatMap(spellings).map((word) => [word, false] as const)
])

/** A boolean as Go's YAML library reads it; undefined if the text is another value. */
export const parseGoBoolean = (text: string): boolean | undefined =>
  Object.hasOwn(booleans, text) ? booleans[text] : undefined

export const GoBoolean = Schema.String.check(
  Schema.makeFilter((text) => parseGoBoolean(text) !== undefined, { expected: "true or false without quotes" })
)

/**
 * A number as Go's YAML library reads it into an integer: a leading 0 means octal, fractions are cut off. Undefined if
 * it is not a number, or does not fit into 64 bits.
 */
export const parseGoInteger = (text: string): number | undefined => {
  const digits = text.replaceAll("_", "")
  const [, sign = "", prefix = "", rest = ""] =
    /^([+-]?)(0[xX]|0[oO]?(?=[0-7])|0[bB])?([0-9a-fA-F]+)$/.exec(digits) ?? []
  const base = prefix === "" ? 10 : /x/i.test(prefix) ? 16 : /b/i.test(prefix) ? 2 : 8
  const isFraction = /^[+-]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][+-]?[0-9]+)?$/.test(digits)
  const magnitude = [...rest].every((digit) => Number.parseInt(digit, 36) < base)
    ? Number.parseInt(rest, base)
    : Number.NaN
  const number =
    Number.isNaN(magnitude) && isFraction ? Math.trunc(Number(digits)) : sign === "-" ? -magnitude : magnitude
  return Math.abs(number) < 2 ** 63 ? number : undefined
}

/** Nanoseconds of Go's units of time. */
const goUnits: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  "\u00b5s": 1e3,
  "\u03bcs": 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9
}
const goDuration = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|[\u00b5\u03bc]s|ms|s|m|h)/

/** Milliseconds of a duration of Go (time.ParseDuration), or of a whole number of nanoseconds. */
export const parseGoDuration = (text: string): number | undefined => {
  const whole = parseGoInteger(text)
  if (whole !== undefined) return whole / 1e6
  let rest = text.replace(/^[+-]/, "")
  let nanoseconds = 0
  while (rest !== "") {
    const [part] = goDuration.exec(rest) ?? []
    if (part === undefined) return undefined
    const [, number = "", unit = ""] = /^([0-9.]+)(.*)$/.exec(part) ?? []
    nanoseconds += Number(number) * (goUnits[unit] ?? 0)
    rest = rest.slice(part.length)
  }
  if (nanoseconds >= 2 ** 63) return undefined
  return (text.startsWith("-") ? -nanoseconds : nanoseconds) / 1e6
}
