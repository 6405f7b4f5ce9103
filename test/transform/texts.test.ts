import * as fc from "fast-check"
import { expect, test } from "vitest"
import { textSet } from "../../src/transform/texts.ts"

test("a set of texts tells what is new as a Set does, also when more come than were expected", () => {
  fc.assert(
    fc.property(
      fc.nat(100),
      fc.array(fc.string({ maxLength: 2, unit: "binary" }), { maxLength: 500 }),
      (expected, texts) => {
        const set = textSet(expected)
        const known = new Set<string>()
        for (const text of texts) {
          expect(set.add(text)).toBe(!known.has(text))
          known.add(text)
        }
      }
    )
  )
})
