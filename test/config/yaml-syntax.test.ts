import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { parseYaml } from "../../src/config/source-map.ts"

const head = "targets:\n  - name: shop\n    url: https://x/\n    metrics:\n"

/** `line:column: message` of each problem. */
const problems = (text: string) =>
  Result.match(parseYaml(text), {
    onSuccess: () => [],
    onFailure: (found) => found.map(({ line, column, message }) => `${line}:${column}: ${message}`)
  })

test.each([
  [
    "      a_b: { value: queues[0].depth, help: x }",
    '5:27: a path with [ ] inside { } needs quotes: value: "queues[0].depth"'
  ],
  ["      a: { value: disks[*].x }", '5:24: a path with [ ] inside { } needs quotes: value: "disks[*].x"'],
  [
    "      a: { value: d[?@.x == 1, 2].y, help: b }",
    '5:20: a path with [ ] inside { } needs quotes: value: "d[?@.x == 1, 2].y"'
  ],
  [`      a: { value: d[?@.x == "y"].z }`, `5:20: a path with [ ] inside { } needs quotes: value: 'd[?@.x == "y"].z'`],
  [
    "      a: { value: { count: disks[*] }, help: b }",
    '5:33: a path with [ ] inside { } needs quotes: count: "disks[*]"'
  ],
  [
    "      a: { value: x, help: Time, of day }",
    '5:34: a text with a comma inside { } needs quotes: help: "Time, of day"'
  ],
  ["      a: { value: x, help: Time: of day }", '5:32: a text with ": " in it needs quotes: help: "Time: of day"'],
  [
    "      a: { value: x, help: The #1 thing }",
    '5:32: a text with " #" in it needs quotes, since # begins a comment: help: "The #1 thing"'
  ],
  ["      a:\n        help: Time: of day", '6:19: a text with ": " in it needs quotes: help: "Time: of day"'],
  [
    '      a: { value: x, pattern: "(\\d+) W" }',
    "5:33: \\d has no meaning inside double quotes: use single quotes, which take a \\ as it is, or write \\\\d"
  ],
  ["      a:\n        value: @", '6:16: a value that begins with @ needs quotes: value: "@"'],
  ["      a: { value: @.x, help: b }", '5:19: a value that begins with @ needs quotes: value: "@.x"'],
  ["      a:\n        value: [*]", '6:16: a value that begins with [ needs quotes: value: "[*]"'],
  ["      a: { value: * }", '5:19: a value that begins with * needs quotes: value: "*"'],
  ["      a: { value: x, unit: % }", '5:28: a value that begins with % needs quotes: unit: "%"'],
  ["      a: `x`", '5:10: a value that begins with ` needs quotes: a: "`x`"'],
  ["      a: !x y", '5:10: a value that begins with ! needs quotes: a: "!x y"'],
  ["\t  a: b", "5:1: a tab: YAML is indented with spaces"],
  ["      a: b\n\t\tc: d", "6:1: a tab: YAML is indented with spaces"],
  ["      a: {value:x}", "5:11: a space is missing after the colon: value: x"],
  ["      a:\n        value:x\n        help: y", "6:14: a space is missing after the colon: value: x"],
  ["      a:b", "5:8: a space is missing after the colon: a: b"],
  ["      a: { value: x, help: y", "5:10: this { is not closed"],
  ["      a: { value: x help: y }", "5:21: a comma is missing before help"],
  ["      a: { value: 'x, help: y }", "5:19: this quote is not closed"],
  ['      a: "x', "5:10: this quote is not closed"],
  ['      a: { value: "q[0]".depth }', "5:25: text after the closing quote: the quotes belong around all of it"],
  ["      a: { value: {{ v }} }", "5:20: this is a template's form; here it is v"],
  ["      a: {{ v }}", "5:11: this is a template's form; here it is v"],
  ["      a: {.v}", "5:11: this is json_exporter's form; here it is v"],
  ["      a: { value: {.v} }", "5:20: this is json_exporter's form; here it is v"],
  ["      a: { value: x, help }", '5:22: a text with a comma inside { } needs quotes: value: "x, help"'],
  [
    "     a: x\n      b: y",
    "5:9: this line has a value already, but the next one is indented more, as if it were a part of it"
  ],
  ["      a: { value: x }\n     b: y", "6:6: not indented like the lines above it that it belongs to"]
])("%s\n%s", (line, problem) => {
  // there is a second error after it, which is not reported
  expect(problems(`${head}${line}\n      zz: { value: y[0] }\n`)).toEqual([problem])
})

test("the message about a line with a secret does not quote it", () => {
  const text = "targets:\n  - name: shop\n    headers: { X-Key: se[cret] }\n"
  const found = parseYaml(text)
  expect(JSON.stringify(found)).not.toMatch(/se\[?cret/)
  expect(problems(text)).toEqual(["3:25: a path with [ ] inside { } needs quotes"])
})

test("the line is shown, with a caret below the position", () => {
  const found = parseYaml(`${head}      a: { value: q[0] }\n`)
  expect(Result.isFailure(found) && found.failure[0]?.excerpt).toBe("      a: { value: q[0] }\n                   ^")
})
