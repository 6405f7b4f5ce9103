import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { type Document, type Json, type JsonObject, parse } from "../../../src/mapping/document/json.ts"

const bytes = (text: string) => new TextEncoder().encode(text)
const document = (text: string): Document => Result.getOrThrow(parse(bytes(text)))
const failure = (body: Uint8Array) => Result.getOrThrow(Result.flip(parse(body)))

describe("a document is JSON of RFC 8259 in UTF-8", () => {
  test.each<[string, string, Json]>([
    ["any value at the root", "12", 12],
    ["blank space around it", " \t\r\n[] \n", []],
    ["a byte order mark before it", "\ufeff{}", {}],
    ["a duplicate key, of which the last counts", '{"a": 1, "a": 2}', { a: 2 }],
    ["a lone surrogate, escaped", '["\\ud800"]', ["\ud800"]],
    ["NUL, escaped", '["\\u0000"]', ["\u0000"]],
    ["a number that no double holds, which is no value of a sample", "[1e400]", [Number.POSITIVE_INFINITY]]
  ])("%s", (_, text, root) => {
    expect(document(text).root).toEqual(root)
  })

  test("__proto__ is a key like any other", () => {
    const { root } = document('{"__proto__": {"a": 1}}')
    expect(Object.keys(root as JsonObject)).toEqual(["__proto__"])
  })
})

describe("anything else is refused in one line with the position, without text of the body", () => {
  test.each([
    ["", "empty"],
    [" \n", "empty"],
    ["<html>secret</html>", "it starts like HTML or XML"],
    ['{"secret": ', "cut off"],
    ['["secret', "cut off"],
    ["secret", "expected a value at line 1, column 1"],
    ['{"a": 1}\n{"a": 2}\n', "text after the end at line 2, column 1"],
    ["[1, 2,]", "expected a value at line 1, column 7"],
    ['{"a": 1,}', "expected a key at line 1, column 9"],
    ["{a: 1}", "expected a key at line 1, column 2"],
    ["{'a': 1}", "expected a key at line 1, column 2"],
    ['{"a" 1}', "expected a colon at line 1, column 6"],
    ['{"a\nb": 1}', "invalid character in a string at line 1, column 4"],
    ['{"a": 1 "b": 2}', "expected a comma or } at line 1, column 9"],
    ["[1}", "expected a comma or ] at line 1, column 3"],
    ["[1,\n  NaN]", "expected a value at line 2, column 3"],
    ["[01]", "expected a comma or ] at line 1, column 3"],
    ["[.5]", "expected a value at line 1, column 2"],
    ["[1] // comment", "text after the end at line 1, column 5"],
    ['["a\u0000b"]', "invalid character in a string at line 1, column 4"],
    ['["a\nb"]', "invalid character in a string at line 1, column 4"],
    ['["\\x41"]', "invalid character in a string at line 1, column 3"],
    ["\u00a0{}", "expected a value at line 1, column 1"]
  ])("%j: %s", (text, message) => {
    expect(failure(bytes(text)).replace(/; format: \w+ reads it$/, "")).toBe(message)
  })

  test("bytes that are not UTF-8", () => {
    expect(failure(Uint8Array.of(0x22, 0xff, 0x22))).toBe("not UTF-8")
    expect(failure(new Uint8Array(Buffer.from('{"a": 1}', "utf16le")))).toBe("expected a key at line 1, column 2")
  })

  test("it accepts what JSON.parse accepts", () => {
    const fragment = fc.constantFrom(
      ...'[]{},:"\\-+.eE019 \n\u0001/',
      "true",
      "null",
      '"a"',
      '"a":',
      "1.5e+3",
      "\\u00e9",
      "\\u00"
    )
    fc.assert(
      fc.property(
        fc.array(fragment).map((fragments) => fragments.join("")),
        (text) => {
          const parsed = parse(bytes(text))
          const expected = attempt(() => JSON.parse(text))
          expect(Result.isSuccess(parsed)).toBe(expected !== undefined)
          if (Result.isFailure(parsed)) expect(parsed.failure).toMatch(/^.+$/)
        }
      ),
      { numRuns: 2000 }
    )
  })
})

describe("a number keeps its spelling, for labels", () => {
  const spellingOf = (number: string) => {
    const { root, spelling } = document(`{"id": ${number}}`)
    return spelling(root as JsonObject, "id")
  }

  test.each([
    "12345678901234567890",
    "9007199254740993",
    "1.50",
    "1.0",
    "1e3",
    "1E+3",
    "-0",
    "-0.0",
    "0.0000001",
    "1e400",
    "0.1000000000000000055"
  ])("%s", (number) => expect(spellingOf(number)).toBe(number))

  test.each(["0", "-1", "12.5", "0.1", "9007199254740991", "0.30000000000000004", "123456.789"])(
    "%s is what String() returns, so no spelling is kept",
    (number) => expect(spellingOf(number)).toBeUndefined()
  )

  test("at any place in the document", () => {
    const { root, spelling } = document('{"a \\"b\\"": [{"x": "1.0, 2.0"}, [1.0, 2, 3.0]], "é": {"__proto__": 1e3}}')
    const list = (root as { 'a "b"': [JsonObject, Array<Json>] })['a "b"']
    expect([0, 1, 2].map((index) => spelling(list[1], index))).toEqual(["1.0", undefined, "3.0"])
    expect(spelling(list[0], "x")).toBeUndefined()
    expect(spelling((root as { é: JsonObject }).é, "__proto__")).toBe("1e3")
  })

  test("of a duplicate key, that of the last", () => {
    const { root, spelling } = document('{"id": 1.0, "id": 2, "no": 1, "no": 2.0, "in": {"id": 1.0}, "in": {"id": 1}}')
    const inner = (root as { in: JsonObject }).in
    expect([spelling(root as JsonObject, "id"), spelling(root as JsonObject, "no"), spelling(inner, "id")]).toEqual([
      undefined,
      "2.0",
      undefined
    ])
  })

  test("for every number of any document", () => {
    const number = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => JSON.stringify(value)),
      fc.bigInt().map(String),
      fc.tuple(fc.integer(), fc.nat(99), fc.integer({ min: -30, max: 30 })).map(([a, b, e]) => `${a}.${b}0e${e}`),
      fc.tuple(fc.integer(), fc.nat(9999)).map(([a, b]) => `${a}.${b}`)
    )
    const key = fc.string().map((text) => JSON.stringify(text))
    const { value } = fc.letrec<{ value: string }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        number,
        key,
        fc.array(tie("value")).map((values) => `[${values.join(", ")}]`),
        fc.array(fc.tuple(key, tie("value"))).map((pairs) => `{${pairs.map(([k, v]) => `${k}:${v}`).join(",")}}`)
      )
    }))
    fc.assert(
      fc.property(
        value.map((text) => `[${text}]`),
        (text) => {
          const { root, spelling } = document(text)
          const found: Array<string> = []
          const expected: Array<string> = []
          const visit = (holder: Json): void => {
            if (typeof holder !== "object" || holder === null) return
            for (const [key, below] of Object.entries(holder)) {
              const at = Array.isArray(holder) ? Number(key) : key
              if (typeof below === "number") found.push(spelling(holder, at) ?? String(below))
              else visit(below)
            }
          }
          visit(root)
          parseWithSource(text, (_, value, context) => {
            if (typeof value === "number") expected.push(context.source)
            return value
          })
          expect(found.sort()).toEqual(expected.sort())
        }
      ),
      { numRuns: 500 }
    )
  })
})

describe("no depth and no length is too large", () => {
  test("100,000 levels, with spellings", () => {
    const { root, spelling } = document(`${"[".repeat(100_000)}1.0${"]".repeat(100_000)}`)
    let innermost = root as Array<Json>
    while (Array.isArray(innermost[0])) innermost = innermost[0]
    expect(spelling(innermost, 0)).toBe("1.0")
    expect(failure(bytes("[".repeat(100_000)))).toBe("cut off")
  })

  test("strings, numbers and blank space of a megabyte", () => {
    const long = 1_000_000
    expect(failure(bytes(`"${"a".repeat(long)}`))).toBe("cut off")
    expect(failure(bytes(`["${"\\n".repeat(long)}"`))).toBe("cut off")
    expect(failure(bytes(`${" ".repeat(long)}x`))).toBe("expected a value at line 1, column 1000001")
    const { root, spelling } = document(`[${"1".repeat(long)}]`)
    expect(spelling(root as Array<Json>, 0)).toHaveLength(long)
  })
})

type Reviver = (key: string, value: unknown, context: { readonly source: string }) => unknown

/** TypeScript's library does not have the third argument yet. */
const parseWithSource = JSON.parse as (text: string, reviver: Reviver) => unknown

function attempt<A>(run: () => A): A | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}
