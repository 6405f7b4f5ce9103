import { existsSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import pkg from "../package.json" with { type: "json" }
import { blocksOf, pages, textOf } from "./command-blocks.ts"

/** A line that a user would type. */
const command = /^\s*(\$ |poller |npm |npx |curl |dpkg |docker |install |kubectl |sudo |systemctl |journalctl )/m

test.each(pages)("%s has commands only in blocks of sh, which a test runs or a comment excuses", (page) => {
  const fences = [...textOf(page).matchAll(/^ *```(\S*)[^\n]*\n(.*?)^ *```$/gms)]
  for (const [, language = "", text = ""] of fences) {
    expect(language, text).not.toBe("")
    if (!["sh", "yaml"].includes(language)) expect(text).not.toMatch(command)
  }
  const prose = textOf(page).replace(/^ *```.*?^ *```$/gms, "")
  expect(prose, "code by indentation").not.toMatch(/^ {4}/m)
})

test.each(pages)("%s has the comment `not run` only before a block of commands", (page) => {
  const marks = textOf(page).match(/<!-- not run/g) ?? []
  const blocks = blocksOf(page).filter(({ notRun }) => notRun !== undefined)
  expect(blocks.length).toBe(marks.length)
})

test.each(["docs/systemd.md", "README.md", "docs/init.md"])("%s has blocks of commands", (page) => {
  expect(blocksOf(page).length).toBeGreaterThan(1)
})

test.each(pages)("%s names only npm scripts that exist", (page) => {
  for (const [, run, short] of textOf(page).matchAll(/npm (?:run ([a-z]+(?::[a-z]+)?)|(start|test)\b)/g))
    expect(Object.keys(pkg.scripts)).toContain(run ?? short)
})

test("the test files that the reasons name exist", () => {
  const reasons = pages.flatMap(blocksOf).map(({ notRun = "" }) => notRun)
  const files = reasons.flatMap((reason) => reason.match(/test\/\S+\.ts/g) ?? [])
  expect(files.length).toBeGreaterThan(0)
  for (const file of files) expect(existsSync(join(import.meta.dirname, "..", file)), file).toBe(true)
})
