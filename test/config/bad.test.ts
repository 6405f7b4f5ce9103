import { expect, test } from "vitest"
import { fromText } from "../../src/config/configuration.ts"
import { bad, lines, noFlags, testContext } from "./loading.ts"

test.each(bad)("bad/$name has exactly the problems in its first lines", ({ name, text, problems }) => {
  expect(problems).not.toEqual([])
  expect(lines(fromText(name, text, testContext, noFlags).problems)).toEqual(problems)
})

test("no problem shows a secret", () => {
  const secret = "hunter"
  const withSecrets = bad.filter(({ text }) => text.includes(secret))
  expect(withSecrets.length).toBeGreaterThan(3)
  expect(withSecrets.filter(({ problems }) => problems.join().includes(secret))).toEqual([])
})
