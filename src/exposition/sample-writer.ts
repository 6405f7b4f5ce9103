import { TooCostly } from "../mapping/document/cost.ts"
import type { Family, Labels, LabelValues, Sample, SampleWriter } from "../mapping/sample.ts"
import { appendAscii, appendBytes, appendWords, type ByteBuffer, bufferIn, makeBuffer, reserve } from "./buffer.ts"
import { BufferPool, largeBlock, SparePool } from "./buffer-pool.ts"
import { clear, endOf, type LabelSets, labelSetId, labelSetIdOf, makeLabelSets, startOf } from "./label-sets.ts"
import { longestNumber, putNumber } from "./number.ts"
import type { Block } from "./page.ts"

/** The sample lines of one family. */
interface FamilyLines extends ByteBuffer {
  series: number
  /** By label set id: 1 if the family has a line with it. */
  seen: Uint8Array
}

const initialSize = 2048
const lineFeed = 10

/** The memory that all writers of a thread share. */
export class WriterPool {
  readonly buffers = new BufferPool()
  readonly lines = new SparePool<FamilyLines>(
    () => ({ ...makeBuffer(initialSize), series: 0, seen: new Uint8Array(32) }),
    ({ bytes, seen }) => bytes.length + seen.length
  )
  readonly labelSets = new SparePool<LabelSets>(
    makeLabelSets,
    ({ bytes, table }) => bytes.length + 2 * table.byteLength
  )
  /** By name: the last size of a large family in bytes. The next buffer starts with it: growing copies the lines. */
  readonly sizes = new Map<string, number>()
}

/** Writes samples as lines, one block for each family, in the order of their first samples. */
export class LineWriter implements SampleWriter {
  readonly #pool: WriterPool
  #labelSets: LabelSets
  readonly #families = new Map<Family, FamilyLines>()
  readonly #maxBytes: number
  #written = 0

  /**
   * Throws TooCostly once the lines, or their distinct label sets, have more than `maxBytes`. One long text of a
   * document could be a label of all its rows.
   */
  constructor(pool = new WriterPool(), maxBytes = Number.POSITIVE_INFINITY) {
    this.#pool = pool
    this.#maxBytes = maxBytes
    this.#labelSets = pool.labelSets.acquire()
  }

  labelSet(labels: Labels): number {
    return this.#checked(labelSetId(this.#labelSets, labels))
  }

  labelSetOf(values: LabelValues, bytes: Buffer): number {
    return this.#checked(labelSetIdOf(this.#labelSets, values, bytes))
  }

  add(family: Family, labelSet: number, value: number): boolean {
    const lines = this.#begin(family, labelSet, longestNumber)
    if (lines === undefined) return false
    lines.size = putNumber(lines.bytes, lines.size, value)
    lines.bytes[lines.size++] = lineFeed
    return true
  }

  addSpelled(family: Family, labelSet: number, bytes: Buffer, begin: number, end: number): boolean {
    const lines = this.#begin(family, labelSet, end - begin)
    if (lines === undefined) return false
    appendBytes(lines, bytes, begin, end)
    lines.bytes[lines.size++] = lineFeed
    return true
  }

  claim(family: Family, labelSet: number): boolean {
    return claimIn(this.#linesOf(family), labelSet)
  }

  addPart(family: Family, suffix: string, labelSet: number, value: number): void {
    const labelSets = this.#labelSets
    const lines = this.#linesOf(family)
    const begin = startOf(labelSets, labelSet)
    const end = endOf(labelSets, labelSet)
    const room = family.name.length + suffix.length + end - begin + longestNumber + 1
    this.#count(room)
    reserve(lines, room)
    appendAscii(lines, family.name)
    appendAscii(lines, suffix)
    appendWords(lines, labelSets, begin, end)
    lines.size = putNumber(lines.bytes, lines.size, value)
    lines.bytes[lines.size++] = lineFeed
    lines.series++
  }

  clear(): void {
    this.blocks()
    this.#labelSets = this.#pool.labelSets.acquire()
    this.#families.clear()
  }

  /** All lines. Do not use the writer afterwards. */
  blocks(): ReadonlyArray<Block> {
    const labelSets = this.#labelSets
    const blocks = Array.from(this.#families, ([family, lines]) => {
      const { series, seen } = lines
      const block: Block = { family, lines: this.#finish(family, lines), series }
      lines.series = 0
      seen.fill(0, 0, labelSets.count)
      this.#pool.lines.release(lines)
      return block
    })
    clear(labelSets)
    this.#pool.labelSets.release(labelSets)
    return blocks
  }

  #count(bytes: number): void {
    this.#written += bytes
    if (this.#written > this.#maxBytes) this.#fail()
  }

  #checked(labelSet: number): number {
    if (this.#labelSets.size > this.#maxBytes) this.#fail()
    return labelSet
  }

  #fail(): never {
    const limit = Math.round(this.#maxBytes / 1e6)
    throw new TooCostly(`the lines of the series are longer than ${limit} MB: does a label take a long text?`)
  }

  /** A line up to its value, with room for the value and the line feed; undefined if the family has this label set. */
  #begin(family: Family, labelSet: number, room: number): FamilyLines | undefined {
    const labelSets = this.#labelSets
    const lines = this.#linesOf(family)
    if (!claimIn(lines, labelSet)) return undefined
    const { name } = family
    const begin = startOf(labelSets, labelSet)
    const end = endOf(labelSets, labelSet)
    this.#count(name.length + end - begin + room + 1)
    reserve(lines, name.length + end - begin + room + 1)
    if (lines.series === 0) appendAscii(lines, name)
    else appendWords(lines, lines, 0, name.length)
    appendWords(lines, labelSets, begin, end)
    lines.series++
    return lines
  }

  #linesOf(family: Family): FamilyLines {
    const known = this.#families.get(family)
    if (known !== undefined) return known
    const lines = this.#pool.lines.acquire()
    const size = this.#pool.sizes.get(family.name)
    if (size !== undefined) Object.assign(lines, bufferIn(this.#pool.buffers.acquire(size + (size >> 3))))
    this.#families.set(family, lines)
    return lines
  }

  /** The finished lines. `lines` is ready for another family. */
  #finish({ name }: Family, lines: FamilyLines): Uint8Array {
    const { bytes, size } = lines
    const isLarge = size >= largeBlock
    const finished = isLarge ? Buffer.from(bytes.buffer, 0, size) : Buffer.from(bytes.subarray(0, size))
    if (isLarge) this.#pool.sizes.set(name, size)
    else this.#pool.buffers.release(bytes.buffer)
    if (bytes.length >= largeBlock) Object.assign(lines, makeBuffer(initialSize))
    lines.size = 0
    return finished
  }
}

const enlarged = (seen: Uint8Array, labelSet: number): Uint8Array => {
  const grown = new Uint8Array(Math.max(2 * seen.length, labelSet + 1))
  grown.set(seen)
  return grown
}

/** Samples as blocks. Labels that consecutive samples share are written once. */
export const renderSamples = (samples: Iterable<Sample>, pool = new WriterPool()): ReadonlyArray<Block> => {
  const writer = new LineWriter(pool)
  let last: Labels | undefined
  let labelSet = 0
  for (const { family, labels, value } of samples) {
    if (labels !== last) labelSet = writer.labelSet(labels)
    last = labels
    writer.add(family, labelSet, value)
  }
  return writer.blocks()
}

/** Marks that a family has a label set. Returns false if it had the set before. */
const claimIn = (lines: FamilyLines, labelSet: number): boolean => {
  if (labelSet >= lines.seen.length) lines.seen = enlarged(lines.seen, labelSet)
  if (lines.seen[labelSet] === 1) return false
  lines.seen[labelSet] = 1
  return true
}
