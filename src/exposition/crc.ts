/** The polynomial of CRC-32, lowest power in the highest bit, as all numbers here (RFC 1952, section 8). */
const polynomial = 0xedb88320

/** The product of two polynomials modulo that of CRC-32. */
const multiply = (left: number, right: number): number => {
  let product = 0
  let factor = right
  for (let bit = 31; bit >= 0; bit--) {
    if ((left >>> bit) & 1) product ^= factor
    factor = factor & 1 ? (factor >>> 1) ^ polynomial : factor >>> 1
  }
  return product >>> 0
}

const one = 0x80000000

/** `x` to the powers 8, 16, 32, …: what 1, 2, 4, … further bytes do to a CRC. */
const bytePowers: Array<number> = []
for (let power = 0x00800000; bytePowers.length < 48; power = multiply(power, power)) bytePowers.push(power)

/** What `length` further bytes do to a CRC. */
export const shiftOf = (length: number): number => {
  let shift = one
  let rest = length
  for (let index = 0; rest > 0; index++, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shift = multiply(bytePowers[index] ?? one, shift)
  }
  return shift
}

/**
 * The CRC-32 of two pieces of text in a row from that of each, without a look at either; `shift` is that of the second's length in
 * bytes. It is arithmetic modulo a polynomial, as `crc32_combine` of zlib has it, which Node does not offer.
 */
export const combineCrc = (first: number, second: number, shift: number): number =>
  (multiply(shift, first) ^ second) >>> 0
