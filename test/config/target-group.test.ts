import * as Result from "effect/Result"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { stringify } from "yaml"
import { formatDiagnostic } from "../../src/config/diagnostics.ts"
import { fromJson, fromYaml, type ParsedGroups } from "../../src/config/target-group.ts"

const json = (text: string) => fromJson("a.json", Buffer.from(text))
const yaml = (text: string) => fromYaml("a.yml", Buffer.from(text))
const entries = (result: ParsedGroups) =>
  Result.getOrThrowWith(
    result,
    (diagnostics) => new Error(diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)).join("\n"))
  )
const faults = (result: ParsedGroups) =>
  Result.isFailure(result) ? result.failure.map((diagnostic) => formatDiagnostic(diagnostic)) : []

/** The entries without their locations. */
const listed = (result: ParsedGroups) => entries(result).map(({ address, labels }) => ({ address, labels }))

describe("a document of target groups", () => {
  const group = fc.record(
    {
      targets: fc.array(fc.string()),
      labels: fc.dictionary(
        fc.stringMatching(/^[a-z_]{1,9}$/).filter((key) => key !== "__proto__"),
        fc.string()
      )
    },
    { requiredKeys: [] }
  )

  test("lists each target with the labels of its group, in JSON as in YAML", () => {
    fc.assert(
      fc.property(fc.array(group), (groups) => {
        const expected = groups.flatMap(({ targets = [], labels = {} }) =>
          targets.map((address) => ({ address, labels }))
        )
        expect(listed(json(JSON.stringify(groups)))).toEqual(expected)
        expect(listed(yaml(stringify(groups, { defaultStringType: "QUOTE_DOUBLE" })))).toEqual(expected)
      })
    )
  })

  test("is read or has problems, whatever it contains", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        for (const result of [json(text), yaml(text)]) {
          if (Result.isFailure(result)) expect(result.failure).not.toEqual([])
        }
      })
    )
  })

  test("has the location of each target", () => {
    const text = "- targets:\n    - a:1\n    - b:2\n- targets: [c:3]\n"
    expect(entries(yaml(text)).map(({ location }) => location)).toEqual(["a.yml:2:7", "a.yml:3:7", "a.yml:4:13"])
    const [first, second] = entries(json('[{"targets": ["a:1", "b:2"]}]'))
    expect([first?.location, second?.location]).toEqual(["a.json: [0].targets[0]", "a.json: [0].targets[1]"])
  })

  test("has labels as written, also those that YAML reads as numbers, booleans or null", () => {
    const [entry] = entries(yaml("- targets: [a:1]\n  labels: { version: 1.10, on: yes, id: 0x10, none: null }\n"))
    expect(entry?.labels).toEqual({ version: "1.10", on: "yes", id: "0x10", none: "null" })
  })

  test.each(["", "# nothing\n", "[]", "- targets:\n  labels:\n"])("may list nothing: %j", (text) => {
    expect(entries(yaml(text))).toEqual([])
  })

  test.each([
    ["[]", []],
    ["null", []],
    ['[{"targets": null, "labels": null}]', []],
    ['[{"labels": {"a": "b"}}]', []]
  ])("may list nothing in JSON: %s", (text, expected) => {
    expect(entries(json(text))).toEqual(expected)
  })

  test.each([
    ["- targets: [a:1", ["a.yml:1:12: this [ is not closed"]],
    ["targets: [a:1]", ["a.yml:1:1: expected a list"]],
    ["- a:1", ["a.yml:1:3: [0]: expected a map"]],
    ["- targets: a:1", ["a.yml:1:12: [0].targets: expected a list"]],
    ["- targets: [{ a: 1 }]", ["a.yml:1:13: [0].targets[0]: expected a string"]],
    ["- targets: [a:1]\n  label: { x: y }", ["a.yml:2:3: [0].label: unknown key; did you mean labels?"]],
    ["- labels: { x: [y] }", ["a.yml:1:16: [0].labels.x: expected a string"]],
    ["- labels: { x: y, x: z }", ["a.yml:1:19: [0].labels.x: duplicate key"]]
  ])("has problems with a position: %s", (text, expected) => {
    expect(faults(yaml(text))).toEqual(expected)
  })

  test.each([
    ["", ["a.json: not JSON: empty"]],
    ['[{"targets": ["a:1"}]', ["a.json: not JSON: expected a comma or ] at line 1, column 20"]],
    ['{"targets": []}', ["a.json: expected a list"]],
    [
      '[{"targets": [1], "labels": {"x": 2}}]',
      ["a.json: [0].targets[0]: expected a string", "a.json: [0].labels.x: expected a string"]
    ]
  ])("has problems with a path in JSON: %s", (text, expected) => {
    expect(faults(json(text))).toEqual(expected)
  })
})
