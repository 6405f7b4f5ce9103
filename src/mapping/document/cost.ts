import { getHeapStatistics } from "node:v8"

/** Characters. A shorter text costs little, whatever is in it. */
const small = 1_000_000

/** Bits that count distinct keys, one for each hash. They are enough: no heap has room for more than a few million. */
const bits = 1 << 22

/**
 * Bytes that V8 takes for parts of a document, measured with documents of 6 MB that consist of one kind each: `[],[]`,
 * `{},{}`, objects that each have a key of their own (a key that is new makes a hidden class), short strings, and
 * `[[[[`.
 */
const cost = { object: 56, array: 56, item: 8, string: 32, newKey: 150, level: 64 }

/** Room for what the collector has not yet collected, and for buffers that double. */
const slack = 1.6

/** A document would take too much memory. It may still be valid JSON. */
export class TooCostly extends Error {}

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const openingBracket = 0x5b
const backslash = 0x5c
const closingBracket = 0x5d
const openingBrace = 0x7b
const closingBrace = 0x7d

/**
 * How many of a key's last characters are hashed. Keys that differ only in earlier characters count as one: they are so
 * long that a response cannot have many of them.
 */
const hashedCharacters = 32

const hashOf = (text: string, begin: number, end: number): number => {
  let hash = 0
  for (let at = Math.max(begin, end - hashedCharacters); at < end; at++)
    hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return (hash ^ (hash >>> 15)) & (bits - 1)
}

/** The position of the quote that ends the string; the end of the text if there is none. */
const endOfString = (text: string, begin: number): number => {
  for (let end = text.indexOf('"', begin + 1); ; end = text.indexOf('"', end + 1)) {
    if (end < 0) return text.length
    let escapes = end
    while (text.charCodeAt(escapes - 1) === backslash) escapes--
    if ((end - escapes) % 2 === 0) return end
  }
}

const isKey = (text: string, end: number): boolean => {
  let at = end
  while (" \t\n\r".includes(text.charAt(at)) && at < text.length) at++
  return text.charCodeAt(at) === colon
}

/** Roughly the bytes that the values of a JSON text take when it is parsed. Takes linear time. */
export const costOf = (text: string): number => {
  const seen = new Uint32Array(bits >> 5)
  let total = 0
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote: {
        const end = endOfString(text, at)
        if (isKey(text, end + 1)) {
          const key = hashOf(text, at + 1, end)
          const word = seen[key >> 5] ?? 0
          const mask = 1 << (key & 31)
          if ((word & mask) === 0) total += cost.newKey
          seen[key >> 5] = word | mask
        } else if (end - at > 2) total += cost.string
        at = end
        break
      }
      case comma:
        total += cost.item
        break
      case openingBracket:
        total += cost.array + cost.item
        deepest = Math.max(deepest, ++depth)
        break
      case openingBrace:
        total += cost.object + cost.item
        deepest = Math.max(deepest, ++depth)
        break
      case closingBracket:
      case closingBrace:
        depth--
        break
    }
  }
  return slack * (total + deepest * cost.level)
}

/** A third of the heap: the rest is for everything else in poller. */
const limit = () => getHeapStatistics().heap_size_limit / 3

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`

/** Throws TooCostly if the values of a text would take more memory than one response may. */
export const boundCost = (text: string, most = limit): void => {
  if (text.length < small) return
  const bytes = costOf(text)
  const allowed = most()
  if (bytes > allowed)
    throw new TooCostly(
      `the values in the response would take ${megabytes(bytes)} of memory, and one response may take ${megabytes(allowed)}`
    )
}
