const digits = /^(?:0[xX])?([0-9a-fA-F]+)$/

/** The hexadecimal digits of a text such as `0x1F` or `1f`; undefined for other text. */
const hexDigits = (text: string): string | undefined => digits.exec(text.trim())?.[1]

/** The number that hexadecimal digits spell; NaN for other text. */
export const readHex = (text: string): number => {
  const found = hexDigits(text)
  // no double has more than 256 hexadecimal digits
  return found === undefined || found.replace(/^0+/, "").length > 256 ? Number.NaN : Number(BigInt(`0x${found}`))
}

/**
 * The IEEE 754 number whose bits are 8 or 16 hexadecimal digits, the first the highest; NaN if there are more or fewer.
 */
export const readHexFloat = (text: string): number => {
  const found = hexDigits(text)
  if (found?.length !== 8 && found?.length !== 16) return Number.NaN
  const bytes = Buffer.from(found, "hex")
  return bytes.length === 4 ? bytes.readFloatBE() : bytes.readDoubleBE()
}

/** Converts an unsigned number of `bits` bits to a signed one (two's complement); NaN for more bits or a fraction. */
export const signed =
  (bits: 16 | 32) =>
  (value: number): number => {
    const size = 2 ** bits
    if (!Number.isInteger(value) || value < -size / 2 || value >= size) return Number.NaN
    return value >= size / 2 ? value - size : value
  }
