import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { parse } from "../../../src/mapping/document/json.ts"
import { plan } from "../../../src/mapping/plan.ts"
import { guess } from "../../../src/mapping/scan/guess.ts"
import { Mapping } from "../../../src/mapping/schema/mapping.ts"
import { transform, transformBody } from "../../../src/mapping/transform.ts"
import { bodyOf, collected } from "../collect.ts"
import { spelled } from "../random-json.ts"

const planOf = (path: string, maxSeries?: number) =>
  plan(
    Schema.decodeUnknownSync(Mapping)({
      each: [{ path, labels_from: { id: "id" }, metrics: { app_load_ratio: { value: "load", help: "Load." } } }]
    }),
    {},
    maxSeries
  )
type Made = ReturnType<typeof planOf>

const readFrom = (made: Made, text: string) => {
  let error: string | undefined
  const yielded = collected((samples) => {
    const result = transformBody(made, bodyOf(text), samples)
    if (Result.isSuccess(result)) return result.success
    error = result.failure
    samples.clear()
    return { series: 0, dropped: {} as never, problems: [], gaveUp: false }
  })
  return error ?? yielded
}

const parsedFrom = (made: Made, text: string) => {
  const parsed = parse(bodyOf(text))
  return Result.isFailure(parsed) ? parsed.failure : collected((samples) => transform(made, parsed.success, samples))
}

/** What is read is what is parsed. */
const expectParsed = (made: Made, text: string) => expect(readFrom(made, text)).toEqual(parsedFrom(made, text))

const guessed = (made: Made, text: string) => made.bulks && guess(bodyOf(text), made.bulks.outline)

const row = (id: number) => ({ id: `n${id}`, load: id / 4 })
const rows = [row(1), row(2), row(3)]
const text = JSON.stringify(rows)

describe("a list is read where it was taken to be", () => {
  test.each([
    ["$[*]", text],
    ["$[*]", ` ${text}\n`],
    ["items[*]", `{"items":${text}}`],
    ["items[*]", `{"total":3,"items" : ${text},"next":null}`],
    ["data.items[*]", `{"data":{"items":${text}},"took":0.5}`],
    ["items[*]", '{"tags":["a"],"items":[]}']
  ])("%s of %s", (path, text) => {
    const made = planOf(path)
    expect(guessed(made, text)).toBeDefined()
    expectParsed(made, text)
    expect(guessed(made, text)).toBeDefined()
  })
})

describe("one that is elsewhere is found there, and nobody guesses again", () => {
  test.each([
    ["items[*]", `{"items":${text},"tags":["a"]}`],
    ["items[*]", `{"items":${text},"tags":[]}`],
    ["items[*]", `{"items":${text},"items":[{"id":"other","load":1}]}`],
    ["items[*]", '{"items":[],"tags":[[]]}']
  ])("%s of %s", (path, text) => {
    const made = planOf(path)
    expect(guessed(made, text)).toBeDefined()
    expectParsed(made, text)
    expect(guessed(made, text)).toBeUndefined()
    expectParsed(made, text)
  })
})

describe("nobody guesses", () => {
  test.each([
    ["where the key is a text before", "items[*]", `{"kind":"items","items":${text}}`],
    ["where the key is deeper before", "items[*]", `{"old":{"items":[1]},"items":${text}}`],
    ["where the key is spelled otherwise", "items[*]", `{"\\u0069tems":${text}}`],
    ["where the key comes again as something else", "items[*]", `{"items":${text},"items":null}`],
    ["where the list is none", "items[*]", '{"items":{"a":{"id":"n1","load":1}}}'],
    ["where it is null", "items[*]", '{"items":null,"tags":["a"]}'],
    ["where there is none", "items[*]", '{"tags":["a"]}'],
    ["where what is around it is no JSON", "items[*]", `{"items":${text}`],
    ["behind a byte order mark", "$[*]", `\ufeff${text}`],
    ["an item of a list", "lists[1][*]", `{"lists":[[],${text}]}`]
  ])("%s: %s of %s", (_, path, text) => {
    const made = planOf(path)
    expect(guessed(made, text)).toBeUndefined()
    expectParsed(made, text)
  })
})

test.each([
  `{"items":[${JSON.stringify(row(1))},{"id":"n2","load":}]}`,
  `{"items":[${JSON.stringify(row(1))} ${JSON.stringify(row(2))}]}`,
  `{"items":[${JSON.stringify(row(1))},]}`,
  `{"items":[${JSON.stringify(row(1))},{"id":"n2"]}`,
  `{"items":[,]}`
])("what is no JSON within the list is refused in the words of any other: %s", (broken) => {
  const made = planOf("items[*]")
  expect(guessed(made, broken)).toBeDefined()
  expect(readFrom(made, broken)).toBe(parsedFrom(made, broken))
  expect(guessed(made, broken), "which says nothing about where the list is").toBeDefined()
})

test("a list that is left before its end is checked to its end", () => {
  const made = planOf("items[*]", 1)
  const broken = `{"items":[${[row(1), row(2), row(3)].map((row) => JSON.stringify(row)).join(",")},{]}`
  expect(readFrom(made, broken)).toBe(parsedFrom(made, broken))
  const whole = `{"items":${text}}`
  expectParsed(made, whole)
})

const piece = fc.constantFrom("", "[", "]", "{", "}", ",", ":", '"', "\\", "1", " ", "null", '"items":[', "\ufeff")

test("whatever the text, it is what is parsed of it, the first time and the second", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("$[*]", "items[*]", "data.items[*]", "items[?@.load > 1]"),
      fc.array(spelled, { maxLength: 3 }),
      spelled,
      fc.nat(),
      fc.nat(2),
      piece,
      (path, items, other, position, length, piece) => {
        const made = planOf(path)
        const list = `[${items.concat(text.slice(1, -1)).join(",")}]`
        const whole = `{"other":${other},"items":${list},"data":{"items":${list}}}`
        const all = path === "$[*]" ? list : whole
        const at = position % (all.length + 1)
        for (const text of [all, all.slice(0, at) + piece + all.slice(at + length), all]) {
          expectParsed(made, text)
        }
      }
    ),
    { numRuns: 1000 }
  )
})
