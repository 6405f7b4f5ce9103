import * as fc from "fast-check"
import { expect, test } from "vitest"
import type { Json } from "../../src/mapping/document/json.ts"
import { root } from "../mapping/random-document.ts"
import { drafted } from "./drafting.ts"

const isNumber = (value: Json): boolean =>
  typeof value === "number" || (typeof value === "string" && /^\s*[-+]?\d+(\.\d+)?\s*$/.test(value))

const hasNumber = (value: Json): boolean =>
  typeof value === "object" && value !== null ? Object.values(value).some(hasNumber) : isNumber(value)

test("for any document, the draft has or lists every number, mentions every key, and has no problems", () => {
  fc.assert(
    fc.property(root, (document) => {
      const found = drafted([JSON.stringify(document)])
      if (found === undefined) {
        expect(hasNumber(document)).toBe(false)
        return
      }
      expect(found.problems, found.draft).toEqual([])
      expect(found.faults, found.draft).toEqual({ lost: [], changing: [], unmentioned: [] })
    }),
    { numRuns: 700 }
  )
})

/** A field of rows. Its values depend on the row, and if `changes`, on the response. */
const field = fc.record({
  key: fc.stringMatching(/^[a-z]{3,8}(_(id|name|version|type|ms))?$/),
  changes: fc.boolean(),
  values: fc.oneof(
    fc.constant((row: number, turn: number) => `word${row}x${turn}`),
    fc.constant((row: number, turn: number) => `10.0.${turn}.${row}`),
    fc.constant((row: number, turn: number) => 1000 * turn + row),
    fc.constant((_: number, turn: number) => `${turn + 5} widgets`),
    fc.constant((row: number, turn: number) => `3h${turn}m${row}s`)
  )
})

test("no label has a value that changes between responses", () => {
  fc.assert(
    fc.property(fc.uniqueArray(field, { selector: ({ key }) => key, minLength: 1, maxLength: 6 }), (fields) => {
      const response = (turn: number) => ({
        things: [0, 1, 2].map((row) => ({
          name: `thing ${row}`,
          ...Object.fromEntries(fields.map(({ key, changes, values }) => [key, values(row, changes ? turn : 0)]))
        }))
      })
      const responses = [1, 2].map(response)
      const found = drafted(responses.map((root) => JSON.stringify(root)))
      const labels = [...(found?.page ?? "").matchAll(/\w+="([^"]*)"/g)].map(([, value]) => value)
      const changing = fields
        .filter(({ changes }) => changes)
        .flatMap(({ values }) => [0, 1, 2].map((row) => String(values(row, 2))))
      expect(found?.problems).toEqual([])
      expect(labels.filter((label) => changing.includes(label ?? ""))).toEqual([])
    }),
    { numRuns: 300 }
  )
})
