import * as fc from "fast-check"
import { expect, test } from "vitest"
import { textSet } from "../../src/transform/texts.ts"

test("a set of texts tells what is new as a Set does, also when more come than were expected", () => {
  const texts = fc.array(fc.string({ maxLength: 2 }), { maxLength: 100 })
  fc.assert(
    fc.property(fc.nat(40), texts, (expected, texts) => {
      const set = textSet(expected)
      const known = new Set<string>()
      expect(texts.map((text) => set.add(text))).toEqual(texts.map((text) => known.size < known.add(text).size))
    })
  )
})
