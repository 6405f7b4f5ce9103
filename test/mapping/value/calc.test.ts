import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { compileCalc } from "../../../src/mapping/value/calc.ts"

/** The result where each operand is a number of `values`, by its path. */
const result = (text: string, values: Readonly<Record<string, number>> = {}) => {
  const { operands, evaluate } = compileCalc(text)
  return evaluate(
    operands.map(
      ({ aggregate, path }) => values[aggregate === "value" ? path.text : `${aggregate} ${path.text}`] ?? 1e9
    )
  )
}

test.each<[text: string, value: number, values?: Record<string, number>]>([
  ["1 + 2 * 3", 7],
  ["(1 + 2) * 3", 9],
  ["8 / 4 / 2", 1],
  ["8 - 4 - 2", 2],
  ["-2 * -3", 6],
  ["--2", 2],
  ["2 - -3", 5],
  ["-(1 + 2)", -3],
  ["1e3 + .5 + 5.", 1005.5],
  ["1 - free_kb / total_kb", 0.75, { free_kb: 1, total_kb: 4 }],
  ["used/total*100", 50, { used: 1, total: 2 }],
  ["a-b", 3, { a: 5, b: 2 }],
  ["['a-b'] - 1", 4, { "['a-b']": 5 }],
  ["$.a.b + @.c[0]", 3, { "$.a.b": 1, "@.c[0]": 2 }],
  ["sum(disks[*].free) / count( disks[*] )", 2, { "sum disks[*].free": 6, "count disks[*]": 3 }],
  ["max(a.*) - min(a.*) + first(a) + last(a)", 8, { "max a.*": 5, "min a.*": 1, "first a": 2, "last a": 2 }],
  ["sum + count", 3, { sum: 1, count: 2 }],
  ["m[?@.n == 'x - y'].v * 2", 4, { "m[?@.n == 'x - y'].v": 2 }],
  ["1 / 0", Number.NaN],
  ["0 / 0", Number.NaN],
  ["1 / (1 / 0)", Number.NaN],
  ["1 / (1e308 * 10)", Number.NaN],
  ["0 * (1 / 0)", Number.NaN]
])("%s is %d", (text, value, values) => expect(result(text, values)).toBe(value))

test("an operand that occurs twice is read once", () => {
  const { operands } = compileCalc("a / (a + b) + sum(a[*]) + sum(a[*])")
  expect(operands.map(({ aggregate, path }) => `${aggregate} ${path.text}`)).toEqual(["value a", "value b", "sum a[*]"])
})

test.each([
  ["", "expected a number, a path, ( or one of count, sum, min, max, first, last, found the end at character 1"],
  ["1 +", "found the end at character 4"],
  ["(1", "expected an operator or ), found the end at character 3"],
  ["1 2", 'expected an operator (+ - * /), found "2" at character 3'],
  ["a % b", 'found "%" at character 3'],
  ["avg(a[*])", "no function avg(): there are count, sum, min, max, first, last at character 1"],
  ["sum(1)", 'found "1" at character 5'],
  ["a > 1", 'found ">"'],
  ["a[", "expected a name in quotes"],
  [`${"(".repeat(300)}1${")".repeat(300)}`, "more than 200 operations"],
  ["1+".repeat(300), "more than 200 operations"]
])("%j is refused: %s", (text, message) => expect(() => compileCalc(text)).toThrow(message))

/** Evaluates 5 and the terms after it: products first, then sums. */
const expectedResult = (terms: ReadonlyArray<readonly [operator: string, value: number]>): number => {
  const products = [5]
  for (const [operator, value] of terms) {
    const last = products.pop() ?? 0
    if (operator === "*") products.push(last * value)
    else if (operator === "/") products.push(last / value)
    else products.push(last, operator === "+" ? value : -value)
  }
  return products.reduce((sum, product) => sum + product)
}

describe("properties", () => {
  type Tree = { readonly text: string; readonly value: number }
  const leaf = fc.oneof(
    fc.integer({ min: 0, max: 100 }).map((value): Tree => ({ text: String(value), value })),
    fc.constantFrom("a", "b.c").map((text): Tree => ({ text, value: text === "a" ? 3 : 0.5 }))
  )
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      leaf,
      tie("tree").map(({ text, value }): Tree => ({ text: `-(${text})`, value: -value })),
      fc.tuple(tie("tree"), fc.constantFrom("+", "-", "*", "/"), tie("tree")).map(([left, operator, right]): Tree => {
        const value = {
          "+": left.value + right.value,
          "-": left.value - right.value,
          "*": left.value * right.value,
          "/": left.value / right.value
        }
        const made = operator === "/" && right.value === 0 ? Number.NaN : value[operator as "+"]
        return { text: `(${left.text} ${operator} ${right.text})`, value: Number.isFinite(made) ? made : Number.NaN }
      })
    )
  }))

  test("the result is that of the syntax tree", () =>
    fc.assert(
      fc.property(tree, ({ text, value }) => {
        expect(result(text, { a: 3, "b.c": 0.5 })).toBe(value)
      })
    ))

  test("without parentheses, products come before sums, each from left to right", () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom("+", "-", "*", "/"), fc.integer({ min: 1, max: 9 })), { maxLength: 8 }),
        (terms) => {
          const text = `5${terms.map(([operator, value]) => ` ${operator} ${value}`).join("")}`
          expect(result(text)).toBe(expectedResult(terms))
        }
      )
    ))
})
