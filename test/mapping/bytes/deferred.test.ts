import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { assumeDeferred } from "../../../src/mapping/bytes/deferred.ts"
import { parse } from "../../../src/mapping/document/json.ts"
import type { Plan } from "../../../src/mapping/plan.ts"
import { noneDropped } from "../../../src/mapping/problems.ts"
import { createTransform, type Transform, transformDocument } from "../../../src/mapping/transform.ts"
import { bodyOf, collect, planOf } from "../collect.ts"
import { spelled } from "../random-json.ts"

const planFor = (path: string, maxSeries?: number) => {
  const metrics = { app_load_ratio: { value: "load", help: "Load." } }
  return planOf({ each: [{ path, labels_from: { id: "id" }, metrics }] }, {}, maxSeries)
}

/** The samples and problems, or the error for a text that is not JSON. */
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

/** Compares two polls of a target with the parsed document. */
const expectParsed = (plan: Plan, text: string) => {
  const transform = createTransform(plan)
  expect(read(transform, text)).toEqual(parsed(plan, text))
  expect(read(transform, text)).toEqual(parsed(plan, text))
}

const assumed = (plan: Plan, text: string) => plan.deferred && assumeDeferred(bodyOf(text), plan.deferred.index)

/** How often a poll starts again because the list is not where it was assumed to be. */
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
    const plan = planFor(path)
    expect(assumed(plan, text)).toBeDefined()
    expectParsed(plan, text)
    expect(restarts(createTransform(plan), text)).toBe(0)
  })
})

describe("a list at another place is found, and the next poll makes no assumption", () => {
  test.each([
    ["items[*]", `{"items":${text},"tags":["a"]}`],
    ["items[*]", `{"items":${text},"tags":[]}`],
    ["items[*]", `{"items":${text},"items":[{"id":"other","load":1}]}`],
    ["items[*]", '{"items":[],"tags":[[]]}']
  ])("%s of %s", (path, text) => {
    const plan = planFor(path)
    expect(assumed(plan, text)).toBeDefined()
    expectParsed(plan, text)
    const transform = createTransform(plan)
    expect([restarts(transform, text), restarts(transform, text)]).toEqual([1, 0])
    expect(restarts(createTransform(plan), text), "another target of the plan starts again too").toBe(1)
  })
})

describe("no place of the list is assumed", () => {
  test.each([
    ["if the key occurs before as a text", "items[*]", `{"kind":"items","items":${text}}`],
    ["if the key occurs before in another object", "items[*]", `{"old":{"items":[1]},"items":${text}}`],
    ["if the key is spelled with escapes", "items[*]", `{"\\u0069tems":${text}}`],
    ["if the key occurs again with another value", "items[*]", `{"items":${text},"items":null}`],
    ["if the list is a map", "items[*]", '{"items":{"a":{"id":"n1","load":1}}}'],
    ["if the list is null", "items[*]", '{"items":null,"tags":["a"]}'],
    ["if there is no list", "items[*]", '{"tags":["a"]}'],
    ["if the text around the list is not JSON", "items[*]", `{"items":${text}`],
    ["after a byte order mark", "$[*]", `\ufeff${text}`],
    ["about an item of a list", "lists[1][*]", `{"lists":[[],${text}]}`]
  ])("%s: %s of %s", (_, path, text) => {
    const plan = planFor(path)
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
  const plan = planFor("items[*]")
  const transform = createTransform(plan)
  expect(assumed(plan, broken)).toBeDefined()
  expect(read(transform, broken)).toBe(parsed(plan, broken))
  expect(restarts(transform, `{"items":${text}}`), "an invalid body does not change the assumption").toBe(0)
})

test("a list that is not read to its end is still checked to its end", () => {
  const plan = planFor("items[*]", 1)
  const broken = `{"items":[${[row(1), row(2), row(3)].map((row) => JSON.stringify(row)).join(",")},{]}`
  expect(read(createTransform(plan), broken)).toBe(parsed(plan, broken))
  const whole = `{"items":${text}}`
  expectParsed(plan, whole)
})

const piece = fc.constantFrom("", "[", "]", "{", "}", ",", ":", '"', "\\", "1", " ", "null", '"items":[', "\ufeff")

test("any text gives what the parsed document gives, in the first poll and in later ones", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("$[*]", "items[*]", "data.items[*]", "items[?@.load > 1]"),
      fc.array(spelled, { maxLength: 3 }),
      spelled,
      fc.nat(),
      fc.nat(2),
      piece,
      (path, items, other, position, length, piece) => {
        const plan = planFor(path)
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
