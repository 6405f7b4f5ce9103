import type { Block } from "./block.ts"

/** Blocks from this size on (bytes) are not worth a copy: they stay as they are. */
const large = 65_536

/**
 * The same lines in fewer blocks: those of one name that follow each other become one. Families keep the order in which they first appear,
 * lines keep theirs, and where blocks of one name disagree about type or help, the first is believed.
 */
export const join = (blocks: Iterable<Block>): ReadonlyArray<Block> =>
  [...Map.groupBy(blocks, ({ family }) => family.name).values()].flatMap((same) => [...joinSame(same)])

function* joinSame(blocks: ReadonlyArray<Block>): Generator<Block> {
  let run: Array<Block> = []
  for (const block of blocks) {
    if (block.lines.length < large) {
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
