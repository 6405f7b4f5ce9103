import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { createTransform, transformDocuments } from "../../src/mapping/transform.ts"
import { bodyOf, collect, documentOf, lines, planOf, problemLines } from "./collect.ts"

/** The series and problems of several pages, which are the same for parsed rows and rows read from bytes. */
const outcome = (mapping: object, ...pages: ReadonlyArray<string>) => {
  const plan = planOf(mapping)
  const parsed = collect((samples) => transformDocuments(plan, pages.map(documentOf), samples))
  const transform = createTransform(plan)
  for (const _ of ["first poll", "second poll"]) {
    const read = collect((samples) => Result.getOrThrow(transform(pages.map(bodyOf), samples)))
    expect({ ...read, copied: 0 }).toEqual(parsed)
  }
  return [...lines(parsed).map((line) => line.replaceAll('"', "")), ...problemLines(parsed)]
}

const first = '{"site": "ams1", "total": 4, "items": [{"id": "a", "v": 1}, {"id": "b", "v": 2}]}'
const second = '{"site": "fra1", "total": 5, "items": [{"id": "c", "v": 3}, {"id": "d", "v": 4}]}'
const each = { path: "items[*]", labels_from: { id: "id", site: "$.site", k: { key: 0 } }, metrics: { m: "v" } }

test("`$` is the first page; `each` rows that start at the document run over all pages", () => {
  expect(
    outcome({ metrics: { total: "total", all: { value: { count: "items[*]" } } }, each: [each] }, first, second)
  ).toEqual([
    "total{} 4",
    "all{} 2",
    ...["a", "b"].map((id, k) => `m{id=${id},k=${k},site=ams1} ${k + 1}`),
    ...["c", "d"].map((id, k) => `m{id=${id},k=${k},site=ams1} ${k + 3}`)
  ])
  expect(outcome({ each: [{ ...each, labels_from: { id: "id" }, path: "$.items[?@.v > 1]" }] }, first, second)).toEqual(
    ["m{id=b} 2", "m{id=c} 3", "m{id=d} 4"]
  )
})

test("the rows of deferred lists come from the bytes of their own page", () => {
  expect(outcome({ each: [{ ...each, labels_from: { id: "id" } }] }, first, second)).toEqual([
    "m{id=a} 1",
    "m{id=b} 2",
    "m{id=c} 3",
    "m{id=d} 4"
  ])
  const nested = {
    path: "items[*]",
    labels_from: { id: "id" },
    each: [{ path: "$.items[*]", labels_from: { other: "id" }, metrics: { m: "v" } }]
  }
  expect(outcome({ each: [nested] }, '{"items": [{"id": "x", "v": 1}]}', '{"items": [{"id": "y", "v": 2}]}')).toEqual([
    "m{id=x,other=x} 1",
    "m{id=x,other=y} 2",
    "m{id=y,other=x} 1",
    "m{id=y,other=y} 2"
  ])
})

test("tables and lists side by side run over all pages too", () => {
  const table = { table: { columns: "$.c", rows: "$.r" }, labels_from: { n: "n" }, metrics: { m: "v" } }
  expect(
    outcome({ each: [table] }, '{"c": ["n", "v"], "r": [["a", 1]]}', '{"c": ["v", "n"], "r": [[2, "b"]]}')
  ).toEqual(["m{n=a} 1", "m{n=b} 2"])
})

test("a page without the list is a problem, and samples are unique over all pages", () => {
  expect(outcome({ each: [{ ...each, labels_from: { id: "id" } }] }, first, first, '{"next": null}')).toEqual([
    "m{id=a} 1",
    "m{id=b} 2",
    "duplicate m v $['items'][0]: id=\"a\"",
    "duplicate m v $['items'][1]: id=\"b\"",
    "missing m items[*] $: @ has next"
  ])
  const combined = { path: "items[*]", metrics: { m: { value: "v", duplicates: "sum" } } }
  expect(outcome({ each: [combined] }, first, second)).toEqual(["m{} 10"])
})

test("a page that is not JSON fails the response", () => {
  const transform = createTransform(planOf({ each: [each] }))
  collect((samples) => {
    expect(Result.isFailure(transform([bodyOf(first), bodyOf('{"items": [')], samples))).toBe(true)
    samples.clear()
    return { series: 0, dropped: {} as never, problems: [], gaveUp: false }
  })
})
