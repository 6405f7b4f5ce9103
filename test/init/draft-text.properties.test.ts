import * as fc from "fast-check"
import { expect, test } from "vitest"
import type { Json } from "../../src/mapping/document/json.ts"
import { root } from "../mapping/random-document.ts"
import { drafted } from "./drafting.ts"

const isNumber = (value: Json): boolean =>
  typeof value === "number" || (typeof value === "string" && /^\s*[-+]?\d+(\.\d+)?\s*$/.test(value))

const hasNumber = (value: Json): boolean =>
  typeof value === "object" && value !== null ? Object.values(value).some(hasNumber) : isNumber(value)

test("whatever the document: each number is a series or listed, no key is left out in silence, and nothing is wrong with the draft", () => {
  fc.assert(
    fc.property(root, (document) => {
      const found = drafted([JSON.stringify(document)])
      if (found === undefined) {
        expect(hasNumber(document)).toBe(false)
        return
      }
      expect(found.problems, found.draft).toEqual([])
      expect(found.verdict, found.draft).toEqual({ lost: [], changing: [], silent: [] })
    }),
    { numRuns: 700 }
  )
})
