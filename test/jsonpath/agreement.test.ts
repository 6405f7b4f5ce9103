import * as fc from "fast-check"
import { JSONPathEnvironment } from "json-p3"
import { describe, expect, test } from "vitest"
import { compile, find, location, select } from "../../src/jsonpath/evaluate.ts"
import type { Json } from "../../src/mapping/document/json.ts"

/**
 * The documents and paths leave out what json-p3 gets wrong: fractions below 1, characters beyond U+FFFF, a filter
 * before another selector, and `$` in a filter within a filter, which it takes for the item of the outer filter.
 */
describe("agrees with json-p3", () => {
  const reference = new JSONPathEnvironment({ maxRecursionDepth: 1000 })
  const names = ["a", "b", "odd key", "constructor", "it's", 'a "quote"', "back\\slash", "line\n", "☺"]
  const name = fc.constantFrom(...names)
  const scalar = fc.constantFrom<Json>(null, true, false, 0, 1, -2, 1.5, "a", "b", "")
  const { document } = fc.letrec<{ document: Json }>((tie) => ({
    document: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      scalar,
      fc.array(tie("document"), { maxLength: 4 }),
      fc.dictionary(name, tie("document"), { maxKeys: 4, noNullPrototype: true })
    )
  }))

  const quoted = (text: string) =>
    `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
  const shorthand = fc.constantFrom(".a", ".b", ".☺", ".constructor")
  const index = fc.integer({ min: -4, max: 4 })
  const bound = fc.option(index, { nil: "" })
  const slice = fc.tuple(bound, bound, bound).map((bounds) => bounds.join(":"))
  const step = fc.oneof(
    shorthand,
    fc.oneof(name.map(quoted), index).map((selector) => `[${selector}]`)
  )
  const singular = fc
    .tuple(fc.constantFrom("$", "@"), fc.array(step, { maxLength: 2 }))
    .map(([root, steps]) => root + steps.join(""))
  const literal = fc.constantFrom("null", "true", "1", "-2", "1.5", "'a'", '""')
  const { query } = fc.letrec<Record<"selector" | "segment" | "query" | "test", string>>((tie) => ({
    selector: fc.oneof(name.map(quoted), index.map(String), slice, fc.constant("*")),
    segment: fc.oneof(
      { maxDepth: 3 },
      shorthand,
      fc.constantFrom(".*", "..a", "..*"),
      fc
        .tuple(fc.constantFrom("", ".."), fc.array(tie("selector"), { minLength: 1, maxLength: 2 }))
        .map(([dots, selectors]) => `${dots}[${selectors.join(",")}]`),
      fc.tuple(fc.constantFrom("", ".."), tie("test")).map(([dots, test]) => `${dots}[?${test}]`)
    ),
    query: fc
      .tuple(fc.constantFrom("$", "@"), fc.array(tie("segment"), { maxLength: 2 }))
      .map(([root, segments]) => root + segments.join("")),
    test: fc.oneof(
      { maxDepth: 3 },
      singular,
      fc
        .tuple(
          fc.oneof(singular, literal),
          fc.constantFrom("==", "!=", "<", "<=", ">", ">="),
          fc.oneof(singular, literal)
        )
        .map((parts) => parts.join("")),
      tie("query"),
      tie("query").map((inner) => `count(${inner})>1`),
      tie("query").map((inner) => `value(${inner})==1`),
      singular.map((inner) => `length(${inner})>=1`),
      singular.map((inner) => `search(${inner},'[ab]')`),
      fc.tuple(tie("test"), fc.constantFrom("&&", "||"), tie("test")).map((parts) => parts.join("")),
      tie("test").map((inner) => `!(${inner})`)
    )
  }))

  test("on the values and locations of random paths in random documents", () => {
    fc.assert(
      fc.property(
        query.map((text) => `$${text.slice(1)}`).filter((text) => !/\?.*\?.*\$/.test(text)),
        document,
        (text, root) => {
          const nodes = select(compile(text), root)
          const expected = reference.query(text, root as never)
          expect(nodes.map(location)).toEqual(expected.paths({ form: "canonical" }))
          expect(nodes.map(({ value }) => value)).toEqual(expected.values())
        }
      ),
      { numRuns: 2000 }
    )
  })

  test("find returns what select returns, for paths to one value", () => {
    fc.assert(
      fc.property(
        singular.map((text) => `$${text.slice(1)}`),
        document,
        (text, root) => {
          const path = compile(text)
          expect(find(path.keys ?? [], root)).toBe(select(path, root)[0]?.value)
        }
      )
    )
  })
})
