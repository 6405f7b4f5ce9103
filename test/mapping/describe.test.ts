import { expect, test } from "vitest"
import { describeRow } from "../../src/mapping/describe.ts"
import type { Node } from "../../src/mapping/document/node.ts"
import { problemLines, transformValue } from "./collect.ts"

const child = (parent: Node, key: string | number): Node => ({ value: null, key, parent })
const root: Node = { value: null, key: undefined, parent: undefined }

test("a row is described by its normalized path", () => {
  expect(describeRow(root)).toBe("$")
  expect(describeRow(child(child(root, "it's"), 3))).toBe("$['it\\'s'][3]")
})

test("a very deep row is described by the end of its path, a very long key by its beginning", () => {
  const deep = Array.from({ length: 100_000 }, (_, level) => level).reduce(child, root)
  expect(describeRow(deep)).toMatch(/^…\[99980\].*\[99999\]$/)
  expect(describeRow(child(root, "k".repeat(1e6)))).toBe(`$['${"k".repeat(60)}…']`)
})

test.each([
  ["nothing", {}, "missing m x $: nothing"],
  ["null", { x: null }, "missing m x $: null"],
  ["a text", { x: 'so "so"' }, 'not_a_number m x $: "so \\"so\\""'],
  ["a long text", { x: "x".repeat(1e6) }, `not_a_number m x $: "${"x".repeat(60)}…"`],
  [
    "a list",
    { x: [1, 2, 3] },
    'not_a_number m x $: a list of 3; x[0] is one item, { sum: "x[*]" } all of them; an each has a row for each'
  ],
  ["a map", { x: {} }, "not_a_number m x $: a map; its numbers are below it, at x.KEY"]
])("%s is described in a few words", (_, document, problem) => {
  expect(problemLines(transformValue({ metrics: { m: "x" } }, document))).toEqual([problem])
})

test("several values are counted", () => {
  expect(problemLines(transformValue({ metrics: { m: "x[*]" } }, { x: [1, 2, 3] }))).toEqual([
    'ambiguous m x[*] $: 3 values; { first: "x[*]" } takes one of them, an each has a row for each'
  ])
})
