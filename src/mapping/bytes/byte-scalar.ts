import type { Json } from "../document/json.ts"
import {
  backslash,
  isDigit,
  leftBrace,
  leftBracket,
  letterF,
  letterN,
  letterT,
  minus,
  point,
  quote,
  zero
} from "./json-scanner.ts"

/** Whether a string contains an escape. */
export const hasEscape = (bytes: Buffer, begin: number, end: number): boolean => {
  for (let at = begin; at < end; at++) if (bytes[at] === backslash) return true
  return false
}

/** The content of the string from its first quote at `begin` to `end`, after its last. */
export const textAt = (bytes: Buffer, begin: number, end: number): string =>
  hasEscape(bytes, begin, end)
    ? JSON.parse(bytes.toString("utf8", begin, end))
    : bytes.toString("utf8", begin + 1, end - 1)

/** A double holds every integer of 15 digits and every power of ten up to 10^15. */
const exactDigits = 15
const powers = Float64Array.from({ length: exactDigits + 1 }, (_, exponent) => 10 ** exponent)

/** The number as JSON.parse reads it: IEEE 754 rounds the quotient of two exact integers correctly. */
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
  if (digits > exactDigits) return Number(bytes.toString("latin1", begin, end))
  const size = whole / (powers[decimals] ?? 1)
  return isNegative ? -size : size
}

/** Whether the bytes are a number as `String` spells it. May return false for such a number, never true for others. */
export const isShortestSpelling = (bytes: Buffer, begin: number, end: number): boolean => {
  if (end - begin > exactDigits) return false
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

/** `String` writes numbers below a millionth with an exponent. */
const startsWithZeros = (bytes: Buffer, at: number): boolean => {
  for (let index = 0; index < 6; index++) if (bytes[at + index] !== zero) return false
  return true
}

/** The value of bytes that are known to be JSON. */
export const jsonAt = (bytes: Buffer, begin: number, end: number): Json => {
  switch (bytes[begin]) {
    case quote:
      return textAt(bytes, begin, end)
    case letterT:
      return true
    case letterF:
      return false
    case letterN:
      return null
    case leftBrace:
    case leftBracket:
      return JSON.parse(bytes.toString("utf8", begin, end))
    default:
      return numberAt(bytes, begin, end)
  }
}
