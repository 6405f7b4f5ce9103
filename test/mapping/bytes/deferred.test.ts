import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { assumeDeferred } from "../../../src/mapping/bytes/deferred.ts"
import { parse } from "../../../src/mapping/document/json.ts"
import { compilePlan } from "../../../src/mapping/plan-compiler.ts"
import { noneDropped } from "../../../src/mapping/problems.ts"
import { Mapping } from "../../../src/mapping/schema/mapping.ts"
import { createTransform, type Transform, transformDocument } from "../../../src/mapping/transform.ts"
import { bodyOf, collect } from "../collect.ts"
import { spelled } from "../random-json.ts"

const planOf = (path: string, maxSeries?: number) =>
  compilePlan(
    Schema.decodeUnknownSync(Mapping)({
      each: [{ path, labels_from: { id: "id" }, metrics: { app_load_ratio: { value: "load", help: "Load." } } }]
    }),
    {},
    maxSeries
  )
type Plan = ReturnType<typeof planOf>

/** The samples and problems, or why the text is not JSON. */
const read = (transform: Transform, text: string) => {
  let error: string | undefined
  const collected = collect((samples) => {
    const result = transform([bodyOf(text)], samples)
    if (Result.isSuccess(result)) return result.success
    error = result.failure
    samples.clear()
    return { series: 0, dropped: noneDropped, problems: [], gaveUp: false }
  })
  return error ?? { ...collected, copied: 0 }
}

const parsed = (plan: Plan, text: string) =>
  read(
    ([body = bodyOf("")], samples) => Result.map(parse(body), (document) => transformDocument(plan, document, samples)),
    text
  )

/** Two polls of one target. */
const expectParsed = (plan: Plan, text: string) => {
  const transform = createTransform(plan)
  expect(read(transform, text)).toEqual(parsed(plan, text))
  expect(read(transform, text)).toEqual(parsed(plan, text))
}

const assumed = (plan: Plan, text: string) => plan.deferred && assumeDeferred(bodyOf(text), plan.deferred.index)

/** How often a poll starts again because the list was not where it was assumed to be. */
const restarts = (transform: Transform, text: string) => {
  let count = 0
  collect((samples) =>
    Result.getOrThrow(
      transform([bodyOf(text)], {
        ...samples,
        clear: () => {
          count++
          samples.clear()
        }
      })
    )
  )
  return count
}

const row = (id: number) => ({ id: `n${id}`, load: id / 4 })
const rows = [row(1), row(2), row(3)]
const text = JSON.stringify(rows)

describe("a list is read where it was assumed to be", () => {
  test.each([
    ["$[*]", text],
    ["$[*]", ` ${text}\n`],
    ["items[*]", `{"items":${text}}`],
    ["items[*]", `{"total":3,"items" : ${text},"next":null}`],
    ["data.items[*]", `{"data":{"items":${text}},"took":0.5}`],
    ["items[*]", '{"tags":["a"],"items":[]}']
  ])("%s of %s", (path, text) => {
    const plan = planOf(path)
    expect(assumed(plan, text)).toBeDefined()
    expectParsed(plan, text)
    expect(restarts(createTransform(plan), text)).toBe(0)
  })
})

describe("a list that is elsewhere is found, and the next poll assumes nothing", () => {
  test.each([
    ["items[*]", `{"items":${text},"tags":["a"]}`],
    ["items[*]", `{"items":${text},"tags":[]}`],
    ["items[*]", `{"items":${text},"items":[{"id":"other","load":1}]}`],
    ["items[*]", '{"items":[],"tags":[[]]}']
  ])("%s of %s", (path, text) => {
    const plan = planOf(path)
    expect(assumed(plan, text)).toBeDefined()
    expectParsed(plan, text)
    const transform = createTransform(plan)
    expect([restarts(transform, text), restarts(transform, text)]).toEqual([1, 0])
    expect(restarts(createTransform(plan), text), "another target of the plan learns for itself").toBe(1)
  })
})

describe("nothing is assumed", () => {
  test.each([
    ["if the key comes before as a text", "items[*]", `{"kind":"items","items":${text}}`],
    ["if the key comes before, deeper", "items[*]", `{"old":{"items":[1]},"items":${text}}`],
    ["if the key is spelled with escapes", "items[*]", `{"\\u0069tems":${text}}`],
    ["if the key comes again as something else", "items[*]", `{"items":${text},"items":null}`],
    ["if the list is a map", "items[*]", '{"items":{"a":{"id":"n1","load":1}}}'],
    ["if the list is null", "items[*]", '{"items":null,"tags":["a"]}'],
    ["if there is no list", "items[*]", '{"tags":["a"]}'],
    ["if what is around the list is not JSON", "items[*]", `{"items":${text}`],
    ["after a byte order mark", "$[*]", `\ufeff${text}`],
    ["about an item of a list", "lists[1][*]", `{"lists":[[],${text}]}`]
  ])("%s: %s of %s", (_, path, text) => {
    const plan = planOf(path)
    expect(assumed(plan, text)).toBeUndefined()
    expectParsed(plan, text)
  })
})

test.each([
  `{"items":[${JSON.stringify(row(1))},{"id":"n2","load":}]}`,
  `{"items":[${JSON.stringify(row(1))} ${JSON.stringify(row(2))}]}`,
  `{"items":[${JSON.stringify(row(1))},]}`,
  `{"items":[${JSON.stringify(row(1))},{"id":"n2"]}`,
  `{"items":[,]}`
])("a list that is not JSON is rejected with the usual message: %s", (broken) => {
  const plan = planOf("items[*]")
  const transform = createTransform(plan)
  expect(assumed(plan, broken)).toBeDefined()
  expect(read(transform, broken)).toBe(parsed(plan, broken))
  expect(restarts(transform, `{"items":${text}}`), "a broken body says nothing about where the list is").toBe(0)
})

test("a list that is left early is still checked to its end", () => {
  const plan = planOf("items[*]", 1)
  const broken = `{"items":[${[row(1), row(2), row(3)].map((row) => JSON.stringify(row)).join(",")},{]}`
  expect(read(createTransform(plan), broken)).toBe(parsed(plan, broken))
  const whole = `{"items":${text}}`
  expectParsed(plan, whole)
})

const piece = fc.constantFrom("", "[", "]", "{", "}", ",", ":", '"', "\\", "1", " ", "null", '"items":[', "\ufeff")

test("any text gives what parsing it gives, in the first poll and in later ones", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("$[*]", "items[*]", "data.items[*]", "items[?@.load > 1]"),
      fc.array(spelled, { maxLength: 3 }),
      spelled,
      fc.nat(),
      fc.nat(2),
      piece,
      (path, items, other, position, length, piece) => {
        const plan = planOf(path)
        const transform = createTransform(plan)
        const list = `[${items.concat(text.slice(1, -1)).join(",")}]`
        const whole = `{"other":${other},"items":${list},"data":{"items":${list}}}`
        const all = path === "$[*]" ? list : whole
        const at = position % (all.length + 1)
        for (const text of [all, all.slice(0, at) + piece + all.slice(at + length), all]) {
          expect(read(transform, text)).toEqual(parsed(plan, text))
        }
      }
    ),
    { numRuns: 1000 }
  )
})
