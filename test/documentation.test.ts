import { existsSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import pkg from "../package.json" with { type: "json" }
import { blocksOf, pages, textOf } from "./command-blocks.ts"

/* Each command of the documentation is in a block that a test runs, or a comment says why none does. */

/** What begins a line that someone would type. */
const command = /^\s*(\$ |poller |npm |npx |curl |dpkg |docker |install |kubectl |sudo |systemctl |journalctl )/m

test.each(pages)("%s has commands only in blocks of sh, which tests run", (page) => {
  const fences = [...textOf(page).matchAll(/^ *```(\S*)[^\n]*\n(.*?)^ *```$/gms)]
  for (const [, language = "", text = ""] of fences) {
    expect(language, text).not.toBe("")
    if (!["sh", "yaml"].includes(language)) expect(text).not.toMatch(command)
  }
  const prose = textOf(page).replace(/^ *```.*?^ *```$/gms, "")
  expect(prose, "code by indentation").not.toMatch(/^ {4}/m)
})

test.each(pages)("%s says of no other block that it is not run", (page) => {
  const marks = textOf(page).match(/<!-- not run/g) ?? []
  const blocks = blocksOf(page).filter(({ notRun }) => notRun !== undefined)
  expect(blocks.length).toBe(marks.length)
})

test.each(["docs/systemd.md", "README.md", "docs/init.md"])("%s has such blocks", (page) => {
  expect(blocksOf(page).length).toBeGreaterThan(1)
})

test.each(pages)("%s names no npm script that there is not", (page) => {
  for (const [, script] of textOf(page).matchAll(/npm run ([a-z]+(?::[a-z]+)?)/g))
    expect(Object.keys(pkg.scripts)).toContain(script)
})

test("a file that a reason names is there", () => {
  for (const { notRun = "" } of pages.flatMap(blocksOf))
    for (const [file] of notRun.matchAll(/test\/\S+\.ts/g))
      expect(existsSync(join(import.meta.dirname, "..", file))).toBe(true)
})
