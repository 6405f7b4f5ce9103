import type { Json } from "../document/json.ts"
import {
  backslash,
  firstOfFalse,
  firstOfNull,
  firstOfTrue,
  isDigit,
  minus,
  openingBrace,
  openingBracket,
  point,
  quote,
  zero
} from "./json-scanner.ts"

/** Whether a string says something else than its bytes do. */
export const hasEscape = (bytes: Buffer, begin: number, end: number): boolean => {
  for (let at = begin; at < end; at++) if (bytes[at] === backslash) return true
  return false
}

/** The text of the string whose quotes stand at `begin` and before `end`. */
export const textAt = (bytes: Buffer, begin: number, end: number): string =>
  hasEscape(bytes, begin, end)
    ? JSON.parse(bytes.toString("utf8", begin, end))
    : bytes.toString("utf8", begin + 1, end - 1)

/** A double holds every whole number of so many digits, and every power of ten up to that. */
const exact = 15
const powers = Float64Array.from({ length: exact + 1 }, (_, exponent) => 10 ** exponent)

/** As JSON.parse reads it: the quotient of two whole numbers that a double holds is the double that is nearest (IEEE 754). */
export const numberAt = (bytes: Buffer, begin: number, end: number): number => {
  const isNegative = bytes[begin] === minus
  let digits = 0
  let decimals = 0
  let whole = 0
  for (let at = isNegative ? begin + 1 : begin; at < end; at++) {
    const code = bytes[at] ?? 0
    if (isDigit(code)) {
      whole = 10 * whole + code - zero
      digits++
    } else if (code === point) decimals = end - at - 1
    else return Number(bytes.toString("latin1", begin, end))
  }
  if (digits > exact) return Number(bytes.toString("latin1", begin, end))
  const size = whole / (powers[decimals] ?? 1)
  return isNegative ? -size : size
}

/** Whether a number stands there in the very spelling that `String` gives to its value. Says no to some that do. */
export const isShortest = (bytes: Buffer, begin: number, end: number): boolean => {
  if (end - begin > exact) return false
  const isNegative = bytes[begin] === minus
  const first = isNegative ? begin + 1 : begin
  let at = first
  while (at < end && isDigit(bytes[at] ?? 0)) at++
  if (at === first) return false
  if (at === end) return !isNegative || bytes[first] !== zero
  if (bytes[at] !== point || bytes[end - 1] === zero) return false
  const fraction = ++at
  while (at < end && isDigit(bytes[at] ?? 0)) at++
  return at === end && (bytes[first] !== zero || !startsWithZeros(bytes, fraction))
}

/** Below a millionth the spelling has an exponent. */
const startsWithZeros = (bytes: Buffer, at: number): boolean => {
  for (let index = 0; index < 6; index++) if (bytes[at + index] !== zero) return false
  return true
}

/** The value that stands there, which is known to be JSON. */
export const jsonAt = (bytes: Buffer, begin: number, end: number): Json => {
  switch (bytes[begin]) {
    case quote:
      return textAt(bytes, begin, end)
    case firstOfTrue:
      return true
    case firstOfFalse:
      return false
    case firstOfNull:
      return null
    case openingBrace:
    case openingBracket:
      return JSON.parse(bytes.toString("utf8", begin, end))
    default:
      return numberAt(bytes, begin, end)
  }
}
