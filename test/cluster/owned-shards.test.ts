import * as fc from "fast-check"
import { expect, test } from "vitest"
import { OwnedShards } from "../../src/cluster/owned-shards.ts"

const holder = (locked: ReadonlyArray<number>, polled: ReadonlyArray<number> = []) => ({
  locked,
  polled: new Set(polled)
})

test("a shard is polled from its lock on", () => {
  const shards = new OwnedShards()
  expect(shards.update([1, 2], [holder([3])], 5)).toBe(true)
  expect([...shards.owned]).toEqual([
    [1, 5],
    [2, 5]
  ])
  expect(shards.update([1, 2], [holder([3])], 6)).toBe(false)
})

test("a shard without a lock is polled until another member has the lock", () => {
  const shards = new OwnedShards()
  shards.update([1, 2], [], 5)
  expect(shards.update([1], [holder([3])], 6)).toBe(false)
  expect([...shards.owned.keys()]).toEqual([1, 2])
  expect(shards.update([1], [holder([2, 3])], 7)).toBe(true)
  expect([...shards.owned.keys()]).toEqual([1])
})

test("a shard that another member has locked is handed over until that member has polled it", () => {
  const shards = new OwnedShards()
  shards.update([1, 2], [], 5)
  shards.update([1], [holder([2])], 6)
  expect([...shards.handedOver]).toEqual([2])
  expect(shards.update([1], [holder([2], [2])], 7)).toBe(true)
  expect([...shards.handedOver]).toEqual([])
  shards.update([1, 2], [], 8)
  expect(shards.owned.get(2)).toBe(8)
})

const locks = fc.array(fc.record({ mine: fc.subarray([1, 2, 3, 4]), others: fc.subarray([1, 2, 3, 4]) }), {
  maxLength: 30
})

test("in any sequence of locks, all locked shards are polled, and none that only another member has locked", () => {
  fc.assert(
    fc.property(locks, (steps) => {
      const shards = new OwnedShards()
      steps.forEach(({ mine, others }, now) => {
        const before = new Set(shards.owned.keys())
        const theirs = others.filter((shard) => !mine.includes(shard))
        shards.update(mine, [holder(theirs)], now)
        for (const shard of [1, 2, 3, 4]) {
          const isFree = !mine.includes(shard) && !theirs.includes(shard)
          const isExpected = mine.includes(shard) || (isFree && before.has(shard))
          expect(shards.owned.has(shard)).toBe(isExpected)
          if (shards.owned.has(shard)) expect(shards.handedOver.has(shard)).toBe(false)
        }
      })
    })
  )
})
