import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { parse } from "yaml"
import { jsonSchema } from "../../src/config/json-schema.ts"
import { codeBlocks } from "../code-blocks.ts"
import { lines, load } from "./loading.ts"
import { schemaKeys } from "./schema-keys.ts"

const text = readFileSync(join(import.meta.dirname, "../../docs/configuration.md"), "utf8")

/** The key of each table row that begins with one, and its default if the table has that column. */
const rows = [...text.matchAll(/^\| `(\w+)` \|(.*)\|$/gm)].map(([, key = "", rest = ""]) => {
  const cells = rest.split(" | ").map((cell) => cell.trim())
  return { key, fallback: cells.length > 1 ? /^`(.*)`$/.exec(cells[0] ?? "")?.[1] : undefined }
})

/** Every key of the schema, with its default. */
const known = new Map<string, unknown>()
for (const { key, node } of schemaKeys(jsonSchema())) known.set(key, known.get(key) ?? node.default)

/** The code blocks: complete configurations, or the lines of a target. Not those with a file of targets. */
const examples = codeBlocks(text, "yaml", "json").filter((example) => !example.startsWith("- targets:"))

test.each([...known.keys()])("%s is documented, and used in an example", (key) => {
  expect(text).toMatch(new RegExp(`^\\|.*\`${RegExp.escape(key)}\``, "m"))
  expect(examples.join("\n")).toMatch(new RegExp(`(^|[ {])"?${RegExp.escape(key)}"?:`, "m"))
})

/** The defaults in the page. A key may be in several tables; one of them has its default. */
const fallbacks = Map.groupBy(
  rows.filter(({ key }) => known.has(key)),
  ({ key }) => key
)

test.each([...fallbacks])("the default of %s is as in the schema", (key, rows) => {
  const written = new Set(rows.flatMap(({ fallback }) => fallback ?? []))
  const expected = known.get(key)
  expect([...written].map((fallback) => parse(fallback))).toEqual(expected === undefined ? [] : [expected])
})

/** An example as a complete configuration. */
const completed = (example: string): string => {
  if (/^(targets(_from)?:|\{)/m.test(example)) return example
  const target = `  - name: example\n    url: https://example.com/\n${example.replace(/^/gm, "    ").trimEnd()}\n`
  return `targets:\n${target}${/^(metrics|each):/m.test(example) ? "" : "    metrics: { example_up: { value: up, help: Up. } }\n"}`
}

test.each(examples)("this example has no problems:\n%s", (example) => {
  const loaded = load(completed(example), { environment: { SHOP_HOST: "shop.example.com" } })
  expect(lines(loaded.problems)).toEqual([])
  const expected = /: "?queue\.depth"?( \}.*)?$/m.test(example) ? ["no help"] : []
  expect(lines(loaded.warnings).map((line) => /no help/.exec(line)?.[0] ?? line)).toEqual(expected)
})

const requests = readFileSync(join(import.meta.dirname, "../../docs/requests.md"), "utf8")

const recipes = [...requests.matchAll(/^### (.*)\n(?:(?!^###? )[\s\S])*?^```yaml\n([\s\S]*?)^```/gm)].map(
  ([, name = "", yaml = ""]) => ({ name, yaml })
)

test("docs/requests.md has recipes", () => expect(recipes.length).toBeGreaterThan(5))

test.each(recipes)("the recipe for $name has no problems", ({ yaml }) => {
  const loaded = load(yaml)
  expect([...lines(loaded.problems), ...lines(loaded.warnings)]).toEqual([])
})
