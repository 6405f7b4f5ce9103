import { expect, test } from "vitest"
import { didYouMean } from "../../src/config/suggest.ts"

const known = ["name", "url", "interval", "timeout", "stale_after", "labels", "labels_from"]

test.each([
  ["intervall", "interval"],
  ["timeuot", "timeout"],
  ["staleAfter", "stale_after"],
  ["stale-after", "stale_after"],
  ["Url", "url"],
  ["label", "labels"]
])("for %s the suggestion is %s", (typed, meant) => {
  expect(didYouMean(typed, known)).toBe(`; did you mean ${meant}?`)
})

test.each(["colour", "x", "", "urls_of_all"])("for %j there is no suggestion", (typed) => {
  expect(didYouMean(typed, known)).toBe("")
})
