import { expect, test } from "vitest"
import { BufferPool, largeBlock } from "../../src/exposition/buffer-pool.ts"
import { LineWriter, WriterPool } from "../../src/exposition/sample-writer.ts"
import type { Family } from "../../src/mapping/sample.ts"

const family: Family = { name: "app_load_ratio", type: "gauge", help: "Load." }

/** The lines of `samples` samples with the same value. */
const linesOf = (pool: WriterPool, samples: number, value: number): Uint8Array => {
  const writer = new LineWriter(pool)
  for (let index = 0; index < samples; index++)
    writer.add(family, writer.labelSet([["node", `n${String(index).padStart(6, "0")}`]]), value)
  const [block] = writer.blocks()
  if (block === undefined) throw new Error("no samples")
  return block.lines
}
const many = Math.ceil(largeBlock / '{node="n000000"}'.length)

test("the memory of recycled lines is used for the next ones", () => {
  const pool = new WriterPool()
  const first = linesOf(pool, many, 1)
  pool.buffers.recycle(first)
  const second = linesOf(pool, many, 2)
  expect(second.buffer).toBe(first.buffer)
  expect(Buffer.from(second).toString()).toBe(Buffer.from(linesOf(new WriterPool(), many, 2)).toString())
})

test("lines that were not recycled are not overwritten", () => {
  const pool = new WriterPool()
  const first = linesOf(pool, many, 1)
  const text = Buffer.from(first).toString()
  expect(linesOf(pool, many, 2).buffer).not.toBe(first.buffer)
  expect(Buffer.from(first).toString()).toBe(text)
})

test("nor are lines that are recycled while a page is built", () => {
  const pool = new WriterPool()
  const first = linesOf(pool, many, 1)
  const release = pool.buffers.hold()
  pool.buffers.hold()()
  pool.buffers.recycle(first)
  release()
  expect(linesOf(pool, many, 2).buffer).not.toBe(first.buffer)
})

test("the memory of lines with readers is reused after the last reader has finished", () => {
  const pool = new WriterPool()
  const first = linesOf(pool, many, 1)
  const unpins = [pool.buffers.pin([first]), pool.buffers.pin([first, first])]
  pool.buffers.recycle(first)
  expect(linesOf(pool, many, 2).buffer).not.toBe(first.buffer)
  unpins[0]?.()
  // a second call does nothing
  unpins[0]?.()
  expect(linesOf(pool, many, 2).buffer).not.toBe(first.buffer)
  unpins[1]?.()
  expect(linesOf(pool, many, 2).buffer).toBe(first.buffer)
})

test("a reader of other lines does not prevent the reuse", () => {
  const pool = new WriterPool()
  const first = linesOf(pool, many, 1)
  pool.buffers.pin([linesOf(pool, many, 2)])
  pool.buffers.recycle(first)
  expect(linesOf(pool, many, 3).buffer).toBe(first.buffer)
})

test("the memory of small lines is never recycled, since it may be shared, such as that of Buffer.from", () => {
  const pool = new BufferPool()
  const shared = new ArrayBuffer(largeBlock)
  pool.recycle(new Uint8Array(shared, 0, 100))
  expect(pool.acquire(largeBlock).buffer).not.toBe(shared)
})

test("memory that was lent is returned to its owner", () => {
  const pool = new WriterPool()
  const lines = linesOf(pool, many, 1)
  const returned: Array<ArrayBuffer> = []
  pool.buffers.lend(lines.buffer as ArrayBuffer, (buffer) => returned.push(buffer))
  pool.buffers.recycle(lines)
  expect(returned).toEqual([lines.buffer])
  expect(linesOf(pool, many, 2).buffer).not.toBe(lines.buffer)
})

test("the smallest buffer that is large enough is taken", () => {
  const pool = new BufferPool()
  for (const size of [4, 2, 3]) pool.release(new ArrayBuffer(size * largeBlock))
  expect(pool.acquire(2 * largeBlock + 1).byteLength).toBe(3 * largeBlock)
  expect(pool.acquire(2 * largeBlock + 1).byteLength).toBe(4 * largeBlock)
  expect(pool.acquire(2 * largeBlock + 1).byteLength).toBe(2 * largeBlock + 1)
  expect(pool.acquire(largeBlock).byteLength).toBe(2 * largeBlock)
})

test("at most about 30 MB are kept", () => {
  const pool = new BufferPool()
  for (let count = 0; count < 5; count++) pool.release(new ArrayBuffer(10_000_000))
  const kept = Array.from({ length: 5 }, () => pool.acquire(largeBlock).byteLength).filter((size) => size > largeBlock)
  expect(kept).toEqual([10_000_000, 10_000_000, 10_000_000])
})
