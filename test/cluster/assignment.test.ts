import * as fc from "fast-check"
import { expect, test } from "vitest"
import { assign, shardCount, shardOfTarget } from "../../src/cluster/assignment.ts"

const members = fc.uniqueArray(
  fc.tuple(fc.domain(), fc.integer({ min: 1, max: 65535 })).map(([host, port]) => `${host}:${port}`),
  { minLength: 2, maxLength: 6 }
)
const shards = Array.from({ length: shardCount }, (_, index) => index + 1)

test("a new member takes shards, and no shard moves between the others, in any order of members", () => {
  fc.assert(
    fc.property(members, ([newcomer = "", ...others]) => {
      const before = assign(others)
      const after = assign([newcomer, ...others])
      const moved = shards.filter((shard) => before[shard] !== after[shard])
      expect(moved.every((shard) => after[shard] === newcomer)).toBe(true)
      expect(moved.length).toBeGreaterThan(0)
      expect(assign([newcomer, ...others].toReversed())).toEqual(after)
    }),
    { numRuns: 30 }
  )
})

test.each([2, 3, 4])("the shares of %i members are similar", (count) => {
  for (let run = 0; run < 10; run++) {
    const owners = assign(Array.from({ length: count }, (_, n) => `poller-${run}-${n}.example.com:9180`))
    const sizes = Map.groupBy(shards, (shard) => owners[shard])
    expect(sizes.size).toBe(count)
    const largest = Math.max(...Array.from(sizes.values(), ({ length }) => length))
    expect(largest).toBeLessThan(1.35 * (shardCount / count))
  }
})

test("without members no shard has an owner", () => {
  expect(assign([]).every((owner) => owner === undefined)).toBe(true)
})

test("a target has one of the shards, which depends only on its name", () => {
  fc.assert(
    fc.property(fc.string(), (name) => {
      expect(shards).toContain(shardOfTarget(name))
      expect(shardOfTarget(name)).toBe(shardOfTarget(name))
    })
  )
})
