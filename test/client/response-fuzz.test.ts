import { expect, test } from "vitest"
import { fuzz, mutated } from "./response-fuzzer.ts"

test("each of 3,000 mutated responses leads to a good poll or to one of the reasons", async () => {
  const first = Math.floor(Math.random() * 2 ** 31)
  const seen = await fuzz(first, 3000)
  // each of these branches is reached
  for (const reason of ["Good", "connection", "status", "not_json", "pages", "login", "detail"]) {
    expect(seen.get(reason) ?? 0, `${reason}, from ${first} on`).toBeGreaterThan(3)
  }
})

test("a seed always gives the same response, and most seeds give different ones", () => {
  expect(mutated(7)).toEqual(mutated(7))
  expect(new Set(Array.from({ length: 1000 }, (_, seed) => mutated(seed).toString("latin1"))).size).toBeGreaterThan(700)
})
