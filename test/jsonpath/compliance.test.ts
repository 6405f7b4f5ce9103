import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { compile, location, select } from "../../src/jsonpath/evaluate.ts"
import type { Json } from "../../src/mapping/document/json.ts"

interface Case {
  readonly name: string
  readonly selector: string
  readonly document: Json
  readonly invalid_selector?: boolean
  readonly result?: ReadonlyArray<Json>
  readonly results?: ReadonlyArray<ReadonlyArray<Json>>
  readonly result_paths?: ReadonlyArray<string>
  readonly results_paths?: ReadonlyArray<ReadonlyArray<string>>
}

const { tests }: { readonly tests: ReadonlyArray<Case> } = JSON.parse(
  readFileSync(join(import.meta.dirname, "compliance-suite/cts.json"), "utf8")
)

describe("the compliance suite of RFC 9535", () => {
  test.each(tests.filter((each) => each.invalid_selector))("$name: $selector is refused", ({ selector }) => {
    expect(() => compile(selector)).toThrow(SyntaxError)
  })

  test.each(tests.filter((each) => !each.invalid_selector))("$name: $selector", (each) => {
    const nodes = select(compile(each.selector), each.document)
    expect(each.results ?? [each.result]).toContainEqual(nodes.map(({ value }) => value))
    const paths = each.results_paths ?? (each.result_paths === undefined ? undefined : [each.result_paths])
    if (paths !== undefined) expect(paths).toContainEqual(nodes.map(location))
  })
})
