import type { Labels, LabelValues } from "../mapping/sample.ts"
import { copyPlace, type Growing, growing, put, reserve } from "./bytes.ts"
import { escapeLabelValue } from "./escape.ts"

/**
 * Sets of labels as they stand in a sample line, `{name="value",…} ` or only a blank: each once, one behind the other, with a number from 0
 * on. A hash table finds them, which is the bytes' own and not a Map of texts, since to make those takes longer than all the rest.
 */
export interface LabelTexts extends Growing {
  count: number
  /** By number: where the text ends. */
  ends: Int32Array
  /** Each text is greater than the one before, as where rows are sorted, so that it is none of those before: nothing is hashed yet. */
  inOrder: boolean
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
  inOrder: true,
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
  for (const [name, value] of labels) {
    spellName(texts, begin, name)
    spellValue(texts, value)
  }
  return finish(texts, begin)
}

/** The same, of values that stand in the bytes. */
export const numberOfPlaces = (
  texts: LabelTexts,
  { names, begins, ends, texts: values }: LabelValues,
  bytes: Buffer
) => {
  const begin = texts.size
  for (let index = 0; index < names.length; index++) {
    const from = begins[index] ?? -1
    const to = ends[index] ?? 0
    const value = values[index] ?? ""
    if (from < 0 ? value === "" : from === to) continue
    spellName(texts, begin, names[index] ?? "")
    if (from < 0) spellValue(texts, value)
    else {
      reserve(texts, to - from)
      copyPlace(texts, bytes, from, to)
    }
  }
  return finish(texts, begin)
}

/** The number of the text that was spelled from `begin` on. */
const finish = (texts: LabelTexts, begin: number): number => {
  reserve(texts, 3)
  put(texts, texts.size === begin ? " " : '"} ')
  const { count } = texts
  const number = texts.inOrder ? next(texts, begin) : lookUp(texts, begin)
  if (number < count) texts.size = begin
  return number
}

const lookUp = (texts: LabelTexts, begin: number): number =>
  find(texts, hash(texts, begin, texts.size), begin, texts.size)

/** As long as there is an order: the number of a text that is greater than the last one, or the same. */
const next = (texts: LabelTexts, begin: number): number => {
  const last = texts.count - 1
  const order = last < 0 ? 1 : compare(texts, begin, texts.size, beginOf(texts, last), endOf(texts, last))
  if (order > 0) return note(texts, 0, texts.size)
  if (order === 0) return last
  texts.inOrder = false
  for (let number = 0; number < texts.count; number++) {
    texts.hashes[number] = hash(texts, beginOf(texts, number), endOf(texts, number))
  }
  while (2 * texts.count > texts.table.length) texts.table = new Int32Array(2 * texts.table.length)
  fillTable(texts)
  return lookUp(texts, begin)
}

/** Below 0, 0 or above it, as one text comes before the other in the order of their bytes, is the same, or comes after it. */
const compare = (
  { bytes, view }: Growing,
  begin: number,
  end: number,
  otherBegin: number,
  otherEnd: number
): number => {
  const shared = Math.min(end - begin, otherEnd - otherBegin)
  let at = 0
  while (at + 4 <= shared && view.getUint32(begin + at) === view.getUint32(otherBegin + at)) at += 4
  for (; at < shared; at++) {
    const difference = (bytes[begin + at] ?? 0) - (bytes[otherBegin + at] ?? 0)
    if (difference !== 0) return difference
  }
  return end - begin - (otherEnd - otherBegin)
}

/** Forgets all texts, in a time that depends on how many they are and not on how many there once were. */
export const clear = (texts: LabelTexts): void => {
  const { table, count, inOrder, numbers } = texts
  if (numbers !== undefined || (!inOrder && 8 * count > table.length)) table.fill(0)
  else if (!inOrder) for (let number = 0; number < count; number++) table[placeOf(texts, number)] = 0
  texts.size = 0
  texts.count = 0
  texts.inOrder = true
  texts.seed = anySeed()
  texts.numbers = undefined
}

/** The name with what stands around it, in a text that has begun at `begin`. */
const spellName = (texts: LabelTexts, begin: number, name: string): void => {
  reserve(texts, name.length + 4)
  const { bytes } = texts
  let { size } = texts
  if (size === begin) bytes[size++] = openingBrace
  else {
    bytes[size++] = quote
    bytes[size++] = comma
  }
  for (let index = 0; index < name.length; index++) bytes[size++] = name.charCodeAt(index)
  bytes[size++] = equals
  bytes[size++] = quote
  texts.size = size
}

const lineFeed = 10
const quote = 34
const comma = 44
const equals = 61
const openingBrace = 123
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
  fillTable(texts)
}

const fillTable = (texts: LabelTexts): void => {
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
