/** A linear conversion with exact coefficients: `(multiply * x + add) / divide`. `divide` is positive. */
export interface Conversion {
  readonly multiply: bigint
  readonly add: bigint
  readonly divide: bigint
}

const decimal = /^([+-]?)([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]+))?$/

/** Larger powers of ten than this are out of the range of doubles, and would only cost memory. */
const maxMagnitude = 2000

/** Longer texts are read as doubles first: exact arithmetic on a hostile number of a million digits takes too long. */
const maxLength = 1000

/** A decimal number as `digits * 10 ** exponent`; undefined for other text. */
const parseDecimal = (text: string): { readonly digits: bigint; readonly exponent: number } | undefined => {
  const [, sign, whole = "", fraction = "", power = "0"] = decimal.exec(text) ?? []
  if (sign === undefined || whole + fraction === "") return undefined
  const exponent = Number(power) - fraction.length
  const digits = BigInt(whole + fraction)
  return { digits: sign === "-" ? -digits : digits, exponent: digits === 0n ? 0 : exponent }
}

const powerOfTen = (exponent: number): bigint => 10n ** BigInt(exponent)

/** A factor such as `0.001`, `1e-9` or `5/9`, exactly. Throws for other text. */
export const factorOf = (text: string): Conversion => {
  const [above = "", below = "1"] = text.split("/")
  const [numerator, denominator] = [parseDecimal(above), parseDecimal(below)]
  if (numerator === undefined || denominator === undefined || denominator.digits <= 0n)
    throw new Error(`no factor: ${text}`)
  const exponent = numerator.exponent - denominator.exponent
  return reduced({
    multiply: numerator.digits * powerOfTen(Math.max(0, exponent)),
    add: 0n,
    divide: denominator.digits * powerOfTen(Math.max(0, -exponent))
  })
}

const gcd = (a: bigint, b: bigint): bigint => {
  let [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b]
  while (y !== 0n) [x, y] = [y, x % y]
  return x
}

const reduced = ({ multiply, add, divide }: Conversion): Conversion => {
  const common = gcd(gcd(multiply, add), divide)
  return { multiply: multiply / common, add: add / common, divide: divide / common }
}

/** The conversion that does `first`, then `second`. */
export const compose = (first: Conversion, second: Conversion): Conversion =>
  reduced({
    multiply: first.multiply * second.multiply,
    add: first.add * second.multiply + second.add * first.divide,
    divide: first.divide * second.divide
  })

/** The conversion with `offset` added to its result. */
export const withOffset = (conversion: Conversion, offset: string): Conversion =>
  compose(conversion, {
    multiply: factorOf(offset).divide,
    add: factorOf(offset).multiply,
    divide: factorOf(offset).divide
  })

const isIdentity = ({ multiply, add, divide }: Conversion): boolean => multiply === divide && add === 0n

/** The double nearest to `numerator / denominator`, ties to even (IEEE 754). */
const nearest = (numerator: bigint, denominator: bigint): number => {
  const negative = numerator < 0n
  const above = negative ? -numerator : numerator
  if (above === 0n) return 0
  // a quotient of 53 bits, or as many as a subnormal number has
  const bits = bitLength(above) - bitLength(denominator)
  let shift = Math.min(53 - bits, 1074)
  let [quotient, rest, divisor] = divided(above, denominator, shift)
  if (quotient >= 1n << 53n) {
    shift--
    ;[quotient, rest, divisor] = divided(above, denominator, shift)
  }
  const twice = rest * 2n
  if (twice > divisor || (twice === divisor && quotient % 2n === 1n)) quotient++
  // in two steps, since 2 ** -shift alone may be out of range
  const half = Math.trunc(shift / 2)
  const result = Number(quotient) * 2 ** -half * 2 ** (half - shift)
  return negative ? -result : result
}

const bitLength = (value: bigint): number => value.toString(2).length

const divided = (above: bigint, below: bigint, shift: number): [quotient: bigint, rest: bigint, divisor: bigint] => {
  const [numerator, divisor] = shift >= 0 ? [above << BigInt(shift), below] : [above, below << BigInt(-shift)]
  return [numerator / divisor, numerator % divisor, divisor]
}

/** The result for a decimal text, rounded once; NaN for other text. */
export const convertText = ({ multiply, add, divide }: Conversion, text: string): number => {
  if (text.length > maxLength) return compileConversion({ multiply, add, divide })(Number(text))
  const parsed = parseDecimal(text)
  if (parsed === undefined) return Number.NaN
  const { digits, exponent } = parsed
  if (exponent > maxMagnitude) return digits < 0n ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (exponent < -maxLength - maxMagnitude) return nearest(add, divide)
  const [up, down] = [powerOfTen(Math.max(0, exponent)), powerOfTen(Math.max(0, -exponent))]
  return nearest(digits * up * multiply + add * down, divide * down)
}

/** The sum of converted decimal texts, rounded once; NaN if one of them is not a decimal number. */
export const sumTexts = (parts: ReadonlyArray<readonly [text: string, conversion: Conversion]>): number => {
  let [above, below] = [0n, 1n]
  for (const [text, { multiply, add, divide }] of parts) {
    const parsed = text.length > maxLength ? undefined : parseDecimal(text)
    if (parsed === undefined || Math.abs(parsed.exponent) > maxMagnitude) return Number.NaN
    const [up, down] = [powerOfTen(Math.max(0, parsed.exponent)), powerOfTen(Math.max(0, -parsed.exponent))]
    const [numerator, denominator] = [parsed.digits * up * multiply + add * down, divide * down]
    above = above * denominator + numerator * below
    below *= denominator
  }
  return nearest(above, below)
}

/** Integers below this have at most 15 digits. Of decimals with more digits, several may round to the same double. */
const maxDigits = 1e15
const powers = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9]

/**
 * A conversion for numbers, compiled. The result is that of decimal arithmetic with the shortest spelling of the
 * number, rounded once.
 *
 * The fast path is exact: up to 15 digits, `digits / power` is the only decimal of that length that rounds to the
 * number, so it is its shortest spelling; with coefficients below 2^53 the dividend and the divisor are integers that
 * doubles hold, and IEEE 754 rounds their quotient once.
 */
export const compileConversion = (conversion: Conversion): ((value: number) => number) => {
  const { multiply, add, divide } = conversion
  if (isIdentity(conversion)) return (value) => value
  const limit = BigInt(Number.MAX_SAFE_INTEGER)
  const small = [multiply, add, divide].every((part) => part >= -limit && part <= limit)
  if (!small) return (value) => (Number.isFinite(value) ? convertText(conversion, String(value)) : value)
  const [factor, offset, divisor] = [Number(multiply), Number(add), Number(divide)]
  return (value) => {
    if (!Number.isFinite(value)) return value
    for (const power of powers) {
      const digits = Math.round(value * power)
      if (digits > maxDigits || digits < -maxDigits) break
      if (digits / power !== value) continue
      const product = digits * factor
      const shift = offset * power
      const dividend = product + shift
      const below = divisor * power
      if (isExact(product) && isExact(shift) && isExact(dividend) && below <= Number.MAX_SAFE_INTEGER)
        return dividend / below
      break
    }
    return convertText(conversion, String(value))
  }
}

const isExact = (value: number): boolean => value <= Number.MAX_SAFE_INTEGER && value >= -Number.MAX_SAFE_INTEGER
