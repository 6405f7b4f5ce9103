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
])("%s will have been meant as %s", (typed, meant) => {
  expect(didYouMean(typed, known)).toBe(`; did you mean ${meant}?`)
})

test.each(["colour", "x", "", "urls_of_all"])("%j was not meant as any", (typed) => {
  expect(didYouMean(typed, known)).toBe("")
})
