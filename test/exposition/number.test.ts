import * as fc from "fast-check"
import { expect, test } from "vitest"
import { spell } from "../../src/exposition/number.ts"
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

test("every number reads back as the same double, in the realnumber of OpenMetrics' grammar", () => {
  fc.assert(
    fc.property(finite, (value) => {
      expect(Number(spell(value))).toBe(value === 0 ? 0 : value)
      expect(spell(value)).toMatch(/^[+-]?\d+(\.\d*)?(e[+-]?\d+)?$/)
    })
  )
})
