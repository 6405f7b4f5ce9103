/*
 * Finds where the values of a JSON text (RFC 8259) end, in its bytes, without building them. It rejects exactly what
 * JSON.parse rejects. The caller has checked that the bytes are UTF-8.
 */

/** Returned in place of an offset if the text is not JSON. */
export const invalid = -1

export const quote = 0x22
export const comma = 0x2c
export const minus = 0x2d
export const point = 0x2e
export const zero = 0x30
export const colon = 0x3a
export const leftBracket = 0x5b
export const backslash = 0x5c
export const rightBracket = 0x5d
export const leftBrace = 0x7b
export const rightBrace = 0x7d

/** First letters of true, false and null. */
export const letterT = 0x74
export const letterF = 0x66
export const letterN = 0x6e

export const isDigit = (code: number): boolean => code >= zero && code <= 0x39

/** The offset of the next byte that is not white space. */
export const skipWhitespace = (bytes: Uint8Array, at: number): number =>
  // most texts have none, and V8 inlines a function as short as this
  (bytes[at] ?? 0) > 0x20 ? at : skipRunOfWhitespace(bytes, at)

const skipRunOfWhitespace = (bytes: Uint8Array, at: number): number => {
  let next = at
  while (isWhitespace(bytes[next] ?? 0)) next++
  return next
}

const isWhitespace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

/** 1 for a byte that is not special inside a string. */
const isPlain = Uint8Array.from({ length: 256 }, (_, code) =>
  code >= 0x20 && code !== quote && code !== backslash ? 1 : 0
)
const isEscape = Uint8Array.from({ length: 256 }, (_, code) =>
  '"\\/bfnrt'.includes(String.fromCharCode(code)) ? 1 : 0
)

const isHex = (code: number): boolean => isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66)

/** The end of the string whose quote is at `at`. */
export const skipString = (bytes: Uint8Array, at: number): number => {
  if (bytes[at] !== quote) return invalid
  let next = at + 1
  let code = bytes[next] ?? 0
  while (isPlain[code] === 1) code = bytes[++next] ?? 0
  return code === quote ? next + 1 : skipEscapes(bytes, next)
}

/** The same, from the first byte in the string that is special. */
const skipEscapes = (bytes: Uint8Array, at: number): number => {
  let next = at
  for (;;) {
    const code = bytes[next] ?? 0
    if (isPlain[code] === 1) next++
    else if (code === quote) return next + 1
    else if (code !== backslash) return invalid
    else {
      const escaped = bytes[next + 1] ?? 0
      next += 2
      if (isEscape[escaped] === 1) continue
      if (escaped !== 0x75) return invalid
      for (const end = next + 4; next < end; next++) if (!isHex(bytes[next] ?? 0)) return invalid
    }
  }
}

/** The end of the number that begins at `at`. */
const skipNumber = (bytes: Uint8Array, at: number): number => {
  let next = at
  let code = bytes[next] ?? 0
  if (code === minus) code = bytes[++next] ?? 0
  if (!isDigit(code)) return invalid
  if (code === zero) code = bytes[++next] ?? 0
  else while (isDigit(code)) code = bytes[++next] ?? 0
  if (code === point) {
    code = bytes[++next] ?? 0
    if (!isDigit(code)) return invalid
    while (isDigit(code)) code = bytes[++next] ?? 0
  }
  return (code | 0x20) === 0x65 ? skipExponent(bytes, next + 1) : next
}

const skipExponent = (bytes: Uint8Array, at: number): number => {
  const sign = bytes[at] ?? 0
  const first = sign === minus || sign === 0x2b ? at + 1 : at
  let next = first
  while (isDigit(bytes[next] ?? 0)) next++
  return next === first ? invalid : next
}

const literals = ["true", "false", "null"].map((text) => Buffer.from(text))

/** The end of the true, false or null that begins at `at`. */
const skipLiteral = (bytes: Uint8Array, at: number): number => {
  const literal = literals.find(([first]) => first === bytes[at])
  return literal?.every((code, index) => bytes[at + index] === code) ? at + literal.length : invalid
}

/** The end of the string, number or literal that begins at `at`. */
const skipScalar = (bytes: Uint8Array, at: number): number => {
  const code = bytes[at] ?? 0
  if (code === quote) return skipString(bytes, at)
  return code === minus || isDigit(code) ? skipNumber(bytes, at) : skipLiteral(bytes, at)
}

/** The start of the value whose key begins at `at`. */
export const skipKey = (bytes: Uint8Array, at: number): number => {
  const end = skipString(bytes, at)
  return end === invalid ? invalid : skipColon(bytes, end)
}

/** The start of the value whose key ends at `at`. */
export const skipColon = (bytes: Uint8Array, at: number): number => {
  const separator = skipWhitespace(bytes, at)
  return bytes[separator] === colon ? skipWhitespace(bytes, separator + 1) : invalid
}

/** The closing brackets of the open containers, innermost last. All calls share it, since they never overlap. */
let closers = new Uint8Array(64)

const growClosers = (): void => {
  const more = new Uint8Array(2 * closers.length)
  more.set(closers)
  closers = more
}

/** The end of the value that begins at `at`. */
export const skipValue = (bytes: Uint8Array, at: number): number => {
  const code = bytes[at]
  return code === leftBrace || code === leftBracket ? skipContainer(bytes, at) : skipScalar(bytes, at)
}

/** Without recursion, because a document may be nested deeper than the stack. */
const skipContainer = (bytes: Uint8Array, at: number): number => {
  let next = at
  let depth = 0
  let isKey = false
  for (;;) {
    const code = bytes[next] ?? 0
    if (code <= 0x20) {
      const first = skipWhitespace(bytes, next)
      if (first === next) return invalid
      next = first
      continue
    }
    if (code === quote) {
      next = skipString(bytes, next)
      if (next === invalid) return invalid
      if (isKey) {
        if (bytes[next] !== colon) next = skipWhitespace(bytes, next)
        if (bytes[next] !== colon) return invalid
        next++
        isKey = false
        continue
      }
    } else if (isKey) return invalid
    else if (code === leftBrace || code === leftBracket) {
      const closing = code === leftBrace ? rightBrace : rightBracket
      next = skipWhitespace(bytes, next + 1)
      if (bytes[next] !== closing) {
        if (depth === closers.length) growClosers()
        closers[depth++] = closing
        isKey = closing === rightBrace
        continue
      }
      next++
    } else {
      next = code === minus || isDigit(code) ? skipNumber(bytes, next) : skipLiteral(bytes, next)
      if (next === invalid) return invalid
    }
    // a value has ended: close all containers that end after it
    for (;;) {
      if (depth === 0) return next
      let after = bytes[next] ?? 0
      if (after <= 0x20) {
        next = skipWhitespace(bytes, next)
        after = bytes[next] ?? 0
      }
      next++
      if (after === comma) break
      if (after !== closers[--depth]) return invalid
    }
    isKey = closers[depth - 1] === rightBrace
  }
}
