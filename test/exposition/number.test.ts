import * as fc from "fast-check"
import { expect, test } from "vitest"
import { longestNumber, putNumber, spell } from "../../src/exposition/number.ts"
import { finite } from "./samples.ts"

test.each([
  [0, "0"],
  [-0, "0"],
  [12, "12"],
  [-3, "-3"],
  [0.1, "0.1"],
  [0.1 + 0.2, "0.30000000000000004"],
  [2 ** 53, "9007199254740992"],
  [1e21, "1e+21"],
  [5e-324, "5e-324"],
  [Number.POSITIVE_INFINITY, "+Inf"],
  [Number.NEGATIVE_INFINITY, "-Inf"],
  [Number.NaN, "NaN"]
])("%d is spelled %s", (value, spelled) => {
  expect(spell(value)).toBe(spelled)
})

test("every number parses back to the same double, and matches realnumber of the OpenMetrics grammar", () => {
  fc.assert(
    fc.property(finite, (value) => {
      expect(Number(spell(value))).toBe(value === 0 ? 0 : value)
      expect(spell(value)).toMatch(/^[+-]?\d+(\.\d*)?(e[+-]?\d+)?$/)
    })
  )
})

test("putNumber writes what spell returns, in at most longestNumber bytes", () => {
  const short = fc.tuple(fc.integer(), fc.nat(9)).map(([digits, decimals]) => digits / 10 ** decimals)
  const nearby = short.map((value) => value * (1 + Number.EPSILON))
  fc.assert(
    fc.property(fc.oneof(finite, short, nearby), fc.nat(9), (value, at) => {
      const bytes = Buffer.alloc(at + longestNumber)
      const end = putNumber(bytes, at, value)
      expect(bytes.toString("latin1", at, end)).toBe(spell(value))
      expect(bytes.subarray(0, at).every((byte) => byte === 0)).toBe(true)
    }),
    { numRuns: 2000 }
  )
})
