import type { Block } from "./block.ts"
import type { Format } from "./format.ts"
import { metadata } from "./metadata.ts"

/**
 * The whole page, in pieces that follow each other: families in ascending order of name, each once with its metadata and
 * then the lines of every block that feeds it, in the order given. Where blocks of one name disagree about type or help,
 * the first is believed. No timestamps, since they switch Prometheus' staleness off; the last line ends in LF.
 */
export const pieces = (blocks: Iterable<Block>, format: Format): ReadonlyArray<Uint8Array> => {
  const families = Map.groupBy(blocks, (block) => block.family.name)
  const names = new Set(families.keys())
  const pieces: Array<Uint8Array> = []
  for (const [, [first, ...others]] of [...families].sort(byName)) {
    if (first === undefined) continue
    pieces.push(Buffer.from(metadata(first.family, format, names)), first.lines)
    for (const block of others) pieces.push(block.lines)
  }
  if (format === "openmetrics") pieces.push(Buffer.from("# EOF\n"))
  return pieces
}

/** The whole page in one piece. */
export const assemble = (blocks: Iterable<Block>, format: Format): Uint8Array => Buffer.concat(pieces(blocks, format))

/** By code unit, which for metric names is alphabetic, and unlike a collation the same on every machine. */
const byName = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
  left < right ? -1 : left > right ? 1 : 0
