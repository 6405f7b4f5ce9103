import type { Labels, LabelValues } from "../mapping/sample.ts"
import { appendAscii, appendBytes, type ByteBuffer, makeBuffer, reserve } from "./buffer.ts"
import { escapeLabelValue } from "./format.ts"

/**
 * Label sets as they stand in sample lines, `{name="value",...} ` or a space, one after the other in one buffer. Each
 * has an id, counted from 0. The hash table works on the bytes: making strings for a Map would take longer than all
 * other work.
 */
export interface LabelSets extends ByteBuffer {
  count: number
  /** By id: the end of its bytes. */
  ends: Int32Array
  /** Each set is greater than the one before, as in sorted rows. Then no set is a duplicate, and nothing is hashed. */
  inOrder: boolean
  /** By id: the hash of its bytes. */
  hashes: Int32Array
  /** Open addressing: id + 1 in the slot of the hash or in one after it; 0 if the slot is empty. */
  table: Int32Array
  /** Start value of the hashes. Random for each response, so that an upstream cannot choose labels that collide. */
  seed: number
  /** Ids by text. Used when the table has long runs, as with labels that collide on purpose. */
  ids: Map<string, number> | undefined
}

const anySeed = () => Math.trunc(Math.random() * 2 ** 32)

export const makeLabelSets = (): LabelSets => ({
  ...makeBuffer(2048),
  count: 0,
  ends: new Int32Array(16),
  inOrder: true,
  hashes: new Int32Array(16),
  table: new Int32Array(32),
  seed: anySeed(),
  ids: undefined
})

export const startOf = ({ ends }: LabelSets, id: number): number => (id === 0 ? 0 : (ends[id - 1] ?? 0))
export const endOf = ({ ends }: LabelSets, id: number): number => ends[id] ?? 0

/** The id of a label set. */
export const labelSetId = (sets: LabelSets, labels: Labels): number => {
  const begin = sets.size
  for (const [name, value] of labels) {
    spellName(sets, begin, name)
    spellValue(sets, value)
  }
  return finish(sets, begin)
}

/** The same for values in the bytes of the response. */
export const labelSetIdOf = (sets: LabelSets, { names, begins, ends, texts: values }: LabelValues, bytes: Buffer) => {
  const begin = sets.size
  for (let index = 0; index < names.length; index++) {
    const from = begins[index] ?? -1
    const to = ends[index] ?? 0
    const value = values[index] ?? ""
    if (from < 0 ? value === "" : from === to) continue
    spellName(sets, begin, names[index] ?? "")
    if (from < 0) spellValue(sets, value)
    else {
      reserve(sets, to - from)
      appendBytes(sets, bytes, from, to)
    }
  }
  return finish(sets, begin)
}

/** The id of the label set that was written from `begin` on. */
const finish = (sets: LabelSets, begin: number): number => {
  reserve(sets, 3)
  appendAscii(sets, sets.size === begin ? " " : '"} ')
  const { count } = sets
  const id = sets.inOrder ? next(sets, begin) : lookUp(sets, begin)
  if (id < count) sets.size = begin
  return id
}

const lookUp = (sets: LabelSets, begin: number): number => find(sets, hash(sets, begin, sets.size), begin, sets.size)

/**
 * The id of a set while the sets are in order: a set greater than the last one is new, an equal one is the last one.
 * For any other set, the hash table is built.
 */
const next = (sets: LabelSets, begin: number): number => {
  const last = sets.count - 1
  const order = last < 0 ? 1 : compare(sets, begin, sets.size, startOf(sets, last), endOf(sets, last))
  if (order > 0) return note(sets, 0, sets.size)
  if (order === 0) return last
  sets.inOrder = false
  for (let id = 0; id < sets.count; id++) {
    sets.hashes[id] = hash(sets, startOf(sets, id), endOf(sets, id))
  }
  while (2 * sets.count > sets.table.length) sets.table = new Int32Array(2 * sets.table.length)
  fillTable(sets)
  return lookUp(sets, begin)
}

/** Compares two ranges by their bytes: negative, 0 or positive. */
const compare = (
  { bytes, view }: ByteBuffer,
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

/** Removes all label sets. A large table with few sets takes little time. */
export const clear = (sets: LabelSets): void => {
  const { table, count, inOrder, ids } = sets
  if (ids !== undefined || (!inOrder && 8 * count > table.length)) table.fill(0)
  else if (!inOrder) for (let id = 0; id < count; id++) table[slotOf(sets, id)] = 0
  sets.size = 0
  sets.count = 0
  sets.inOrder = true
  sets.seed = anySeed()
  sets.ids = undefined
}

/** Appends a name with the punctuation around it to a set that starts at `begin`. */
const spellName = (sets: LabelSets, begin: number, name: string): void => {
  reserve(sets, name.length + 4)
  const { bytes } = sets
  let { size } = sets
  if (size === begin) bytes[size++] = openingBrace
  else {
    bytes[size++] = quote
    bytes[size++] = comma
  }
  for (let index = 0; index < name.length; index++) bytes[size++] = name.charCodeAt(index)
  bytes[size++] = equals
  bytes[size++] = quote
  sets.size = size
}

const lineFeed = 10
const quote = 34
const comma = 44
const equals = 61
const openingBrace = 123
const backslash = 92
const encoder = new TextEncoder()

/** Most values are short ASCII, which a loop writes fastest. A lone surrogate becomes U+FFFD. */
const spellValue = (sets: LabelSets, value: string): void => {
  reserve(sets, value.length)
  const { bytes, size } = sets
  for (let index = 0; index < value.length; index++) {
    const code = value.charCodeAt(index)
    if (code >= 128 || code === quote || code === backslash || code === lineFeed) {
      const escaped = escapeLabelValue(value)
      reserve(sets, 3 * escaped.length)
      sets.size += encoder.encodeInto(escaped, sets.bytes.subarray(size)).written
      return
    }
    bytes[size + index] = code
  }
  sets.size = size + value.length
}

export const hash = ({ bytes, view, seed }: LabelSets, begin: number, end: number): number => {
  let hash = seed
  let at = begin
  for (; at + 4 <= end; at += 4) {
    hash = Math.imul(hash ^ view.getInt32(at), 0x5bd1e995)
    hash ^= hash >>> 15
  }
  for (; at < end; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x5bd1e995)
  return hash ^ (hash >>> 13)
}

/**
 * Slots that are searched before `ids` replaces the table. The table is at most half full, so chance makes no run of
 * full slots that is longer.
 */
const maxProbes = 256

/** The id of the set at the end of the buffer, which is added if it is new. */
const find = (sets: LabelSets, hash: number, begin: number, end: number): number => {
  if (sets.ids !== undefined) return findByText(sets, sets.ids, begin, end)
  const { table, hashes } = sets
  const mask = table.length - 1
  for (let slot = hash & mask, probes = 0; probes < maxProbes; slot = (slot + 1) & mask, probes++) {
    const id = (table[slot] ?? 0) - 1
    if (id < 0) {
      table[slot] = sets.count + 1
      const next = note(sets, hash, end)
      if (2 * sets.count > table.length) enlarge(sets)
      return next
    }
    if (hashes[id] === hash && isSame(sets, id, begin, end)) return id
  }
  sets.ids = new Map()
  for (let id = 0; id < sets.count; id++) {
    sets.ids.set(textOf(sets, startOf(sets, id), endOf(sets, id)), id)
  }
  return findByText(sets, sets.ids, begin, end)
}

/** Gives the next id to a set. */
const note = (sets: LabelSets, hash: number, end: number): number => {
  const id = sets.count++
  if (id === sets.ends.length) {
    sets.ends = doubled(sets.ends)
    sets.hashes = doubled(sets.hashes)
  }
  sets.ends[id] = end
  sets.hashes[id] = hash
  return id
}

const enlarge = (sets: LabelSets): void => {
  sets.table = new Int32Array(2 * sets.table.length)
  fillTable(sets)
}

const fillTable = (sets: LabelSets): void => {
  for (let id = 0; id < sets.count; id++) sets.table[slotOf(sets, id, 0)] = id + 1
}

const doubled = (from: Int32Array): Int32Array => {
  const larger = new Int32Array(2 * from.length)
  larger.set(from)
  return larger
}

/** The first slot that holds `what`, searched from the hash of a set on. By default the slot of the set itself. */
const slotOf = ({ table, hashes }: LabelSets, id: number, what = id + 1): number => {
  const mask = table.length - 1
  let slot = (hashes[id] ?? 0) & mask
  while (table[slot] !== what) slot = (slot + 1) & mask
  return slot
}

const isSame = (sets: LabelSets, id: number, begin: number, end: number): boolean => {
  const { bytes } = sets
  const other = startOf(sets, id)
  if (endOf(sets, id) - other !== end - begin) return false
  for (let index = 0; index < end - begin; index++) if (bytes[other + index] !== bytes[begin + index]) return false
  return true
}

const textOf = ({ bytes }: ByteBuffer, begin: number, end: number): string =>
  Buffer.from(bytes.buffer, begin, end - begin).toString()

const findByText = (sets: LabelSets, ids: Map<string, number>, begin: number, end: number): number => {
  const text = textOf(sets, begin, end)
  const id = ids.get(text)
  if (id !== undefined) return id
  ids.set(text, sets.count)
  return note(sets, 0, end)
}
