import * as fc from "fast-check"
import { expect, test } from "vitest"
import { find } from "../../../src/jsonpath/evaluate.ts"
import { absent, bodyOf, fieldIndex, fieldRanges, findFields, slotOf } from "../../../src/mapping/bytes/field-index.ts"
import type { Json } from "../../../src/mapping/document/json.ts"
import { spelled } from "../random-json.ts"
import { key } from "../random-mapping.ts"

test("each range has the value that the keys lead to in the parsed document; of equal keys the last one counts", () => {
  const step = fc.oneof(key, fc.nat(2))
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 3 }), { maxLength: 5 }), spelled, spelled, (all, before, text) => {
      const wanted = fieldIndex()
      const slots = all.map((keys) => slotOf(wanted, keys))
      const ranges = fieldRanges(wanted)
      // the ranges of another value are overwritten
      findFields(wanted, bodyOf(Buffer.from(before)), 0, ranges)
      const body = bodyOf(Buffer.from(text))
      expect(findFields(wanted, body, 0, ranges)).toBe(body.bytes.length)
      const root: Json = JSON.parse(text)
      for (const [index, keys] of all.entries()) {
        const slot = slots[index] ?? 0
        const begin = ranges.begins[slot] ?? absent
        const found = begin === absent ? undefined : JSON.parse(body.bytes.toString("utf8", begin, ranges.ends[slot]))
        expect(found).toEqual(find(keys, root))
      }
    }),
    { numRuns: 1000 }
  )
})

test("the same keys have one slot", () => {
  const wanted = fieldIndex()
  expect([slotOf(wanted, ["a", 0]), slotOf(wanted, []), slotOf(wanted, ["a", 0]), wanted.slots]).toEqual([0, 1, 0, 2])
})
