import type { Labels } from "../transform/sample.ts"
import { type Growing, growing, put, reserve } from "./bytes.ts"
import { escapeLabelValue } from "./escape.ts"

/**
 * Sets of labels as they stand in a sample line, `{name="value",…} ` or only a blank: each once, one behind the other, with a number from 0
 * on. A hash table finds them, which is the bytes' own and not a Map of texts, since to make those takes longer than all the rest.
 */
export interface LabelTexts extends Growing {
  count: number
  /** By number: where the text ends. */
  ends: Int32Array
  /** By number: the text's hash. */
  hashes: Int32Array
  /** Open addressing: where a hash leads, and in the places behind it, the number of a text and 1; 0 where there is none. */
  table: Int32Array
  /** Where hashes begin: another one for each answer, so that nobody can tell which labels meet. */
  seed: number
  /** Once the table is crowded, as when somebody chose the labels so: the numbers by text. */
  numbers: Map<string, number> | undefined
}

const anySeed = () => Math.trunc(Math.random() * 2 ** 32)

export const labelTexts = (): LabelTexts => ({
  ...growing(2048),
  count: 0,
  ends: new Int32Array(16),
  hashes: new Int32Array(16),
  table: new Int32Array(32),
  seed: anySeed(),
  numbers: undefined
})

export const beginOf = ({ ends }: LabelTexts, number: number): number => (number === 0 ? 0 : (ends[number - 1] ?? 0))
export const endOf = ({ ends }: LabelTexts, number: number): number => ends[number] ?? 0

/** The number of a set of labels. */
export const numberOf = (texts: LabelTexts, labels: Labels): number => {
  const begin = texts.size
  spell(texts, labels)
  const { size: end, count } = texts
  const number = find(texts, hash(texts, begin, end), begin, end)
  if (number < count) texts.size = begin
  return number
}

/** Forgets all texts, in a time that depends on how many they are and not on how many there once were. */
export const clear = (texts: LabelTexts): void => {
  const { table, count, numbers } = texts
  if (numbers !== undefined || 8 * count > table.length) table.fill(0)
  else for (let number = 0; number < count; number++) table[placeOf(texts, number)] = 0
  texts.size = 0
  texts.count = 0
  texts.seed = anySeed()
  texts.numbers = undefined
}

const spell = (texts: LabelTexts, labels: Labels): void => {
  let separator = "{"
  for (const [name, value] of labels) {
    reserve(texts, name.length + 3)
    put(texts, separator)
    put(texts, name)
    put(texts, '="')
    spellValue(texts, value)
    reserve(texts, 1)
    put(texts, '"')
    separator = ","
  }
  reserve(texts, 2)
  put(texts, labels.length === 0 ? " " : "} ")
}

const lineFeed = 10
const quote = 34
const backslash = 92
const encoder = new TextEncoder()

/** Most values are short and plain, and such are written fastest by hand; half a surrogate pair becomes U+FFFD. */
const spellValue = (texts: LabelTexts, value: string): void => {
  reserve(texts, value.length)
  const { bytes, size } = texts
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index)
    if (code >= 128 || code === quote || code === backslash || code === lineFeed) {
      const escaped = escapeLabelValue(value)
      reserve(texts, 3 * escaped.length)
      texts.size += encoder.encodeInto(escaped, texts.bytes.subarray(size)).written
      return
    }
    bytes[size + index] = code
  }
  texts.size = size + value.length
}

export const hash = ({ bytes, view, seed }: LabelTexts, begin: number, end: number): number => {
  let hash = seed
  let at = begin
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at), 0x5bd1e995)
    hash ^= hash >>> 15
  }
  for (; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x5bd1e995)
  return hash ^ (hash >>> 13)
}

/** So many places are looked at before a table counts as crowded: with half of them taken, that comes by design alone. */
const near = 256

/** The number of the text that lies at the end; if there was no such text before, it is noted. */
const find = (texts: LabelTexts, hash: number, begin: number, end: number): number => {
  if (texts.numbers !== undefined) return findByText(texts, texts.numbers, begin, end)
  const { table, hashes } = texts
  const mask = table.length - 1
  for (let place = hash & mask, looks = 0; looks < near; place = (place + 1) & mask, looks++) {
    const number = (table[place] ?? 0) - 1
    if (number < 0) {
      table[place] = texts.count + 1
      const next = note(texts, hash, end)
      if (2 * texts.count > table.length) enlarge(texts)
      return next
    }
    if (hashes[number] === hash && isSame(texts, number, begin, end)) return number
  }
  texts.numbers = new Map()
  for (let number = 0; number < texts.count; number++) {
    texts.numbers.set(textOf(texts, beginOf(texts, number), endOf(texts, number)), number)
  }
  return findByText(texts, texts.numbers, begin, end)
}

/** Gives the next number to a text. */
const note = (texts: LabelTexts, hash: number, end: number): number => {
  const number = texts.count++
  if (number === texts.ends.length) {
    texts.ends = doubled(texts.ends)
    texts.hashes = doubled(texts.hashes)
  }
  texts.ends[number] = end
  texts.hashes[number] = hash
  return number
}

const enlarge = (texts: LabelTexts): void => {
  texts.table = new Int32Array(2 * texts.table.length)
  for (let number = 0; number < texts.count; number++) texts.table[placeOf(texts, number, 0)] = number + 1
}

const doubled = (from: Int32Array): Int32Array => {
  const larger = new Int32Array(2 * from.length)
  larger.set(from)
  return larger
}

/** Where the number of a text stands in the table, or the first place for it where `what` stands. */
const placeOf = ({ table, hashes }: LabelTexts, number: number, what = number + 1): number => {
  const mask = table.length - 1
  let place = (hashes[number] ?? 0) & mask
  while (table[place] !== what) place = (place + 1) & mask
  return place
}

const isSame = (texts: LabelTexts, number: number, begin: number, end: number): boolean => {
  const { bytes } = texts
  const other = beginOf(texts, number)
  if (endOf(texts, number) - other !== end - begin) return false
  for (let index = 0; index < end - begin; index++) if (bytes[other + index] !== bytes[begin + index]) return false
  return true
}

const textOf = ({ bytes }: Growing, begin: number, end: number): string =>
  Buffer.from(bytes.buffer, begin, end - begin).toString()

const findByText = (texts: LabelTexts, numbers: Map<string, number>, begin: number, end: number): number => {
  const text = textOf(texts, begin, end)
  const number = numbers.get(text)
  if (number !== undefined) return number
  numbers.set(text, texts.count)
  return note(texts, 0, end)
}
