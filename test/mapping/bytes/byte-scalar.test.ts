import * as fc from "fast-check"
import { expect, test } from "vitest"
import { isShortestSpelling, jsonAt, numberAt } from "../../../src/mapping/bytes/byte-scalar.ts"
import { numberSpelled, spelled } from "../random-json.ts"

test("a number is the one that JSON.parse returns", () => {
  fc.assert(
    fc.property(numberSpelled, (text) => {
      const bytes = Buffer.from(`[${text}]`)
      expect(numberAt(bytes, 1, bytes.length - 1)).toBe(JSON.parse(text))
    }),
    { numRuns: 2000 }
  )
})

test("any value is the one that JSON.parse returns", () => {
  fc.assert(
    fc.property(spelled, (text) => {
      const bytes = Buffer.from(text.trim())
      expect(jsonAt(bytes, 0, bytes.length)).toEqual(JSON.parse(text))
    })
  )
})

test("what isShortestSpelling accepts is the shortest spelling", () => {
  fc.assert(
    fc.property(fc.oneof(numberSpelled, spelled), (text) => {
      const bytes = Buffer.from(text)
      if (isShortestSpelling(bytes, 0, bytes.length)) expect(text).toBe(String(JSON.parse(text)))
    }),
    { numRuns: 5000 }
  )
})

test.each(["0", "7", "-7", "0.5", "-0.25", "123456789012345", "0.000001", "99.99"])(
  "%s is the shortest spelling",
  (text) => {
    expect(isShortestSpelling(Buffer.from(text), 0, text.length)).toBe(true)
  }
)

test.each(["-0", "1.0", "1.50", "1e3", "0.0000001", "1234567890123456", '"7"', "null", "[7]", "-"])(
  "%s is not the shortest spelling of a number",
  (text) => {
    expect(isShortestSpelling(Buffer.from(text), 0, text.length)).toBe(false)
  }
)
