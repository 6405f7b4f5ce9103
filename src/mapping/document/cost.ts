import { getHeapStatistics } from "node:v8"

/** A text that is shorter costs little, whatever is in it. */
const small = 1_000_000

/** Bits that count distinct keys; some millions are more than any heap allows. */
const bits = 1 << 22

/**
 * Bytes that V8 takes for parts of a document, measured with documents of 6 MB that consist of one kind each: `[],[]`,
 * `{},{}`, objects that each have a key of their own (a key that is new makes a hidden class), short strings, and
 * `[[[[`.
 */
const cost = { object: 56, array: 56, item: 8, string: 32, newKey: 150, level: 64 }

/** Room for what the collector has not yet collected, and for buffers that double. */
const slack = 1.6

/** A document that would take too much memory. It is no fault of its syntax. */
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
 * Characters of a key that tell it from others: one that differs before them is so long that its bytes cost more than
 * it does.
 */
const told = 32

const hashOf = (text: string, begin: number, end: number): number => {
  let hash = 0
  for (let at = Math.max(begin, end - told); at < end; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0
  return (hash ^ (hash >>> 15)) & (bits - 1)
}

/** Where the string that begins at a quote ends: at its other quote, or at the end of the text. */
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

/** Bytes that the values of a JSON text take once it is parsed, roughly. Linear. */
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

/** A third of the heap: the rest is for what poller holds beside it. */
const limit = () => getHeapStatistics().heap_size_limit / 3

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6)} MB`

/** Throws TooCostly at a text whose values would take more memory than one response may. */
export const boundCost = (text: string, most = limit): void => {
  if (text.length < small) return
  const bytes = costOf(text)
  const allowed = most()
  if (bytes > allowed)
    throw new TooCostly(
      `the values in the response would take ${megabytes(bytes)} of memory, and one response may take ${megabytes(allowed)}`
    )
}
