import type { Block, ExposedFamily } from "./block.ts"
import type { Format } from "./format.ts"
import { metadata } from "./metadata.ts"

/**
 * Pieces from this size on (bytes) stay what they are, so that what is known of them stays known; smaller ones are joined to some as large as a chunk. The
 * lines of one family and of half a section of targets are more than that.
 */
const piece = 1024
const chunk = 65_536

/**
 * The whole page, in pieces that follow each other: families in ascending order of name, each once with its metadata and
 * then the lines of every block that feeds it, in the order given. Where blocks of one name disagree about type or help,
 * the first is believed. No timestamps, since they switch Prometheus' staleness off; the last line ends in LF.
 */
export const pieces = (blocks: Iterable<Block>, format: Format): ReadonlyArray<Uint8Array> => {
  const families = Map.groupBy(blocks, (block) => block.family.name)
  const names = new Set(families.keys())
  const { add, pieces } = gather()
  for (const [, [first, ...others]] of [...families].sort(byName)) {
    if (first === undefined) continue
    add(head(first.family, format, names))
    add(first.lines)
    for (const { lines } of others) add(lines)
  }
  if (format === "openmetrics") add(Buffer.from("# EOF\n"))
  return pieces()
}

const heads: Readonly<Record<Format, WeakMap<ExposedFamily, Head>>> = {
  text: new WeakMap(),
  openmetrics: new WeakMap()
}

interface Head {
  readonly text: string
  readonly bytes: Uint8Array
}

/** The metadata of a family; the same bytes as on the page before, which are compressed already. */
const head = (family: ExposedFamily, format: Format, names: ReadonlySet<string>): Uint8Array => {
  const text = metadata(family, format, names)
  const last = heads[format].get(family)
  if (last?.text === text) return last.bytes
  const bytes = Buffer.from(text)
  heads[format].set(family, { text, bytes })
  return bytes
}

/** Joins small pieces to larger ones. */
const gather = () => {
  const pieces: Array<Uint8Array> = []
  let small: Array<Uint8Array> = []
  let size = 0
  const flush = () => {
    const [first, ...others] = small
    if (first !== undefined) pieces.push(others.length === 0 ? first : Buffer.concat(small, size))
    small = []
    size = 0
  }
  return {
    add: (bytes: Uint8Array): void => {
      if (bytes.length >= piece || size >= chunk) flush()
      if (bytes.length >= piece) return void pieces.push(bytes)
      small.push(bytes)
      size += bytes.length
    },
    pieces: () => {
      flush()
      return pieces
    }
  }
}

/** The whole page in one piece. */
export const assemble = (blocks: Iterable<Block>, format: Format): Uint8Array => Buffer.concat(pieces(blocks, format))

/** By code unit, which for metric names is alphabetic, and unlike a collation the same on every machine. */
const byName = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
  left < right ? -1 : left > right ? 1 : 0
