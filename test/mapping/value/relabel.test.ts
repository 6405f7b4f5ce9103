import { expect, test } from "vitest"
import { compileAnchored, compileRewrite } from "../../../src/mapping/value/relabel.ts"

const rewrite = (
  pattern: string | undefined,
  replacement?: string,
  map?: Record<string, string>,
  nullValues: string[] = []
) =>
  compileRewrite({
    pattern: pattern === undefined ? undefined : compileAnchored(pattern),
    replacement,
    map,
    nullValues
  })

test.each<
  [
    text: string,
    pattern: string | undefined,
    replacement: string | undefined,
    result: string,
    map?: Record<string, string>
  ]
>([
  ["/Common/shop_https", "/Common/(.*)", undefined, "shop_https"],
  ["/Common/shop_https", ".*", undefined, "/Common/shop_https"],
  ["/Other/shop_https", "/Common/(.*)", undefined, ""],
  ["signal_12", "signal_(\\d+)", undefined, "12"],
  // anchored at both ends
  ["my signal_1", "signal_(\\d+)", undefined, ""],
  ["signal_1x", "signal_(\\d)", undefined, ""],
  ["a|b", "a|b", undefined, ""],
  ["b", "a|b", undefined, "b"],
  ["a\nb", "a.b", undefined, "a\nb"],
  ["a:b", "(.*):(.*)", "$2-$1", "b-a"],
  ["a:b", "(.*):(.*)", "${1}x$$", "ax$"],
  ["a:b", "(?P<host>.*):(.*)", "$host", "a"],
  ["a", "(a)(b)?", "$2", ""],
  ["a", "a", "constant", "constant"],
  ["1", undefined, undefined, "active", { 1: "active", 2: "standby" }],
  ["3", undefined, undefined, "3", { 1: "active" }],
  ["3", undefined, undefined, "other", { 1: "active", _: "other" }],
  ["s1", "s(.)", undefined, "active", { 1: "active" }],
  ["", undefined, undefined, "", { _: "other" }],
  ["constructor", undefined, undefined, "constructor", { a: "b" }]
])("%j by %j and %j is %j", (text, pattern, replacement, result, map) =>
  expect(rewrite(pattern, replacement, map)?.(text)).toBe(result)
)

test("null_values apply before and after the pattern, and give no label", () => {
  expect(rewrite(undefined, undefined, undefined, ["N/A"])?.("N/A")).toBe("")
  expect(rewrite("x=(.*)", undefined, { _: "other" }, ["N/A"])?.("x=N/A")).toBe("")
  expect(rewrite("x=(.*)", undefined, undefined, ["N/A"])?.("x=1")).toBe("1")
})

test("without options there is no rewrite", () => expect(rewrite(undefined)).toBeUndefined())

test.each([
  ["(a)", "$2", "the pattern has no group 2"],
  ["(a)", "$1x", "the pattern has no group 1x: write ${1}"],
  ["(a)", "$name", "the pattern has no group name"]
])("the replacement of %j by %j is refused: %s", (pattern, replacement, message) =>
  expect(() => rewrite(pattern, replacement)).toThrow(message)
)

test("a pattern must be valid on its own", () => expect(() => compileAnchored("a)(b")).toThrow())

test("a pattern that would backtrack exponentially takes linear time", () =>
  expect(rewrite("((a+)+)+")?.(`${"a".repeat(10_000)}b`)).toBe(""))
