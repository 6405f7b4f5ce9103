import * as fc from "fast-check"
import { expect, test } from "vitest"
import type { Block } from "../../src/exposition/page.ts"
import { assemble, joinBlocks } from "../../src/exposition/page.ts"
import { renderSamples } from "../../src/exposition/sample-writer.ts"
import { samples } from "./samples.ts"

const family = { name: "queue_depth", type: "gauge", help: "Jobs." } as const
const large: Block = { family, lines: Buffer.alloc(70_000, "queue_depth 7\n"), series: 5000 }
const small = (value: number) => renderSamples([{ family, labels: [["n", String(value)]], value }])

test("joined blocks give the same page, byte for byte", () => {
  const blocks = fc.array(fc.oneof({ weight: 9, arbitrary: samples.map(renderSamples) }, fc.constant([large])), {
    maxLength: 6
  })
  fc.assert(
    fc.property(blocks, (sources) => {
      const all = sources.flat()
      const joined = joinBlocks(all)
      expect(Buffer.compare(assemble(joined, "text"), assemble(all, "text"))).toBe(0)
      const count = (blocks: ReadonlyArray<Block>) => blocks.reduce((sum, { series }) => sum + series, 0)
      expect(count(joined)).toBe(count(all))
    })
  )
})

test("small blocks of one name become one, a large one stays the same object", () => {
  const joined = joinBlocks([...small(1), ...small(2), large, ...small(3), ...small(4)])
  expect(joined.map(({ series }) => series)).toEqual([2, 5000, 2])
  expect(joined[1]).toBe(large)
})
