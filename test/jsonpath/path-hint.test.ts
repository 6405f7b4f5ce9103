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
  ["items[", undefined],
  ["$['a','b'", undefined],
  ["keys(map)", undefined]
])("%s: %s", (text, hint) => {
  expect(() => compileRelative(text)).toThrow()
  expect(pathHint(text)).toBe(hint)
  // the proposed path is valid
  const proposed = /(?:here it is |: "|count: ")(\S.*?)"?(?: \})?$/.exec(hint ?? "")?.[1]
  if (proposed !== undefined) compileRelative(proposed.replace(/"$/, ""))
})

test.each([
  ["items[?@.x = 1]", "items[?@.x == 1]"],
  ["items[?@.state='UP']", "items[?@.state == 'UP']"],
  ["items[?state=='UP'].v", "items[?@.state=='UP'].v"],
  ["items[?(@.state=='UP' and @.v>0)]", "items[?(@.state=='UP' && @.v>0)]"],
  ["items[?@.a == 'x and y' or not b]", "items[?@.a == 'x and y' || !@.b]"],
  ["items[?@.state in ['UP','X']]", "items[?@.state == 'UP' || @.state == 'X']"],
  ["items[?v>`3`]", "items[?@.v>3]"],
  ["items[?id==`a`]", "items[?@.id=='a']"],
  ["$.items[?(@.id =~ /a.*/i)]", "$.items[?(search(@.id, 'a.*'))]"],
  ["$.items[?(@.name contains 'x')]", "$.items[?(search(@.name, 'x'))]"],
  ['items.#(id=="a").v', 'items[?@.id=="a"].v'],
  ["items.#(v>1)#.v", "items[?@.v>1].v"]
])("the filter of another dialect %s becomes %s", (text, path) => {
  expect(() => compileRelative(text)).toThrow()
  compileRelative(path)
  expect(pathHint(text)).toBe(`here it is ${path}`)
})

const noPipe = "a path has no |: it only finds values; see units, parse, map and calc for what is made of them"
const key = "the key of a row is not in a path: it is the label { key: 0 }, in a filter key(@)"
const up = "a path does not go up: take the label in the labels_from of the outer each, or start at the document with $"

test.each([
  ['.items[] | select(.state == "UP")', 'this is jq\'s form; here it is items[?@.state == "UP"]'],
  [".items[]|select(.v > 1 and .w)|.v", "this is jq's form; here it is items[?@.v > 1 && @.w].v"],
  [".items[]|.v", "this is jq's form; here it is items[*].v"],
  [".items | length", 'this is jq\'s form; the number of items is { count: "items[*]" }'],
  [".map | to_entries[]", "this is jq's form; the rows are map.*, and the key of each is the label { key: 0 }"],
  [".big|tonumber", "this is jq's form; here it is big: a string that reads as a number needs no conversion"],
  ["[.a[].b] | add", noPipe],
  ["items[*].v | add", 'here it is { sum: "items[*].v" }'],
  ["items[?id==`a`].v | [0]", "a path has no |; the first is { first: \"items[?@.id=='a'].v\" }"],
  ["{{ .x | quote }}", `this is a template's form; ${noPipe}`],
  ["{range .items[*]}{.x}{end}", "a path has no range: rows are an each"],
  ["@property", key],
  ["map.*~", key],
  ["^.id", up],
  ["sum(items[*].v)", 'a path has no functions; this is { sum: "items[*].v" }'],
  ["uptime_ms / 1000", 'a path has no arithmetic; this is { calc: "uptime_ms / 1000" }'],
  ["used/total", `${odd}"['used/total']"; as arithmetic it is { calc: "used/total" }`]
])("the hint for %s: %s", (text, hint) => {
  expect(() => compileRelative(text)).toThrow()
  expect(pathHint(text)).toBe(hint)
})

test.each(["items[?(@.x == 1)]", "items[?@.x=='a-b']"])("%s needs no hint", (text) => void compileRelative(text))
