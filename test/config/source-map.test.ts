import * as Result from "effect/Result"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { type KeyPath, parseYaml } from "../../src/config/source-map.ts"

const source = (text: string) => Result.getOrThrow(parseYaml(text))
const broken = (text: string) =>
  Result.getOrThrow(Result.flip(parseYaml(text))).map(({ line, column, message }) => `${line}:${column}: ${message}`)

const yaml = `targets:
  - name: shop
    metrics:
      a: { value: x, help: "X." }
  - &base
    name: fleet
`

test.each<[KeyPath, string, string]>([
  [[], "1:1", "1:1"],
  [["targets", 0, "name"], "2:11", "2:5"],
  [["targets", 0, "metrics", "a", "help"], "4:28", "4:22"],
  [["targets", 1, "name"], "6:11", "6:5"],
  [["targets", 0, "url"], "2:5", "2:5"],
  [["targets", 7], "2:3", "1:1"]
])("the value of %j is at %s, its key at %s; a missing one is at the nearest parent", (path, value, key) => {
  const { positionOf, keyPositionOf } = source(yaml)
  const text = ({ line, column }: { line: number; column: number }) => `${line}:${column}`
  expect([text(positionOf(path)), text(keyPositionOf(path))]).toEqual([value, key])
})

test("the position of an aliased value is that of its anchor", () => {
  const { positionOf, value } = source("a: &x\n  b: 1\nc: *x\nd:\n  <<: *x\n  e: 2\n")
  expect(positionOf(["c", "b"])).toEqual({ line: 2, column: 6 })
  expect(value).toMatchObject({ d: { b: 1, e: 2 } })
})

test("JSON is read too, also with tabs", () => {
  const { positionOf, value } = source('{\n\t"a": {\n\t\t"b": [1, 2]\n\t}\n}')
  expect(value).toEqual({ a: { b: [1, 2] } })
  expect(positionOf(["a", "b", 1])).toEqual({ line: 3, column: 12 })
})

test("a duplicate key is found, and the rest is still read", () => {
  const { duplicates, value } = source("a: { b: 1, b: 2 }\nc: 3\n")
  expect(duplicates).toEqual([{ line: 1, column: 12, path: ["a", "b"], message: "duplicate key" }])
  expect(value).toMatchObject({ c: 3 })
})

test.each([
  ["a: [1\nb: 2", "1:4: this [ is not closed"],
  ["a: !foo 1", '1:4: a value that begins with ! needs quotes: a: "!foo 1"'],
  ["a:\n  b: *nope", "2:6: no anchor &nope before this alias"],
  ["a: &x\n  b: *x", "2:6: this alias is inside its own anchor &x"],
  ["? [a]\n: b", "1:3: a key must be a word, not a list, a map or an alias"],
  ["a: { <<: 5 }", "1:1: Merge sources must be maps or map aliases"],
  [
    `a: &a [x, x]\nb: &b [${"*a,".repeat(9)}]\nc: &c [${"*b,".repeat(9)}]\nd: [${"*c,".repeat(9)}]`,
    "1:1: Excessive alias count indicates a resource exhaustion attack"
  ],
  ["a: 1\n---\nb: 2", "2:1: a second YAML document: a file can have only one"]
])("%j is an error", (text, message) => {
  expect(broken(text)).toEqual([message])
})

test("100,000 levels are an error", () => {
  expect(broken("[".repeat(100_000))).toEqual([expect.stringMatching(/^1:\d+: nested too deeply$/)])
})

test("parsing never throws, whatever the text", () => {
  const sign = fc.constantFrom(..."abc:-[]{}&*!|>'\"%@`#,?<=\n\t \0\\".split(""), "a: ", "\n  - ", "&a ", "*a", "<<: ")
  fc.assert(
    fc.property(fc.array(sign, { maxLength: 40 }), (signs) => void parseYaml(signs.join(""))),
    { numRuns: 2000 }
  )
})
