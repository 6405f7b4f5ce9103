import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { noneDropped } from "../../src/mapping/problems.ts"
import { convert, convertChanged } from "../../src/poll/convert-response.ts"
import { aTarget } from "./polled-target.ts"

const answer = (body: string) =>
  ({ _tag: "Fresh", status: 200, body: Buffer.from(body), validators: undefined }) as const

test("a document yields its series, and what tells it from the next", () => {
  expect(convert(aTarget("a"), answer('{"x": 1}'))).toMatchObject({ _tag: "Good", bytes: 8, result: { series: 1 } })
})

test("no document, and no series lost: what was not modified", () => {
  expect(convert(aTarget("a"), { _tag: "NotModified", status: 304 })).toMatchObject({ _tag: "Good", result: undefined })
})

test.each([
  ["no JSON", answer('{"x": '), aTarget("a"), "not_json"],
  ["more series than the cap", answer("[1, 2, 3]"), aTarget("a", { maxSeries: 2 }), "too_many_series"],
  [
    "more to look through than a poll may",
    answer("{}"),
    aTarget("a", { transform: () => Result.succeed({ series: 0, dropped: noneDropped, problems: [], gaveUp: true }) }),
    "too_large"
  ]
])("%s fails the poll", (_, answer, target, reason) => {
  expect(convert(target, answer)).toMatchObject({ _tag: "Failed", reason, status: 200 })
})

/** A target that counts how often its answers are digested. */
const counting = () => {
  const target = aTarget("a")
  const counted = {
    ...target,
    digestions: 0,
    transform: (...input: Parameters<typeof target.transform>) => {
      counted.digestions++
      return target.transform(...input)
    }
  }
  return counted
}

test("the same bytes are not digested a third time: what they yielded stands, and the rest is the new answer's", () => {
  const target = counting()
  convertChanged(target, answer('{"x": 1}'))
  const second = convertChanged(target, answer('{"x": 1}'))
  const validators = { url: "http://shop.test/", etag: '"2"', lastModified: undefined }
  const third = convertChanged(target, { ...answer('{"x": 1}'), status: 203, validators })
  expect(target.digestions).toBe(2)
  expect(third).toEqual(convert(aTarget("a"), { ...answer('{"x": 1}'), status: 203, validators }))
  expect(second._tag === "Good" && third._tag === "Good" && second.result?.blocks === third.result?.blocks).toBe(true)
  expect(convertChanged(target, answer('{"x": 2}'))).toEqual(convert(aTarget("a"), answer('{"x": 2}')))
  expect(target.digestions).toBe(3)
})

test("an answer of another length is not even compared", () => {
  const target = counting()
  for (const body of ['{"x": 1}', '{"x": 10}', '{"x": 1}', '{"x": 10}']) {
    expect(convertChanged(target, answer(body))).toEqual(convert(aTarget("a"), answer(body)))
  }
  expect(target.digestions).toBe(4)
})

test("an answer that was no good is looked at again", () => {
  const target = aTarget("a", { maxSeries: 1 })
  expect(convertChanged(target, answer("[1, 2]"))).toEqual(convertChanged(target, answer("[1, 2]")))
  expect(convertChanged(target, answer("[1, 2]"))).toMatchObject({ _tag: "Failed", reason: "too_many_series" })
})
