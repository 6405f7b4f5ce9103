import { expect, test } from "vitest"
import { compileRelative } from "../../src/jsonpath/evaluate.ts"
import { pathHint } from "../../src/jsonpath/path-hint.ts"

const odd = "a name with characters other than letters, digits and _ needs brackets and quotes: "

test.each([
  ["{.v}", "this is json_exporter's form; here it is v"],
  ["{ .items[*].x }", "this is json_exporter's form; here it is items[*].x"],
  ["{$.v}", "this is json_exporter's form; here it is v"],
  [".v", "this is jq's form; here it is v"],
  [".", "this is jq's form; here it is @"],
  [".items[].x", "this is jq's form; here it is items[*].x"],
  ["{{ v }}", "this is a template's form; here it is v"],
  ["{{ .Values.x }}", "this is a template's form; here it is Values.x"],
  ["/a/b", "this is JSON Pointer's form; here it is a.b"],
  ["cpu-load", `${odd}"['cpu-load']"`],
  ["$.a-b", `${odd}"$['a-b']"`],
  ["a.cpu-load.x[0]", `${odd}"a['cpu-load'].x[0]"`],
  ["a.odd key", `${odd}"a['odd key']"`],
  ["a.2xx", `${odd}"a['2xx']"`],
  ["items.0.x", "here it is items[0].x"],
  ["items.#.x", "here it is items[*].x"],
  ["items[].x", "here it is items[*].x"],
  ["items.length()", 'a path has no functions; the number of items is { count: "items[*]" }'],
  ["length(items)", 'a path has no functions; the number of items is { count: "items[*]" }'],
  ["items[?@.x = 1]", "a filter compares with =="],
  ["items[", undefined]
])("%s: %s", (text, hint) => {
  expect(() => compileRelative(text)).toThrow()
  expect(pathHint(text)).toBe(hint)
  // the proposed path is valid
  const proposed = /(?:here it is |: "|count: ")(\S.*?)"?(?: \})?$/.exec(hint ?? "")?.[1]
  if (proposed !== undefined) compileRelative(proposed.replace(/"$/, ""))
})

test.each(["items[?(@.x == 1)]", "items[?@.x=='a-b']"])("%s needs no hint", (text) => void compileRelative(text))
