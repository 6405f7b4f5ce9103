import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Result from "effect/Result"
import { describe, expect, test } from "vitest"
import { collect, line } from "../mapping/collect.ts"
import { lines, load } from "./loading.ts"
import { tables, tablesOf, withTables } from "./reference.ts"

const file = join(import.meta.dirname, "../../docs/configuration.md")

/** UPDATE_DOCS=1 writes the page instead of comparing it. */
const update = process.env.UPDATE_DOCS === "1"
const page = readFileSync(file, "utf8")

test("the tables are generated from the code (UPDATE_DOCS=1 writes them)", () => {
  expect([...tablesOf(page)].sort()).toEqual(Object.keys(tables).sort())
  const made = withTables(page)
  if (update) writeFileSync(file, made)
  else expect(page).toBe(made)
})

const recipe = /^### (.+)\n([\s\S]*?)(?=^##)/gm
const fence = (name: string) => new RegExp(`^\`\`\`${name}\\n([\\s\\S]*?)^\`\`\``, "m")

/** The recipes of the cookbook: title, response, mapping and series. */
const recipes = [...(/^## Cookbook\n[\s\S]*?(?=^## )/m.exec(page)?.[0] ?? "").concat("\n##").matchAll(recipe)].map(
  ([, title = "", text = ""]) => ({
    title,
    answer: fence("json answer").exec(text)?.[1] ?? "",
    mapping: fence("yaml").exec(text)?.[1] ?? "",
    series: fence("text").exec(text)?.[1] ?? ""
  })
)

const seriesOf = (answer: string, mapping: string) => {
  const target = `targets:\n  - name: example\n    url: https://example.com/\n${mapping.replace(/^(?=.)/gm, "    ")}`
  const loaded = load(target)
  expect([...lines(loaded.problems), ...lines(loaded.warnings)]).toEqual([])
  const found = collect((samples) => {
    const transformed = loaded.targets[0]?.transform([Buffer.from(answer)], samples)
    return Result.getOrThrow(transformed ?? Result.fail("no target"))
  })
  expect(found.problems).toEqual([])
  return found.samples.map((sample) => line(sample).replace("{}", ""))
}

const writeSeries = (title: string, series: ReadonlyArray<string>) => {
  const text = readFileSync(file, "utf8")
  const start = text.indexOf(`\n### ${title}\n`)
  const body = text.slice(start).replace(fence("text"), () => `\`\`\`text\n${series.join("\n")}\n\`\`\``)
  writeFileSync(file, text.slice(0, start) + body)
}

describe("the cookbook", () => {
  test("has at least twenty recipes", () => expect(recipes.length).toBeGreaterThanOrEqual(20))

  test.each(recipes)("$title", ({ title, answer, mapping, series }) => {
    const found = seriesOf(answer, mapping)
    if (update) writeSeries(title, found)
    else expect(found).toEqual(series.trim().split("\n"))
  })
})
