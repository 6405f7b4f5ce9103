/**
 * A value in both formats: the fewest digits that read back as the same double, as in `3`, `1.5` and `1e+21`. Go spells
 * infinity differently from JavaScript; samples of responses are finite.
 */
export const spell = (value: number): string => {
  if (Number.isFinite(value)) return String(value)
  if (Number.isNaN(value)) return "NaN"
  return value > 0 ? "+Inf" : "-Inf"
}

/** Length of the longest number in bytes: `-0.0000010000000000000002`. */
export const longestNumber = 25

const zero = 48
const minus = 45
const point = 46

/** Writes a number as `spell` does. Returns where it ends. */
export const putNumber = (bytes: Uint8Array, at: number, value: number): number => {
  const size = Math.abs(value)
  // a double holds `digits` and `power` exactly, so their quotient is what a parser reads from this decimal
  for (let decimals = 0, power = 1; decimals <= 6; decimals++, power *= 10) {
    const digits = Math.round(size * power)
    if (digits > 999_999_999) break
    if (digits / power !== size) continue
    let next = at
    if (value < 0) bytes[next++] = minus
    const whole = Math.trunc(digits / power)
    next = putDigits(bytes, next, whole, countDigits(whole))
    if (decimals === 0) return next
    bytes[next++] = point
    return putDigits(bytes, next, digits - whole * power, decimals)
  }
  const text = spell(value)
  for (let index = 0; index < text.length; index++) bytes[at + index] = text.charCodeAt(index)
  return at + text.length
}

const countDigits = (value: number): number => {
  let count = 1
  for (let power = 10; power <= value; power *= 10) count++
  return count
}

/** Writes a whole number under 2^31 with this many digits, padded with zeros. */
const putDigits = (bytes: Uint8Array, at: number, value: number, count: number): number => {
  let left = value | 0
  for (let index = at + count - 1; index >= at; index--) {
    const tenth = (left / 10) | 0
    bytes[index] = zero + left - tenth * 10
    left = tenth
  }
  return at + count
}
