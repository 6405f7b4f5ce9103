import { expect, test } from "vitest"
import { digest } from "../../src/poll/digest.ts"
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
    aTarget("a", { transform: () => ({ samples: [], dropped: noneDropped, problems: [], gaveUp: true }) }),
    "too_large"
  ]
])("%s fails the poll", (_, answer, target, reason) => {
  expect(digest(target, answer)).toMatchObject({ _tag: "Failed", reason, status: 200 })
})
