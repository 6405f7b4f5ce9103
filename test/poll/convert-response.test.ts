import * as Result from "effect/Result"
import { expect, test } from "vitest"
import type { Target } from "../../src/config/target.ts"
import { noneDropped } from "../../src/mapping/problems.ts"
import { convert, convertChanged } from "../../src/poll/convert-response.ts"
import { freshResponse } from "./fresh-response.ts"
import { aTarget } from "./polled-target.ts"

test("a response is converted to its series", () => {
  expect(convert(aTarget("a"), freshResponse('{"x": 1}'))).toMatchObject({
    _tag: "Good",
    bytes: 8,
    result: { series: 1 }
  })
})

test("a 304 has no new result", () => {
  expect(convert(aTarget("a"), { _tag: "NotModified", status: 304 })).toMatchObject({ _tag: "Good", result: undefined })
})

test.each([
  ["a body that is not JSON", freshResponse('{"x": '), aTarget("a"), "not_json"],
  ["more series than max_series", freshResponse("[1, 2, 3]"), aTarget("a", { maxSeries: 2 }), "too_many_series"],
  [
    "lines of more than 1 kB for each series",
    freshResponse(`{"${"a".repeat(1_003_000)}": 1}`),
    aTarget("a", { maxSeries: 2 }),
    "too_large"
  ],
  [
    "a transform that gave up",
    freshResponse("{}"),
    aTarget("a", { transform: () => Result.succeed({ series: 0, dropped: noneDropped, problems: [], gaveUp: true }) }),
    "too_large"
  ]
])("%s fails the poll", (_, response, target, reason) => {
  expect(convert(target, response)).toMatchObject({ _tag: "Failed", reason, status: 200 })
})

/** A target that counts how often its responses are converted. */
const counting = (change: Partial<Target> = {}) => {
  const target = aTarget("a", change)
  const counted = {
    ...target,
    conversions: 0,
    transform: (...input: Parameters<typeof target.transform>) => {
      counted.conversions++
      return target.transform(...input)
    }
  }
  return counted
}

test("the same body is not converted a third time: the series stay, and the rest comes from the new response", () => {
  const target = counting()
  convertChanged(target, freshResponse('{"x": 1}'))
  const second = convertChanged(target, freshResponse('{"x": 1}'))
  const validators = { url: "http://shop.test/", etag: '"2"', lastModified: undefined }
  const third = convertChanged(target, { ...freshResponse('{"x": 1}'), status: 203, validators })
  expect(target.conversions).toBe(2)
  expect(third).toEqual(convert(aTarget("a"), { ...freshResponse('{"x": 1}'), status: 203, validators }))
  expect(second._tag === "Good" && third._tag === "Good" && second.result?.blocks === third.result?.blocks).toBe(true)
  expect(convertChanged(target, freshResponse('{"x": 2}'))).toEqual(convert(aTarget("a"), freshResponse('{"x": 2}')))
  expect(target.conversions).toBe(3)
})

test("a response with another length is not compared", () => {
  const target = counting()
  for (const body of ['{"x": 1}', '{"x": 10}', '{"x": 1}', '{"x": 10}']) {
    expect(convertChanged(target, freshResponse(body))).toEqual(convert(aTarget("a"), freshResponse(body)))
  }
  expect(target.conversions).toBe(4)
})

test("a response that failed is converted again", () => {
  const target = counting({ maxSeries: 1 })
  for (let polls = 1; polls <= 3; polls++) {
    expect(convertChanged(target, freshResponse("[1, 2]"))).toMatchObject({ _tag: "Failed", reason: "too_many_series" })
    expect(target.conversions).toBe(polls)
  }
})
