import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { promisify } from "node:util"
import { expect, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"

/** The smallest run. Its figures mean nothing: the test only sees whether every scenario still works. */
test("the bench measures every scenario, and the other programs that are installed", { timeout: 180_000 }, async () => {
  const out = temporaryFolder()
  const bench = join(import.meta.dirname, "../bench/bench.ts")
  await promisify(execFile)(process.execPath, [bench, "--size", "smallest", "--out", out])
  const figures: ReadonlyArray<{ scenario: string; values: Record<string, number> }> = JSON.parse(
    await readFile(join(out, "figures.json"), "utf8")
  )
  expect(new Set(figures.map(({ scenario }) => scenario))).toEqual(
    new Set(["scrape", "churn", "giant", "poll", "start", "idle", "memory", "fleet", "common"])
  )
  for (const { values } of figures) expect(values.poller).toEqual(expect.any(Number))
  expect(await readFile(join(out, "figures.md"), "utf8")).toContain("### scrape\n")
  expect(await readFile(join(out, "figures.svg"), "utf8")).toMatch(/^<svg /)
})
