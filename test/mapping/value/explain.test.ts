import { expect, test } from "vitest"
import { problemLines, transformValue } from "../collect.ts"

/** The end of the problem that a value is for a metric, after the description of the value. */
const hint = (metric: string, options: object, document: unknown): string | undefined => {
  const [line, ...others] = problemLines(
    transformValue({ metrics: { [metric]: { value: "v", ...options } } } as never, { v: document } as never)
  )
  expect(others).toEqual([])
  return line?.split("; ").slice(1).join("; ")
}

test.each<[string, object, unknown, string]>([
  ["m_watts", {}, "28 W", "parse: quantity reads it"],
  ["m", {}, "28 W", "W becomes _watts by parse: quantity, and the name ends in no unit"],
  ["m_bytes", {}, "28 W", "W becomes _watts by parse: quantity, and the name ends in _bytes"],
  ["m_seconds", { parse: "quantity" }, "28 W", "W becomes _watts by parse: quantity, and the name ends in _seconds"],
  ["m_seconds", {}, "1h5m", "parse: duration reads it"],
  ["m_timestamp_seconds", {}, "2026-01-31T12:00:00Z", "parse: time reads it"],
  ["m_timestamp_seconds", {}, "2026-01-31 12:00", "parse: time with a timezone reads it"],
  ["m_timestamp_seconds", { parse: "time" }, "2026-01-31", "it has no zone: timezone says which, as in timezone: UTC"],
  ["m", { map: { UP: 1 } }, "DOWN", "map has UP; _ is every other word"],
  [
    "m",
    { map: { a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1 } },
    "DOWN",
    "map has a, b, c, d, e, f, g, h and 1 more; _ is every other word"
  ],
  ["m", { pattern: "now ([0-9]+)" }, "then 5", "the pattern does not match"],
  ["m_total", { type: "counter" }, -1, "a counter is never below 0: type: gauge"],
  ["m", {}, "", 'null_values: [""] makes it no value'],
  ["m", {}, "so so", ""],
  ["m_seconds", {}, `1h${" ".repeat(200)}`, ""]
])("%s %j of %j: %s", (name, options, value, text) => {
  expect(hint(name, options, value)).toBe(text)
})

test("an aggregate explains the first value that is not a number", () => {
  const mapping = { metrics: { m_watts: { value: { sum: "v[*]" } } } }
  expect(problemLines(transformValue(mapping, { v: [1, "28 W", "x"] }))).toEqual([
    "not_a_number m_watts v[*] $: 3 values; parse: quantity reads it"
  ])
})

test.each([
  [{ items: [1] }, "items.v", "items is a list of 1; its items are items[*]"],
  [{ items: [1] }, "items.length", 'items is a list of 1; how many is { count: "items[*]" }'],
  [[1], "v", "@ is a list of 1; an each whose path ends in [*] has a row for each item"]
])("the problem of a path that a list interrupts: %j, %s", (document, value, found) => {
  expect(problemLines(transformValue({ metrics: { m: value } }, document))).toEqual([`missing m ${value} $: ${found}`])
})

test("a key with - in a calculation, where a-b subtracts", () => {
  expect(problemLines(transformValue({ metrics: { m: { value: { calc: "a-b" } } } }, { "a-b": 1 }))).toEqual([
    "missing m a-b $: a: @ has a-b; a key with - is ['a-b']"
  ])
})
