import type { Family, Labels, LabelValues, Sample, SampleWriter } from "../mapping/sample.ts"
import type { Block } from "./block.ts"
import { copy, copyPlace, type Growing, growing, growingIn, put, reserve } from "./bytes.ts"
import { beginOf, clear, endOf, labelTexts, numberOf, numberOfPlaces } from "./label-texts.ts"
import { keep, large, memoryOf } from "./memory.ts"
import { longestNumber, putNumber } from "./number.ts"
import { spare } from "./spare.ts"

/** One family's lines. */
interface Lines extends Growing {
  series: number
  /** 1 at the numbers of the labels that it has a line with. */
  seen: Uint8Array
}

const someBytes = 2048
const noLines = (): Lines => ({ ...growing(someBytes), series: 0, seen: new Uint8Array(32) })

const lineFeed = 10

/** As much as some 200,000 lines take. */
const most = 32_000_000
const spareLines = spare(noLines, ({ bytes, seen }) => bytes.length + seen.length, most)
const spareTexts = spare(labelTexts, ({ bytes, table }) => bytes.length + 2 * table.byteLength, most)

/** By the name of a family: how many bytes its lines took last, where that was much. To grow into them would copy all of it once more. */
const sizes = new Map<string, number>()

/**
 * One target's samples, one by one as they come, as a block for each family, in the order in which the families first appear; lines keep
 * the order of their samples.
 */
export class SampleLines implements SampleWriter {
  #texts = spareTexts.take()
  readonly #families = new Map<Family, Lines>()

  labelSet(labels: Labels): number {
    return numberOf(this.#texts, labels)
  }

  labelSetOf(labels: LabelValues, bytes: Buffer): number {
    return numberOfPlaces(this.#texts, labels, bytes)
  }

  add(family: Family, number: number, value: number): boolean {
    const lines = this.#begin(family, number, longestNumber)
    if (lines === undefined) return false
    lines.size = putNumber(lines.bytes, lines.size, value)
    lines.bytes[lines.size++] = lineFeed
    return true
  }

  addSpelled(family: Family, number: number, bytes: Buffer, begin: number, end: number): boolean {
    const lines = this.#begin(family, number, end - begin)
    if (lines === undefined) return false
    copyPlace(lines, bytes, begin, end)
    lines.bytes[lines.size++] = lineFeed
    return true
  }

  /** A line up to the value, for which, and for the end of the line, there is room then; none if the family has one with these labels. */
  #begin(family: Family, number: number, room: number): Lines | undefined {
    const texts = this.#texts
    const lines = this.#linesOf(family)
    if (number >= lines.seen.length) lines.seen = larger(lines.seen, number)
    if (lines.seen[number] === 1) return undefined
    lines.seen[number] = 1
    const { name } = family
    const begin = beginOf(texts, number)
    const end = endOf(texts, number)
    reserve(lines, name.length + end - begin + room + 1)
    if (lines.series === 0) put(lines, name)
    else copy(lines, lines, 0, name.length)
    copy(lines, texts, begin, end)
    lines.series++
    return lines
  }

  clear(): void {
    this.blocks()
    this.#texts = spareTexts.take()
    this.#families.clear()
  }

  /** All of it, once. */
  blocks(): ReadonlyArray<Block> {
    const texts = this.#texts
    const blocks = Array.from(this.#families, ([family, lines]) => {
      const { series, seen } = lines
      const block: Block = { family, lines: finish(family, lines), series }
      lines.series = 0
      seen.fill(0, 0, texts.count)
      spareLines.give(lines)
      return block
    })
    clear(texts)
    spareTexts.give(texts)
    return blocks
  }

  #linesOf(family: Family): Lines {
    const known = this.#families.get(family)
    if (known !== undefined) return known
    const lines = spareLines.take()
    const size = sizes.get(family.name)
    if (size !== undefined) Object.assign(lines, growingIn(memoryOf(size + (size >> 3))))
    this.#families.set(family, lines)
    return lines
  }
}

/** The bytes of finished lines, which then are ready for others. */
const finish = ({ name }: Family, lines: Lines): Uint8Array => {
  const { bytes, size } = lines
  const isLarge = size >= large
  const finished = isLarge ? Buffer.from(bytes.buffer, 0, size) : Buffer.from(bytes.subarray(0, size))
  if (isLarge) sizes.set(name, size)
  else keep(bytes.buffer)
  if (bytes.length >= large) Object.assign(lines, growing(someBytes))
  lines.size = 0
  return finished
}

const larger = (seen: Uint8Array, number: number): Uint8Array => {
  const grown = new Uint8Array(Math.max(2 * seen.length, number + 1))
  grown.set(seen)
  return grown
}

/** Samples as blocks. Labels that samples in a row share are spelled once. */
export const render = (samples: Iterable<Sample>): ReadonlyArray<Block> => {
  const lines = new SampleLines()
  let last: Labels | undefined
  let number = 0
  for (const { family, labels, value } of samples) {
    if (labels !== last) number = lines.labelSet(labels)
    last = labels
    lines.add(family, number, value)
  }
  return lines.blocks()
}
