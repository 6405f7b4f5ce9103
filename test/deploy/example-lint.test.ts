import { readdirSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, test } from "vitest"
import { parse as parseYaml } from "yaml"
import { File } from "../../src/config/schema/configuration-file.ts"
import { validate } from "../../src/config/validate.ts"
import { draftText } from "../../src/init/draft-text.ts"
import { parse } from "../../src/mapping/document/json.ts"
import { compilePlan } from "../../src/mapping/plan-compiler.ts"
import { transformDocument } from "../../src/mapping/transform.ts"
import { testContext } from "../config/loading.ts"
import { collect } from "../mapping/collect.ts"

const examples = join(import.meta.dirname, "../../deploy/examples")
const names = readdirSync(examples).flatMap((file) => (file.endsWith(".json") ? [basename(file, ".json")] : []))

/** The samples of a configuration with one target, which must have no problems or warnings. */
const samplesOf = (configuration: string, name: string) => {
  const { value, problems, warnings } = validate(parseYaml(configuration), testContext)
  expect([...problems, ...warnings]).toEqual([])
  const [target] = Schema.decodeUnknownSync(File)(value).targets ?? []
  const document = Result.getOrThrow(parse(readFileSync(join(examples, `${name}.json`))))
  const collected = collect((samples) =>
    transformDocument(compilePlan(target ?? {}, target?.labels), document, samples)
  )
  expect(collected.problems).toEqual([])
  return collected.samples
}

test("every response has a configuration, its series and a test that compares them", () => {
  expect(names.length).toBeGreaterThanOrEqual(10)
  const files = readdirSync(examples, { withFileTypes: true }).filter((entry) => entry.isFile())
  expect(files.map(({ name }) => name).toSorted()).toEqual(
    names.flatMap((name) => ["json", "prom", "test.yml", "yaml"].map((end) => `${name}.${end}`)).toSorted()
  )
})

describe.each(names)("%s", (name) => {
  test("its configuration passes check --strict, and gives series without a problem", () => {
    expect(samplesOf(readFileSync(join(examples, `${name}.yaml`), "utf8"), name).length).toBeGreaterThan(3)
  })

  test("so does the configuration that init writes for it", () => {
    const document = Result.getOrThrow(parse(readFileSync(join(examples, `${name}.json`))))
    const options = { name, url: "http://localhost/", format: "json", source: "a test" } as const
    const draft = draftText([document], options) ?? ""
    expect(samplesOf(draft, name).length).toBeGreaterThan(3)
  })
})
