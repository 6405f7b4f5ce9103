import { expect, test } from "vitest"
import { fromText } from "../../src/config/configuration.ts"
import { anywhere, bad, lines, noFlags } from "./loading.ts"

test.each(bad)(
  "bad/$name has the problems that its first lines tell, all of them at once",
  ({ name, text, problems }) => {
    expect(problems).not.toEqual([])
    expect(lines(fromText(name, text, anywhere, noFlags).problems)).toEqual(problems)
  }
)

test("no problem tells a secret", () => {
  const secret = "hunter"
  const withSecrets = bad.filter(({ text }) => text.includes(secret))
  expect(withSecrets.length).toBeGreaterThan(3)
  expect(withSecrets.filter(({ problems }) => problems.join().includes(secret))).toEqual([])
})
