import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { bodyAsJson, type FormatName, formatFor } from "../../../src/mapping/document/document-format.ts"
import { parse } from "../../../src/mapping/document/json.ts"
import { root } from "../random-document.ts"

const read = (format: FormatName, text: string): unknown =>
  Result.match(bodyAsJson(format, Buffer.from(text)), {
    onSuccess: (json) => Result.getOrThrow(parse(json)).root,
    onFailure: (why) => `! ${why}`
  })
const spelled = (format: FormatName, text: string) =>
  Result.map(bodyAsJson(format, Buffer.from(text)), (json) => Buffer.from(json).toString())

describe("lenient", () => {
  test.each<[text: string, value: unknown]>([
    ['{"a":nan}', { a: null }],
    ["[nan, NaN, NAN, -nan, -nan(ind), nan(0x1), inf, -inf, +inf, Infinity, -Infinity, INF]", new Array(12).fill(null)],
    ["[1.#QNAN, -1.#IND, 1.#INF00]", [null, null, null]],
    ["[undefined, None, True, False, true, false, null]", [null, null, true, false, true, false, null]],
    ["{a: 1, 'b': 2, $c_1: 3, ünï: 4, 5: 6, NaN: 7,}", { a: 1, b: 2, $c_1: 3, ünï: 4, 5: 6, NaN: 7 }],
    ["[1, 2, ]", [1, 2]],
    ["[]", []],
    ["{ }", {}],
    ["[+1, .5, 5., -.5e3, 5.e2, 0x1F, -0xff, +0x10]", [1, 0.5, 5, -500, 500, 31, -255, 16]],
    ["'it\\'s \"x\"\\x41\\u0042\\v\\0 a\\\nb \\q'", 'it\'s "x"AB\v\0 ab q'],
    ["// first\n[1, /* two */ 2] // end", [1, 2]],
    ["callback({a: 1});", { a: 1 }],
    ["/**/ jQuery.cb123 ([1])", [1]],
    [')]}\'\n{"a":1}', { a: 1 }],
    [")]}',\n[1]", [1]],
    ["while(1);[1]", [1]],
    ["for (;;);[1]", [1]],
    ["{}&& {a: 1}", { a: 1 }],
    ["throw 1; <dont be evil> [1]", [1]],
    ['\ufeff{"a":1}', { a: 1 }],
    ["21.4", 21.4]
  ])("%j", (text, value) => expect(read("lenient", text)).toEqual(value))

  test.each([
    ["", "empty"],
    ["[1", "cut off"],
    ["[[1]", "cut off"],
    ["[[1] 2]", "expected a comma or ] at line 1, column 6"],
    ["[,]", "expected a value at line 1, column 2"],
    ["[1,,2]", "expected a value at line 1, column 4"],
    ["{,}", "expected a key at line 1, column 2"],
    ["{a 1}", "expected a colon at line 1, column 4"],
    ["{a: 1}}", "text after the end at line 1, column 7"],
    ["f([1]", "cut off"],
    ["[007]", "expected a value at line 1, column 2"],
    ["[0x]", "expected a value at line 1, column 2"],
    ["[infinite]", "expected a value at line 1, column 2"],
    ["['a\nb']", "invalid character in a string at line 1, column 4"],
    ["secret", "expected a value at line 1, column 1"],
    ["<html>", "expected a value at line 1, column 1"],
    ["[1 /* open", "expected a comma or ] at line 1, column 4"]
  ])("%j is refused: %s", (text, why) => expect(read("lenient", text)).toBe(`! ${why}`))

  test("ids over 2^53 keep their digits, and numbers their spelling", () =>
    expect(spelled("lenient", "[420465847726953123, 1.50, 1e3, +7, 0xFFFFFFFFFFFFFFFFFF,]")).toEqual(
      Result.succeed("[420465847726953123,1.50,1e3,7,4722366482869645213695]")
    ))

  test("JSON stays as it is", () =>
    fc.assert(
      fc.property(root, (value) => {
        const text = JSON.stringify(value)
        expect(spelled("lenient", text)).toEqual(Result.succeed(text))
        // with a comment it is not JSON
        expect(read("lenient", `${text} //`)).toEqual(JSON.parse(text))
      })
    ))

  test("any text becomes JSON or is refused", () =>
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom(..."[]{}:,'\"\\/*-+.0x1eNan \n()".split("")), maxLength: 30 }),
        (text) => {
          const json = spelled("lenient", text)
          if (Result.isSuccess(json)) JSON.parse(json.success)
        }
      ),
      { numRuns: 5000 }
    ))

  test("deep and long documents do not overflow the stack", () => {
    const deep = 100_000
    expect(Result.isSuccess(spelled("lenient", `${"[".repeat(deep)}nan${"]".repeat(deep)}`))).toBe(true)
    expect(Result.isSuccess(spelled("lenient", `[nan${" ".repeat(5e6)}]`))).toBe(true)
    expect(Result.isFailure(spelled("lenient", "/*".repeat(1e5)))).toBe(true)
  })
})

describe("ndjson", () => {
  test.each<[text: string, value: unknown]>([
    ['{"host":"a"}\n{"host":"b"}\n', [{ host: "a" }, { host: "b" }]],
    ['{"host":"a"}\r\n\r\n{"host":"b"}', [{ host: "a" }, { host: "b" }]],
    ["1", [1]],
    ["", []],
    ['{"a":1', "! line 1: cut off"],
    ['{"a":1\n"b":2}', "! line 1: cut off"],
    ['{"a":1}\n\n{"a":nan}', "! line 3: expected a value at column 6"]
  ])("%j", (text, value) => expect(read("ndjson", text)).toEqual(value))

  test("ids over 2^53 keep their digits", () =>
    expect(spelled("ndjson", "420465847726953123\n1.50\n")).toEqual(Result.succeed("[420465847726953123,1.50]")))
})

test.each([
  ['{"a":nan}', "expected a value at line 1, column 6; format: lenient reads it"],
  ['{"a":1}\n{"a":2}\n', "text after the end at line 2, column 1; format: ndjson reads it"],
  ["{'a':1}", "expected a key at line 1, column 2; format: lenient reads it"],
  ["<html>", "it starts like HTML or XML"],
  ['{"a":', "cut off"]
])("JSON refuses %j: %s", (text, why) => expect(parse(Buffer.from(text))).toEqual(Result.fail(why)))

test("no format is proposed for a text that none can read", () => expect(formatFor("secret")).toBeUndefined())
