import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Ajv } from "ajv"
import { expect, test } from "vitest"
import { parse } from "yaml"
import { jsonSchema } from "../../src/config/json-schema.ts"
import { examples } from "./examples.ts"
import { bad } from "./loading.ts"

const shipped = JSON.parse(readFileSync(join(import.meta.dirname, "../../deploy/poller.schema.json"), "utf8"))
const validate = new Ajv({ allErrors: true }).compile(shipped)

test("deploy/poller.schema.json is what `poller schema` prints", () => {
  expect(shipped).toEqual(jsonSchema())
})

test.each(examples)("it takes $name", ({ text }) => {
  validate(parse(text, { merge: true }))
  expect(validate.errors).toBeNull()
})

/** What only `poller check` sees: everything that is about more than one key, or inside of a path. */
const beyond = new Set([
  "details-of-times-and-files.yml",
  "duplicates-disagree.yml",
  "auth-and-user-of-url.yml",
  "half-a-character.yml",
  "header-twice.yml",
  "interval-too-long.yml",
  "stale-after-too-long.yml",
  "interval-zero.yml",
  "label-constant-and-of-rows.yml",
  "label-twice-on-the-way.yml",
  "logins-that-contradict.yml",
  "mapping-and-metrics.yml",
  "metric-keys-that-contradict.yml",
  "metric-name-of-first-look.yml",
  "metric-name-of-pollers-own.yml",
  "metric-name-of-prometheus.yml",
  "metric-of-two-helps.yml",
  "metric-of-two-types.yml",
  "oauth2-grants.yml",
  "pages.yml",
  "path.yml",
  "pattern.yml",
  "rows-without-metrics.yml",
  "schedule.yml",
  "series-of-first-looks.yml",
  "series-of-two-targets.yml",
  "stateset-label.yml",
  "target-name-twice.yml",
  "targets-from-instance.yml",
  "timeout-over-interval.yml",
  "times-in-request.yml",
  "timezone.yml",
  "unit.yml"
])

/** What no parser gets past. */
const unreadable = new Set(["alias.yml", "key-twice.yml", "not-yaml.yml"])

test.each(bad.filter(({ name }) => !unreadable.has(name)))(
  "it rejects bad/$name, or that is beyond a schema",
  ({ name, text }) => {
    expect(validate(parse(text))).toBe(beyond.has(name))
  }
)

interface Node {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly [key: string]: unknown
}

/** Every key that the schema knows, with its path. */
const keys = (node: unknown, path: string): ReadonlyArray<readonly [string, Node]> => {
  if (node === null || typeof node !== "object") return []
  const { properties = {} } = node as Node
  return [
    ...Object.entries(properties).map(([key, value]) => [`${path}.${key}`, value] as const),
    ...Object.entries(node).flatMap(([key, value]) => keys(value, `${path}/${key}`))
  ]
}

const described = (node: Node): boolean =>
  node.description !== undefined ||
  typeof node.$ref === "string" ||
  [node.allOf, node.anyOf].some((parts) => Array.isArray(parts) && parts.every(described))

test("an editor shows what every key is for", () => {
  const all = keys(shipped, "")
  expect(all.length).toBeGreaterThan(50)
  expect(all.filter(([, node]) => !described(node)).map(([path]) => path)).toEqual([])
})
