import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { invalid, skipValue, skipWhitespace } from "../../../src/mapping/bytes/json-scanner.ts"
import { spelled } from "../random-json.ts"

/** Whether a text is one value with only white space around it. */
const isJson = (text: string): boolean => {
  const bytes = Buffer.from(text)
  const end = skipValue(bytes, skipWhitespace(bytes, 0))
  return end !== invalid && skipWhitespace(bytes, end) === bytes.length
}

const parses = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test("what JSON.parse accepts is skipped to its end", () => {
  fc.assert(
    fc.property(spelled, (text) => {
      expect(isJson(text)).toBe(true)
      expect(skipValue(Buffer.from(`${text},`), 0)).toBe(Buffer.byteLength(text))
    }),
    { numRuns: 1000 }
  )
})

test("after one change of the text it agrees with JSON.parse", () => {
  const piece = fc.constantFrom(
    ...'[]{},:"\\ \n\t\u0000\u001f09-+.eEu/tfnaä'.split(""),
    "",
    "true",
    "01",
    "\\u12",
    "1.",
    "1e"
  )
  fc.assert(
    fc.property(spelled, fc.nat(), fc.nat(2), piece, (text, position, length, piece) => {
      const at = position % (text.length + 1)
      const changed = (text.slice(0, at) + piece + text.slice(at + length)).toWellFormed()
      expect(isJson(changed)).toBe(parses(changed))
    }),
    { numRuns: 5000 }
  )
})

describe("it agrees with JSON.parse about", () => {
  test.each([
    ["", false],
    ["[1,]", false],
    ["[,1]", false],
    ['{"a":1,}', false],
    ['{"a"}', false],
    ["{1:1}", false],
    ["[1}", false],
    ["[", false],
    ["-", false],
    ["1.", false],
    ["1e", false],
    ["1e+", false],
    ["01", false],
    ["-01", false],
    ["tru", false],
    ["nulll", false],
    ['"\\', false],
    ['"\\u00g0"', false],
    ['"\\ud800"', true],
    ["[[],{}]", true],
    ["1E-05", true],
    [' { "a" : [ 1 , { } ] } ', true]
  ])("%j: %s", (text, expected) => {
    expect(parses(text)).toBe(expected)
    expect(isJson(text)).toBe(expected)
  })

  test("a million levels", () => {
    expect(isJson("[".repeat(1_000_000) + "]".repeat(1_000_000))).toBe(true)
    expect(isJson("[".repeat(1_000_000) + "]".repeat(999_999))).toBe(false)
  })
})
