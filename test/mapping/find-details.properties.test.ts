import * as Result from "effect/Result"
import * as fc from "fast-check"
import { expect, test } from "vitest"
import { findDetails } from "../../src/mapping/find-details.ts"
import { createTransform } from "../../src/mapping/transform.ts"
import { bodyOf, collect, planOf } from "./collect.ts"

/** A failure prints its seed. SEED repeats it, and RUNS sets the number of cases. */
const seed = Number(process.env.SEED ?? Math.trunc(Math.random() * 2 ** 31))
const numRuns = Number(process.env.RUNS ?? 500)

const id = fc.oneof({ weight: 5, arbitrary: fc.nat(99) }, fc.constantFrom(null, "", [1]))
const leaf = fc.record({ id, on: fc.boolean(), more: fc.string({ maxLength: 3 }) }, { requiredKeys: [] })
const row = fc.record(
  {
    id,
    on: fc.boolean(),
    sub: fc.oneof(fc.array(leaf, { maxLength: 3 }), fc.constant(null)),
    text: fc.json({ maxDepth: 1 })
  },
  { requiredKeys: [] }
)
const list = fc.oneof({ weight: 6, arbitrary: fc.array(row, { maxLength: 5 }) }, fc.constantFrom(null, {}, "x"))
const page = fc.record({ a: list, b: list, c: fc.record({ a: list }, { requiredKeys: [] }) }, { requiredKeys: [] })

const outer = fc.constantFrom("a[*]", "$.a[*]", "$.b[?@.on]", "b[1:]", "c.a[*]", "$..a[*]", "$.*[*]", "$['a','b'][*]")
const inner = fc.constantFrom("sub[*]", "sub[?@.on == false]", "$.b[*]", "@")

let metric = 0
const detailed = (path: string, label: string) => ({
  path,
  optional: true,
  labels_from: { [label]: "id" },
  get: { url: "/{id}" },
  metrics: { [`m${metric++}`]: "v" }
})

/** Lists whose rows have documents, also within the rows of other lists, and lists without documents. */
const each = fc.oneof(
  outer.map((path) => detailed(path, "id")),
  outer.map((path) => ({
    path,
    optional: true,
    labels_from: { other: "id" },
    metrics: { [`m${metric++}`]: { value: { constant: 1 } } }
  })),
  fc.tuple(outer, fc.array(inner, { minLength: 1, maxLength: 2 })).map(([path, paths]) => ({
    path,
    optional: true,
    labels_from: { outer: "id" },
    each: paths.map((inner) => detailed(inner, "id"))
  }))
)

test("each row gets its own document, for any lists and pages, parsed or read from bytes", () => {
  let found = 0
  fc.assert(
    fc.property(
      fc.array(each, { minLength: 1, maxLength: 3 }),
      fc.array(page, { minLength: 1, maxLength: 3 }),
      (each, pages) => {
        const plan = planOf({ each })
        const bodies = () => pages.map((page) => bodyOf(JSON.stringify(page)))
        const details = Result.getOrThrow(findDetails(plan, bodies(), (time) => time)).map(({ urls }) =>
          urls.map((url) => (url === undefined ? "none" : bodyOf(`{"v": ${url.slice(1)}}`)))
        )
        const transform = createTransform(plan)
        for (const _ of ["first poll", "second poll"]) {
          const { samples } = collect((samples) => Result.getOrThrow(transform(bodies(), samples, details)))
          for (const { labels, value, family } of samples) {
            const own = labels.find(([name]) => name === "id")?.[1]
            if (own === undefined) continue
            found++
            expect(value, `${family.name} of ${own}`).toBe(Number(own))
          }
        }
      }
    ),
    { numRuns, seed }
  )
  // most cases have rows with documents
  expect(found, `seed ${seed}`).toBeGreaterThan(numRuns)
})
