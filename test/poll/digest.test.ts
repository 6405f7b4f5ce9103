import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { digest, digestOnce } from "../../src/poll/digest.ts"
import { noneDropped } from "../../src/transform/problems.ts"
import { aTarget } from "./target.ts"

const answer = (body: string) =>
  ({ _tag: "Fresh", status: 200, body: Buffer.from(body), validators: undefined }) as const

test("a document yields its series, and what tells it from the next", () => {
  expect(digest(aTarget("a"), answer('{"x": 1}'))).toMatchObject({ _tag: "Good", bytes: 8, yield: { series: 1 } })
})

test("no document, and no series lost: what was not modified", () => {
  expect(digest(aTarget("a"), { _tag: "NotModified", status: 304 })).toMatchObject({ _tag: "Good", yield: undefined })
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
  expect(digest(target, answer)).toMatchObject({ _tag: "Failed", reason, status: 200 })
})

test("the same bytes are not digested again: what they yielded stands, and the rest is the new answer's", () => {
  let digestions = 0
  const target = aTarget("a")
  const counted = {
    ...target,
    transform: (...input: Parameters<typeof target.transform>) => {
      digestions++
      return target.transform(...input)
    }
  }
  const first = digestOnce(counted, answer('{"x": 1}'))
  const validators = { etag: '"2"', lastModified: undefined }
  const again = digestOnce(counted, { ...answer('{"x": 1}'), status: 203, validators })
  expect(digestions).toBe(1)
  expect(again).toEqual(digest(target, { ...answer('{"x": 1}'), status: 203, validators }))
  expect(first._tag === "Good" && again._tag === "Good" && first.yield?.blocks === again.yield?.blocks).toBe(true)
  expect(digestOnce(counted, answer('{"x": 2}'))).toEqual(digest(target, answer('{"x": 2}')))
  expect(digestions).toBe(2)
})

test("an answer that was no good is looked at again", () => {
  const target = aTarget("a", { maxSeries: 1 })
  expect(digestOnce(target, answer("[1, 2]"))).toEqual(digestOnce(target, answer("[1, 2]")))
  expect(digestOnce(target, answer("[1, 2]"))).toMatchObject({ _tag: "Failed", reason: "too_many_series" })
})
