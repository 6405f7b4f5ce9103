import type { MetricType } from "../mapping/metric-type.ts"
import type { Format } from "./format.ts"
import { metadata } from "./metadata.ts"

/** A family as the page shows it. Histograms and summaries also come from Node's own metrics. */
export interface ExposedFamily {
  readonly name: string
  readonly type: MetricType | "histogram" | "summary"
  readonly help: string
}

/** The finished sample lines of one source and one family. Both formats share the bytes, only the metadata differs. */
export interface Block {
  readonly family: ExposedFamily
  readonly lines: Uint8Array
  readonly series: number
}

/**
 * Chunks of this size or more (bytes) are kept as they are, so that their compressed form can be reused. Smaller ones
 * are joined until they are as large as `maxJoined`. Half a fragment (64 targets) with a line for each is larger.
 */
const minChunk = 1024
const maxJoined = 65_536

/**
 * The whole page in chunks: families in ascending order of name, each once with its metadata and the lines of all its
 * blocks in the order given. If blocks of one name differ in type or help, the first one counts. Lines have no
 * timestamps: Prometheus would not mark series that vanish as stale.
 */
export const pageChunks = (blocks: Iterable<Block>, format: Format): ReadonlyArray<Uint8Array> => {
  const families = Map.groupBy(blocks, (block) => block.family.name)
  const names = new Set(families.keys())
  const { add, chunks } = makeGatherer()
  for (const [, [first, ...others]] of [...families].sort(byName)) {
    if (first === undefined) continue
    add(header(first.family, format, names))
    add(first.lines)
    for (const { lines } of others) add(lines)
  }
  if (format === "openmetrics") add(Buffer.from("# EOF\n"))
  return chunks()
}

const headers: Readonly<Record<Format, WeakMap<ExposedFamily, Header>>> = {
  text: new WeakMap(),
  openmetrics: new WeakMap()
}

interface Header {
  readonly text: string
  readonly bytes: Uint8Array
}

/** The metadata of a family. If it did not change since the last page, the same object, which is compressed already. */
const header = (family: ExposedFamily, format: Format, names: ReadonlySet<string>): Uint8Array => {
  const text = metadata(family, format, names)
  const last = headers[format].get(family)
  if (last?.text === text) return last.bytes
  const bytes = Buffer.from(text)
  headers[format].set(family, { text, bytes })
  return bytes
}

/** Joins small chunks to larger ones. */
const makeGatherer = () => {
  const chunks: Array<Uint8Array> = []
  let small: Array<Uint8Array> = []
  let size = 0
  const flush = () => {
    const [first, ...others] = small
    if (first !== undefined) chunks.push(others.length === 0 ? first : Buffer.concat(small, size))
    small = []
    size = 0
  }
  return {
    add: (bytes: Uint8Array): void => {
      if (bytes.length >= minChunk || size >= maxJoined) flush()
      if (bytes.length >= minChunk) return void chunks.push(bytes)
      small.push(bytes)
      size += bytes.length
    },
    chunks: () => {
      flush()
      return chunks
    }
  }
}

/** The whole page in one chunk. */
export const assemble = (blocks: Iterable<Block>, format: Format): Uint8Array =>
  Buffer.concat(pageChunks(blocks, format))

/** By code unit: alphabetic for metric names, and the same on every machine, unlike a collation. */
const byName = ([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number =>
  left < right ? -1 : left > right ? 1 : 0

/** Blocks of this size or more (bytes) are not copied. */
const maxCopied = 65_536

/**
 * The same lines in fewer blocks: consecutive small blocks of one family become one. Families keep the order of their
 * first blocks, lines keep theirs.
 */
export const joinBlocks = (blocks: Iterable<Block>): ReadonlyArray<Block> =>
  [...Map.groupBy(blocks, ({ family }) => family.name).values()].flatMap((family) => [...joinFamily(family)])

function* joinFamily(blocks: ReadonlyArray<Block>): Generator<Block> {
  let run: Array<Block> = []
  for (const block of blocks) {
    if (block.lines.length < maxCopied) {
      run.push(block)
      continue
    }
    yield* concat(run)
    run = []
    yield block
  }
  yield* concat(run)
}

const concat = (run: ReadonlyArray<Block>): ReadonlyArray<Block> => {
  const [first, ...others] = run
  if (first === undefined || others.length === 0) return run
  const series = run.reduce((sum, block) => sum + block.series, 0)
  return [{ family: first.family, lines: Buffer.concat(run.map(({ lines }) => lines)), series }]
}
