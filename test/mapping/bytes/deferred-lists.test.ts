import * as Schema from "effect/Schema"
import { describe, expect, test } from "vitest"
import { compilePlan } from "../../../src/mapping/plan-compiler.ts"
import { Mapping } from "../../../src/mapping/schema/mapping.ts"

/** The paths of the lists whose rows are read from bytes. */
const deferred = (mapping: unknown): ReadonlyArray<string> =>
  Array.from(compilePlan(Schema.decodeUnknownSync(Mapping)(mapping)).deferred?.slots.keys() ?? [], ({ rows }) =>
    rows.kind === "path" ? rows.path.text : rows.kind
  )

const rows = (path: string, row: object = {}) => ({ path, metrics: { m: "v" }, ...row })

describe("a list is read from the bytes if it is plain where its rows stand and what is wanted of them", () => {
  test.each([
    ["items of a list", [rows("items[*]")], ["items[*]"]],
    ["the document itself", [rows("$[*]")], ["$[*]"]],
    ["members of a map, deep down", [rows("$.data.nodes.*")], ["$.data.nodes.*"]],
    [
      "those that a filter lets through",
      [rows("items[?@.state != 'RETIRED' && @.id]")],
      ["items[?@.state != 'RETIRED' && @.id]"]
    ],
    ["rows within rows", [rows("a[*]", { each: [rows("b[*]"), rows("c.d")] })], ["a[*]"]],
    [
      "what a search finds within the row",
      [rows("a[*]", { metrics: { m: { value: { count: "disks[*]" } }, n: "x..y", o: "z[-1]" } })],
      ["a[*]"]
    ],
    ["labels of the document, and keys", [rows("a[*]", { labels_from: { c: "$.cluster", k: { key: 1 } } })], ["a[*]"]],
    ["two lists", [rows("a[*]"), rows("b.c[*]")], ["a[*]", "b.c[*]"]],
    ["one list in two ways", [rows("a[*]"), rows("a[?@.v]")], ["a[*]", "a[?@.v]"]]
  ])("%s", (_, each, expected) => {
    expect(deferred({ each })).toEqual(expected)
  })

  test.each([
    ["rows anywhere", [rows("$..items[*]")]],
    ["several lists at once", [rows("a.*[*]")]],
    ["a part of a list", [rows("a[0:10]")]],
    ["one row", [rows("a")]],
    ["a filter that compares with the document", [rows("a[?@.id == $.leader]")]],
    ["a filter that searches", [rows("a[?@.tags[?@ == 'x']]")]],
    ["rows within rows that start at the document in the list", [rows("a[*]", { each: [rows("$.a[*]")] })]],
    ["a list that a filter elsewhere asks about", [rows("a[*]"), rows("b[?@.x == $.a[0].v]")]],
    ["a list that another path looks into", [rows("a[*]", { labels_from: { first: "$.a[0].id" } })]],
    ["a list within another", [rows("a[*]"), rows("a.b[*]")]],
    ["a list within what a search looks through", [rows("a.b[*]"), rows("a..c")]],
    [
      "a list that a path below one row looks into",
      [rows("a", { metrics: { m: { value: { count: "b[*]" } } } }), rows("a.b[*]")]
    ],
    ["a list of rows below one row", [rows("@", { each: [rows("a.b[*]")] }), rows("a.b[*]")]],
    ["a list that rows elsewhere may lead to", [rows("*", { each: [rows("b[0]")] }), rows("a.b[*]")]]
  ])("and not %s", (_, each) => {
    expect(deferred({ each })).toEqual([])
  })

  test("nor one that the document's own metrics look into", () => {
    expect(deferred({ metrics: { m: { value: { count: "a[*]" } } }, each: [rows("a[*]")] })).toEqual([])
    expect(deferred({ metrics: { m: "a.length" }, each: [rows("a[*]")] })).toEqual([])
    expect(deferred({ metrics: { m: "b" }, each: [rows("a[*]")] })).toEqual(["a[*]"])
  })
})
