import { describe, expect, test } from "vitest"
import type { Json } from "../../src/mapping/document/json.ts"
import type { DropReason } from "../../src/mapping/problems.ts"
import { compilePattern } from "../../src/mapping/value/pattern.ts"
import { transformText } from "./collect.ts"

type Reading = number | DropReason | undefined

/** The sample of a metric, or the reason why it is dropped; undefined if it is optional. */
const reading = (metric: object, document: Readonly<Record<string, Json | undefined>>): Reading => {
  const text = JSON.stringify(document, (_, value) => (value === Number.POSITIVE_INFINITY ? "<1e400>" : value))
  const { samples, problems } = transformText({ metrics: { m: metric } }, text.replaceAll('"<1e400>"', "1e400"))
  expect(samples.length + problems.length).toBeLessThanOrEqual(1)
  return samples[0]?.value ?? problems[0]?.reason
}

test.each<[what: string, steps: object, value: Json | undefined, expected: Reading]>([
  ["a number is itself", {}, 12.5, 12.5],
  ["a number that no double holds is a problem", {}, Number.POSITIVE_INFINITY, "not_a_number"],
  ["true is 1", {}, true, 1],
  ["false is 0", {}, false, 0],
  ["a string is its number", {}, "12.5", 12.5],
  ["a string may have blanks around its number", {}, " -3e2\n", -300],
  ["a string that is no number is a problem", {}, "many", "not_a_number"],
  ["an empty string is a problem", {}, "", "not_a_number"],
  ["a hexadecimal string is a problem", {}, "0x10", "not_a_number"],
  ["a string with a number that no double holds is a problem", {}, "1e400", "not_a_number"],
  ["NaN spelled out is a problem", {}, "NaN", "not_a_number"],
  ["nothing is missing", {}, undefined, "missing"],
  ["null is missing", {}, null, "missing"],
  ["nothing is no problem where it is optional", { optional: true }, undefined, undefined],
  ["null is no problem where it is optional", { optional: true }, null, undefined],
  ["nothing is the default", { default: 7 }, undefined, 7],
  ["null is the default, which is not scaled", { default: 7, scale: 10 }, null, 7],
  ["a default replaces only what is missing", { default: 7 }, "many", "not_a_number"],
  ["an object is a problem", {}, {}, "not_a_number"],
  ["an array is a problem", {}, [1], "not_a_number"],

  ["map replaces words", { map: { UP: 1, DOWN: 0 } }, "DOWN", 0],
  ["a word that is not in map is a problem", { map: { UP: 1 } }, "SIDEWAYS", "unknown_state"],
  ["a number that is not in map stays", { map: { UP: 1 } }, "12.5", 12.5],
  ["map replaces booleans by their words", { map: { true: 0, false: 1 } }, true, 0],
  ["map replaces numbers by their digits", { map: { 2: 200 } }, 2, 200],
  ["inherited names are not in map: constructor", { map: { UP: 1 } }, "constructor", "unknown_state"],
  ["own names are in map: __proto__", { map: JSON.parse('{"__proto__":3}') }, "__proto__", 3],

  ["parse rfc3339", { parse: "rfc3339" }, "1970-01-01T01:00:00Z", 3600],
  ["parse duration", { parse: "duration" }, "1h2m3.5s", 3723.5],
  ["parse bytes", { parse: "bytes" }, "95.2 MiB", 95.2 * 2 ** 20],
  ["parse that fails is a problem", { parse: "rfc3339" }, "yesterday", "not_a_number"],
  ["parse does not change a number", { parse: "rfc3339" }, 3600, 3600],
  ["parse, then map, then scale", { parse: "duration", map: { 60: 5 }, scale: 10 }, "1m", 50],
  ["map replaces a word that parse cannot read", { parse: "rfc3339", map: { never: 0 } }, "never", 0],

  ["pattern takes its first group", { pattern: "([0-9.]+) (Mbps)" }, "at 93.5 Mbps", 93.5],
  ["a text that does not match pattern is a problem", { pattern: "([0-9.]+) Mbps" }, "fast", "not_a_number"],
  ["a pattern whose group did not match is a problem", { pattern: "(a)?b" }, "b", "not_a_number"],
  ["pattern does not change a number", { pattern: "([0-9])" }, 42, 42],
  ["pattern, then parse", { pattern: "up (.*)", parse: "duration" }, "up 2m", 120],
  ["pattern, then map", { pattern: "^(\\w+)", map: { degraded: 0.5 } }, "degraded: disk 3", 0.5],

  ["scale multiplies", { scale: 1024 }, 3, 3072],
  ["scale by a part of one is exact", { scale: 0.01 }, 57, 0.57],
  ["scale by a millionth is exact", { scale: 1e-6 }, 57, 0.000057],
  ["scale past what a double holds is a problem", { scale: 1e10 }, 1e300, "not_a_number"],
  ["a counter is never negative", { type: "counter" }, -1, "not_a_number"],
  ["a gauge may be negative", { type: "gauge" }, -1, -1]
])("%s", (_, steps, v, expected) => expect(reading({ value: "v", ...steps }, { v })).toBe(expected))

test("several values instead of one are ambiguous", () =>
  expect(reading({ value: "v[*]" }, { v: [1, 2] })).toBe("ambiguous"))

describe("aggregates", () => {
  test.each<
    [what: string, aggregate: "count" | "sum" | "min" | "max", steps: object, values: Json[], expected: Reading]
  >([
    ["count counts whatever there is", "count", {}, [1, null, "x", {}], 4],
    ["count of none is 0", "count", {}, [], 0],
    ["sum adds", "sum", {}, [1, "2.5", true], 4.5],
    ["sum of none is 0", "sum", {}, [], 0],
    ["sum skips null", "sum", {}, [1, null], 1],
    ["one value that is not a number makes the sum a problem", "sum", {}, [1, "x"], "not_a_number"],
    ["a sum that no double holds is a problem", "sum", {}, [1e308, 1e308], "not_a_number"],
    ["min is the least", "min", {}, [3, -1, 2], -1],
    ["max is the greatest", "max", {}, [3, -1, 2], 3],
    ["min of none is missing", "min", {}, [], "missing"],
    ["max of nothing but null is the default", "max", { default: 0 }, [null], 0],
    [
      "each value is parsed and mapped, the result is scaled",
      "max",
      { parse: "duration", scale: 1000 },
      ["1m", "2s"],
      60_000
    ]
  ])("%s", (_, aggregate, steps, v, expected) =>
    expect(reading({ value: { [aggregate]: "v[*]" }, ...steps }, { v })).toBe(expected)
  )
})

describe("statesets", () => {
  const states = ["rw", "ro", "2"]
  test.each<[what: string, expected: Reading, mode: Json | undefined, extra?: object]>([
    ["a state is its position", 1, "ro"],
    ["a number is a state by its digits", 2, 2],
    ["another word is unknown", "unknown_state", "off"],
    ["a list is no state", "ambiguous", ["rw"]],
    ["nothing is missing", "missing", undefined],
    ["nothing is the default", 0, undefined, { default: "rw" }],
    ["nothing is no problem where it is optional", undefined, undefined, { optional: true }],
    ["pattern extracts the word from a text", 1, "mode=ro;", { pattern: "mode=(\\w+)" }]
  ])("%s", (_, expected, mode, extra) => {
    const metrics = { m: { type: "stateset", value: "mode", states, ...extra } }
    const { samples, problems } = transformText({ metrics }, JSON.stringify({ mode }))
    const position = samples.findIndex(({ value }) => value === 1)
    expect(position < 0 ? problems[0]?.reason : position).toBe(expected)
  })
})

test("a pattern that would backtrack exponentially takes linear time", () => {
  const { capture } = compilePattern("^((a+)+)+$")
  expect(capture(`${"a".repeat(10_000)}b`)).toBeUndefined()
})
