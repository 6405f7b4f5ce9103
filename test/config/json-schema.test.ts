import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Ajv } from "ajv"
import { expect, test } from "vitest"
import { parse } from "yaml"
import { jsonSchema } from "../../src/config/json-schema.ts"
import { examples } from "./examples.ts"
import { bad } from "./loading.ts"
import { type SchemaNode, schemaKeys } from "./schema-keys.ts"

const shipped = JSON.parse(readFileSync(join(import.meta.dirname, "../../deploy/poller.schema.json"), "utf8"))
const validate = new Ajv({ allErrors: true }).compile(shipped)

test("deploy/poller.schema.json is what `poller schema` prints", () => {
  expect(shipped).toEqual(jsonSchema())
})

test("there are many examples", () => expect(examples.length).toBeGreaterThan(20))

test.each(examples)("it accepts $name", ({ text }) => {
  validate(parse(text, { merge: true }))
  expect(validate.errors).toBeNull()
})

/** Files whose problem a schema cannot find: it concerns several keys, or the text of a value. */
const beyond = new Set([
  "details-of-times-and-files.yml",
  "duplicates-disagree.yml",
  "auth-and-user-of-url.yml",
  "lone-surrogate.yml",
  "header-twice.yml",
  "interval-too-long.yml",
  "stale-after-too-long.yml",
  "interval-zero.yml",
  "label-constant-and-from-rows.yml",
  "label-twice-in-nested-rows.yml",
  "logins-that-contradict.yml",
  "mapping-and-metrics.yml",
  "metric-keys-that-contradict.yml",
  "metric-name-of-targets-without-metrics.yml",
  "metric-name-of-poller.yml",
  "metric-name-of-prometheus.yml",
  "metric-with-two-helps.yml",
  "metric-with-two-types.yml",
  "oauth2-grants.yml",
  "pages.yml",
  "path.yml",
  "pattern.yml",
  "rows-without-metrics.yml",
  "schedule.yml",
  "series-of-targets-without-metrics.yml",
  "series-of-two-targets.yml",
  "stateset-label.yml",
  "target-name-twice.yml",
  "targets-from-instance.yml",
  "timeout-over-interval.yml",
  "times-in-request.yml",
  "timezone.yml",
  "unit.yml"
])

/** Files that no YAML parser reads. */
const unreadable = new Set(["alias.yml", "key-twice.yml", "not-yaml.yml"])

test.each(bad.filter(({ name }) => !unreadable.has(name)))(
  "it rejects bad/$name, unless the problem is beyond a schema",
  ({ name, text }) => {
    expect(validate(parse(text))).toBe(beyond.has(name))
  }
)

test("the list of files beyond a schema has only names of files", () => {
  expect(bad.map(({ name }) => name)).toEqual(expect.arrayContaining([...beyond, ...unreadable]))
})

const isDescribed = (node: SchemaNode): boolean =>
  node.description !== undefined ||
  typeof node.$ref === "string" ||
  [node.allOf, node.anyOf].some((parts) => Array.isArray(parts) && parts.every(isDescribed))

test("every key has a description, which editors show", () => {
  const keys = schemaKeys(shipped)
  expect(keys.length).toBeGreaterThan(50)
  expect(keys.filter(({ node }) => !isDescribed(node)).map(({ path }) => path)).toEqual([])
})
