import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { parse } from "yaml"
import { jsonSchema } from "../../src/config/json-schema.ts"
import { lines, load } from "./loading.ts"

const text = readFileSync(join(import.meta.dirname, "../../docs/configuration.md"), "utf8")

/** Of every table row that begins with a key: the key, and its default where the table has a column of them. */
const rows = [...text.matchAll(/^\| `(\w+)` \|(.*)\|$/gm)].map(([, key = "", rest = ""]) => {
  const cells = rest.split(" | ").map((cell) => cell.trim())
  return { key, fallback: cells.length > 1 ? /^`(.*)`$/.exec(cells[0] ?? "")?.[1] : undefined }
})

interface Node {
  readonly properties?: Readonly<Record<string, Node>>
  readonly default?: unknown
}

/** Every key that the schema knows, with its default. */
const keys = (node: unknown): ReadonlyArray<readonly [key: string, fallback: unknown]> =>
  node === null || typeof node !== "object"
    ? []
    : [
        ...Object.entries((node as Node).properties ?? {}).map(([key, value]) => [key, value.default] as const),
        ...Object.values(node).flatMap(keys)
      ]

const known = new Map<string, unknown>()
for (const [key, fallback] of keys(jsonSchema())) known.set(key, known.get(key) ?? fallback)

/** The code blocks: whole configurations, or the lines of a target. */
const examples = [...text.matchAll(/^```(?:yaml|json)\n([\s\S]*?)^```/gm)]
  .map(([, example = ""]) => example)
  .filter((example) => !example.startsWith("- targets:")) // a list of targets, which is another kind of file

test.each([...known.keys()])("%s is documented, and stands in an example", (key) => {
  expect(text).toMatch(new RegExp(`^\\|.*\`${RegExp.escape(key)}\``, "m"))
  expect(examples.join("\n")).toMatch(new RegExp(`(^|[ {])"?${RegExp.escape(key)}"?:`, "m"))
})

/** A key may be in several tables. One of them has its default. */
const fallbacks = Map.groupBy(
  rows.filter(({ key }) => known.has(key)),
  ({ key }) => key
)

test.each([...fallbacks])("the default of %s is as in the schema", (key, rows) => {
  const written = new Set(rows.flatMap(({ fallback }) => fallback ?? []))
  const expected = known.get(key)
  expect([...written].map((fallback) => parse(fallback))).toEqual(expected === undefined ? [] : [expected])
})

const whole = (example: string): string => {
  if (/^(targets(_from)?:|\{)/m.test(example)) return example
  const target = `  - name: example\n    url: https://example.com/\n${example.replace(/^/gm, "    ").trimEnd()}\n`
  return `targets:\n${target}${/^(metrics|each):/m.test(example) ? "" : "    metrics: { example_up: { value: up, help: Up. } }\n"}`
}

test.each(examples)("this example is right:\n%s", (example) => {
  const loaded = load(whole(example), { environment: { SHOP_HOST: "shop.example.com" } })
  expect(lines(loaded.problems)).toEqual([])
  const shortest = /: "?queue\.depth"?( \}.*)?$/m.test(example) ? ["no help"] : []
  expect(lines(loaded.warnings).map((line) => /no help/.exec(line)?.[0] ?? line)).toEqual(shortest)
})

const recipes = readFileSync(join(import.meta.dirname, "../../docs/requests.md"), "utf8")

test.each(
  [...recipes.matchAll(/^### (.*)\n[\s\S]*?^```yaml\n([\s\S]*?)^```/gm)].map(([, name = "", yaml = ""]) => ({
    name,
    yaml
  }))
)("the recipe for $name is right", ({ yaml }) => {
  const loaded = load(yaml, { environment: {} })
  expect([...lines(loaded.problems), ...lines(loaded.warnings)]).toEqual([])
})
