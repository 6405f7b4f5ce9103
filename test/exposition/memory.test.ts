import { afterEach, expect, test } from "vitest"
import { SampleLines } from "../../src/exposition/lines.ts"
import { giveBack, hold, keep, large, lendFrom, memoryOf, release } from "../../src/exposition/memory.ts"
import type { Family } from "../../src/mapping/sample.ts"

const family: Family = { name: "app_load_ratio", type: "gauge", help: "Load." }

/** Lines of so many samples, whose values are `turn`. */
const linesOf = (samples: number, turn: number): Uint8Array => {
  const lines = new SampleLines()
  for (let index = 0; index < samples; index++)
    lines.add(family, lines.labelSet([["node", `n${String(index).padStart(6, "0")}`]]), turn)
  const [block] = lines.blocks()
  if (block === undefined) throw new Error("no samples")
  return block.lines
}
const many = Math.ceil(large / '{node="n000000"}'.length)

/** Takes what other tests gave back. */
const empty = () => {
  while (memoryOf(large).byteLength > large);
}
afterEach(empty)

test("large lines that were given back are where the next ones are written", () => {
  const first = linesOf(many, 1)
  giveBack(first)
  const second = linesOf(many, 2)
  expect(second.buffer).toBe(first.buffer)
  expect(Buffer.from(second).toString()).toBe(Buffer.from(linesOf(many, 2)).toString())
})

test("lines that still stand are not written over", () => {
  const first = linesOf(many, 1)
  const text = Buffer.from(first).toString()
  expect(linesOf(many, 2).buffer).not.toBe(first.buffer)
  expect(Buffer.from(first).toString()).toBe(text)
})

test("nor are those that somebody reads while they are given back", () => {
  const first = linesOf(many, 1)
  hold()
  hold()
  release()
  giveBack(first)
  release()
  expect(linesOf(many, 2).buffer).not.toBe(first.buffer)
})

test("small lines are a copy, and their memory may be shared with others", () => {
  const lines = linesOf(100, 1)
  giveBack(lines)
  expect(memoryOf(large).buffer).not.toBe(lines.buffer)
})

test("memory that was lent goes back to its lender", () => {
  const lines = linesOf(many, 1)
  const returned: Array<ArrayBuffer> = []
  lendFrom((memory) => returned.push(memory), lines.buffer as ArrayBuffer)
  giveBack(lines)
  expect(returned).toEqual([lines.buffer])
  expect(linesOf(many, 2).buffer).not.toBe(lines.buffer)
})

test("the smallest that is large enough is taken", () => {
  const sizes = [4 * large, 2 * large, 3 * large]
  for (const size of sizes) keep(new ArrayBuffer(size))
  expect(memoryOf(2 * large + 1).byteLength).toBe(3 * large)
  expect(memoryOf(2 * large + 1).byteLength).toBe(4 * large)
  expect(memoryOf(2 * large + 1).byteLength).toBe(2 * large + 1)
  expect(memoryOf(large).byteLength).toBe(2 * large)
})

test("no more waits than some 30 MB", () => {
  for (let count = 0; count < 5; count++) keep(new ArrayBuffer(10_000_000))
  const waited = Array.from({ length: 5 }, () => memoryOf(large).byteLength).filter((size) => size > large)
  expect(waited).toEqual([10_000_000, 10_000_000, 10_000_000])
})
