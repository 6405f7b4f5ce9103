import { describe, expect, test } from "vitest"
import { planOf } from "../collect.ts"

/** The paths of the lists whose rows are read from bytes. */
const deferred = (mapping: unknown): ReadonlyArray<string> =>
  Array.from(planOf(mapping).deferred?.slots.keys() ?? [], ({ rows }) =>
    rows.kind === "path" ? rows.path.text : rows.kind
  )

const rows = (path: string, row: object = {}) => ({ path, metrics: { m: "v" }, ...row })

describe("a list is read from bytes if its path and the paths of its rows allow it:", () => {
  test.each([
    ["items of a list", [rows("items[*]")], ["items[*]"]],
    ["the document itself", [rows("$[*]")], ["$[*]"]],
    ["members of a nested map", [rows("$.data.nodes.*")], ["$.data.nodes.*"]],
    [
      "rows that a filter selects",
      [rows("items[?@.state != 'RETIRED' && @.id]")],
      ["items[?@.state != 'RETIRED' && @.id]"]
    ],
    ["rows within rows", [rows("a[*]", { each: [rows("b[*]"), rows("c.d")] })], ["a[*]"]],
    [
      "searches within the row",
      [rows("a[*]", { metrics: { m: { value: { count: "disks[*]" } }, n: "x..y", o: "z[-1]" } })],
      ["a[*]"]
    ],
    ["labels of the document, and keys", [rows("a[*]", { labels_from: { c: "$.cluster", k: { key: 1 } } })], ["a[*]"]],
    ["two lists", [rows("a[*]"), rows("b.c[*]")], ["a[*]", "b.c[*]"]],
    ["one list with and without a filter", [rows("a[*]"), rows("a[?@.v]")], ["a[*]", "a[?@.v]"]]
  ])("%s", (_, each, expected) => {
    expect(deferred({ each })).toEqual(expected)
  })

  test.each([
    ["rows found by ..", [rows("$..items[*]")]],
    ["several lists at once", [rows("a.*[*]")]],
    ["a part of a list", [rows("a[0:10]")]],
    ["one row", [rows("a")]],
    ["a filter that compares with the document", [rows("a[?@.id == $.leader]")]],
    ["a filter that searches", [rows("a[?@.tags[?@ == 'x']]")]],
    [
      "rows within rows whose path starts at the document and leads into the list",
      [rows("a[*]", { each: [rows("$.a[*]")] })]
    ],
    ["a list that a filter of another list reads", [rows("a[*]"), rows("b[?@.x == $.a[0].v]")]],
    ["a list that another path reads", [rows("a[*]", { labels_from: { first: "$.a[0].id" } })]],
    ["a list within another", [rows("a[*]"), rows("a.b[*]")]],
    ["a list that a search can reach", [rows("a.b[*]"), rows("a..c")]],
    [
      "a list that a path of another row reads",
      [rows("a", { metrics: { m: { value: { count: "b[*]" } } } }), rows("a.b[*]")]
    ],
    ["a list that rows below another row read", [rows("@", { each: [rows("a.b[*]")] }), rows("a.b[*]")]],
    ["a list that other rows may read", [rows("*", { each: [rows("b[0]")] }), rows("a.b[*]")]]
  ])("but not %s", (_, each) => {
    expect(deferred({ each })).toEqual([])
  })

  test("nor a list that the metrics of the document read", () => {
    expect(deferred({ metrics: { m: { value: { count: "a[*]" } } }, each: [rows("a[*]")] })).toEqual([])
    expect(deferred({ metrics: { m: "a.length" }, each: [rows("a[*]")] })).toEqual([])
    expect(deferred({ metrics: { m: "b" }, each: [rows("a[*]")] })).toEqual(["a[*]"])
  })
})
