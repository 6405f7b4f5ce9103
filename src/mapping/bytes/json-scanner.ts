/*
 * Where the parts of a JSON text (RFC 8259) end, in its bytes, without anything being made of them. Checked to the last rule: whatever JSON.parse
 * refuses is refused here too. That the bytes are UTF-8 is known before.
 */

/** Stands for an end where a text is no JSON. */
export const noJson = -1

export const quote = 0x22
export const comma = 0x2c
export const minus = 0x2d
export const point = 0x2e
export const zero = 0x30
export const colon = 0x3a
export const openingBracket = 0x5b
export const backslash = 0x5c
export const closingBracket = 0x5d
export const openingBrace = 0x7b
export const closingBrace = 0x7d

/** What the words true, false and null begin with. */
export const firstOfTrue = 0x74
export const firstOfFalse = 0x66
export const firstOfNull = 0x6e

export const isDigit = (code: number): boolean => code >= zero && code <= 0x39

/** Where the next byte stands that is no white space. */
export const skipBlank = (bytes: Uint8Array, at: number): number =>
  // most texts have none, and V8 puts what is as short as this wherever it is called
  (bytes[at] ?? 0) > 0x20 ? at : skipBlanks(bytes, at)

const skipBlanks = (bytes: Uint8Array, at: number): number => {
  let next = at
  while (isBlank(bytes[next] ?? 0)) next++
  return next
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

/** 1 where a byte stands for itself within a string. */
const isPlain = Uint8Array.from({ length: 256 }, (_, code) =>
  code >= 0x20 && code !== quote && code !== backslash ? 1 : 0
)
const isEscape = Uint8Array.from({ length: 256 }, (_, code) =>
  '"\\/bfnrt'.includes(String.fromCharCode(code)) ? 1 : 0
)

const isHex = (code: number): boolean => isDigit(code) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66)

/** The end of the string that opens at `at`. */
export const skipString = (bytes: Uint8Array, at: number): number => {
  if (bytes[at] !== quote) return noJson
  let next = at + 1
  let code = bytes[next] ?? 0
  while (isPlain[code] === 1) code = bytes[++next] ?? 0
  return code === quote ? next + 1 : skipEscapes(bytes, next)
}

/** The end of the string in which the byte at `at` is the first that does not stand for itself. */
const skipEscapes = (bytes: Uint8Array, at: number): number => {
  let next = at
  for (;;) {
    const code = bytes[next] ?? 0
    if (isPlain[code] === 1) next++
    else if (code === quote) return next + 1
    else if (code !== backslash) return noJson
    else {
      const escaped = bytes[next + 1] ?? 0
      next += 2
      if (isEscape[escaped] === 1) continue
      if (escaped !== 0x75) return noJson
      for (const end = next + 4; next < end; next++) if (!isHex(bytes[next] ?? 0)) return noJson
    }
  }
}

/** The end of the number that begins at `at`. */
const skipNumber = (bytes: Uint8Array, at: number): number => {
  let next = at
  let code = bytes[next] ?? 0
  if (code === minus) code = bytes[++next] ?? 0
  if (!isDigit(code)) return noJson
  if (code === zero) code = bytes[++next] ?? 0
  else while (isDigit(code)) code = bytes[++next] ?? 0
  if (code === point) {
    code = bytes[++next] ?? 0
    if (!isDigit(code)) return noJson
    while (isDigit(code)) code = bytes[++next] ?? 0
  }
  return (code | 0x20) === 0x65 ? skipExponent(bytes, next + 1) : next
}

const skipExponent = (bytes: Uint8Array, at: number): number => {
  const sign = bytes[at] ?? 0
  const first = sign === minus || sign === 0x2b ? at + 1 : at
  let next = first
  while (isDigit(bytes[next] ?? 0)) next++
  return next === first ? noJson : next
}

const words = ["true", "false", "null"].map((word) => Buffer.from(word))

/** The end of the word that begins at `at`. */
const skipWord = (bytes: Uint8Array, at: number): number => {
  const word = words.find(([first]) => first === bytes[at])
  return word?.every((code, index) => bytes[at + index] === code) ? at + word.length : noJson
}

/** The end of the text, number or word that begins at `at`. */
const skipScalar = (bytes: Uint8Array, at: number): number => {
  const code = bytes[at] ?? 0
  if (code === quote) return skipString(bytes, at)
  return code === minus || isDigit(code) ? skipNumber(bytes, at) : skipWord(bytes, at)
}

/** Where the value of the member begins whose key opens at `at`. */
export const skipKey = (bytes: Uint8Array, at: number): number => {
  const end = skipString(bytes, at)
  return end === noJson ? noJson : skipColon(bytes, end)
}

/** Where the value begins whose key has ended at `at`. */
export const skipColon = (bytes: Uint8Array, at: number): number => {
  const separator = skipBlank(bytes, at)
  return bytes[separator] === colon ? skipBlank(bytes, separator + 1) : noJson
}

/** What closes the containers that are open, the innermost last. It is there once, since a value is skipped as a whole. */
let closings = new Uint8Array(64)

const deeper = (): void => {
  const more = new Uint8Array(2 * closings.length)
  more.set(closings)
  closings = more
}

/** The end of the value that begins at `at`. */
export const skipValue = (bytes: Uint8Array, at: number): number => {
  const code = bytes[at]
  return code === openingBrace || code === openingBracket ? skipContainer(bytes, at) : skipScalar(bytes, at)
}

/** Without recursion: it may be nested deeper than the stack. */
const skipContainer = (bytes: Uint8Array, at: number): number => {
  let next = at
  let depth = 0
  let isKey = false
  for (;;) {
    const code = bytes[next] ?? 0
    if (code <= 0x20) {
      const first = skipBlank(bytes, next)
      if (first === next) return noJson
      next = first
      continue
    }
    if (code === quote) {
      next = skipString(bytes, next)
      if (next === noJson) return noJson
      if (isKey) {
        if (bytes[next] !== colon) next = skipBlank(bytes, next)
        if (bytes[next] !== colon) return noJson
        next++
        isKey = false
        continue
      }
    } else if (isKey) return noJson
    else if (code === openingBrace || code === openingBracket) {
      const closing = code === openingBrace ? closingBrace : closingBracket
      next = skipBlank(bytes, next + 1)
      if (bytes[next] !== closing) {
        if (depth === closings.length) deeper()
        closings[depth++] = closing
        isKey = closing === closingBrace
        continue
      }
      next++
    } else {
      next = code === minus || isDigit(code) ? skipNumber(bytes, next) : skipWord(bytes, next)
      if (next === noJson) return noJson
    }
    // a value has ended, and with it whatever closes here
    for (;;) {
      if (depth === 0) return next
      let after = bytes[next] ?? 0
      if (after <= 0x20) {
        next = skipBlank(bytes, next)
        after = bytes[next] ?? 0
      }
      next++
      if (after === comma) break
      if (after !== closings[--depth]) return noJson
    }
    isKey = closings[depth - 1] === closingBrace
  }
}
