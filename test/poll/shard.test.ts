import * as fc from "fast-check"
import { expect, test } from "vitest"
import { shardOf } from "../../src/poll/shard.ts"

const total = fc.integer({ min: 1, max: 100 })

test("every target is in exactly one shard, which depends only on its name", () => {
  fc.assert(
    fc.property(fc.string(), total, (name, total) => {
      const shard = shardOf(name, total)
      expect(Number.isInteger(shard) && shard >= 0 && shard < total).toBe(true)
      expect(shardOf(name, total)).toBe(shard)
    })
  )
})

test("with one more shard, targets move only to the new one", () => {
  fc.assert(
    fc.property(fc.string(), total, (name, total) => {
      const [before, after] = [shardOf(name, total), shardOf(name, total + 1)]
      expect(after === before || after === total).toBe(true)
    })
  )
})

test.each([1, 2, 3, 10])("growing from %i shards moves about 1/(n + 1) of the targets", (n) => {
  const names = Array.from({ length: 10_000 }, (_, i) => `target-${i}`)
  const moved = names.filter((name) => shardOf(name, n) !== shardOf(name, n + 1)).length
  expect(moved / names.length).toBeCloseTo(1 / (n + 1), 1)
})

test("shards have similar sizes", () => {
  const names = Array.from({ length: 10_000 }, (_, i) => `http://node-${i}.example.com/`)
  for (let shard = 0; shard < 4; shard++) {
    const size = names.filter((name) => shardOf(name, 4) === shard).length
    expect(Math.abs(size - 2500)).toBeLessThan(250)
  }
})
