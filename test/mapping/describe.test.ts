import { expect, test } from "vitest"
import { describeRow } from "../../src/mapping/describe.ts"
import type { Node } from "../../src/mapping/document/node.ts"
import { problemLines, transformValue } from "./collect.ts"

const down = (parent: Node, key: string | number): Node => ({ value: null, key, parent })
const root: Node = { value: null, key: undefined, parent: undefined }

test("a row is told by its normalized path", () => {
  expect(describeRow(root)).toBe("$")
  expect(describeRow(down(down(root, "it's"), 3))).toBe("$['it\\'s'][3]")
})

test("of a row very deep in the document only the end of the way is told, of a very long key the beginning", () => {
  const deep = Array.from({ length: 100_000 }, (_, level) => level).reduce(down, root)
  expect(describeRow(deep)).toMatch(/^…\[99980\].*\[99999\]$/)
  expect(describeRow(down(root, "k".repeat(1e6)))).toBe(`$['${"k".repeat(60)}…']`)
})

test.each([
  ["nothing", {}, "missing m x $: nothing"],
  ["null", { x: null }, "missing m x $: null"],
  ["a text", { x: 'so "so"' }, 'not_a_number m x $: "so \\"so\\""'],
  ["a long text", { x: "x".repeat(1e6) }, `not_a_number m x $: "${"x".repeat(60)}…"`],
  ["a list", { x: [1, 2, 3] }, "not_a_number m x $: a list of 3"],
  ["a map", { x: {} }, "not_a_number m x $: a map"]
])("%s is told in a few words", (_, document, complaint) => {
  expect(problemLines(transformValue({ metrics: { m: "x" } }, document))).toEqual([complaint])
})

test("several values are counted", () => {
  expect(problemLines(transformValue({ metrics: { m: "x[*]" } }, { x: [1, 2, 3] }))).toEqual([
    "ambiguous m x[*] $: 3 values"
  ])
})
