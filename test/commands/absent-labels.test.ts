import { expect, test } from "vitest"
import { absentLabels } from "../../src/commands/absent-labels.ts"

const row = (labels_from: object, metrics: object = { m: "v" }) => ({ each: [{ path: "a[*]", labels_from, metrics }] })

test.each([
  [
    row({ id: "id", env: "prod" }),
    'm{id="a"} 1\n',
    ["each[0].labels_from.env: prod gives no value: no series has the label env"]
  ],
  [
    row({ id: { key: 3 } }),
    "m 1\n",
    ["each[0].labels_from.id: { key: 3 } is above the document: no series has the label id"]
  ],
  [
    row({ id: { key: 0, pattern: "x(.*)" } }),
    "m 1\n",
    ["each[0].labels_from.id: { key: 0 } gives no value, or its pattern never matches: no series has the label id"]
  ],
  [
    row({ id: { path: "id", map: {} } }),
    "m 1\nm 2\n",
    ["each[0].labels_from.id: id gives no value: no series has the label id"]
  ],
  // on one of several series
  [row({ id: "id" }), 'm 1\nm{id="b"} 1\n', []],
  [row({ id: "id" }), 'm{a="x",id="b"} 1\n', []],
  // in the value of another label, whose quotes are escaped
  [
    row({ id: "id" }),
    'm{a=",id=\\"x\\""} 1\n',
    ["each[0].labels_from.id: id gives no value: no series has the label id"]
  ],
  // without series nothing is known
  [row({ id: "id" }), "other 1\n", []],
  [{ metrics: { m: "v" }, labels: { id: "" } }, "m 1\n", []],
  [undefined, "m 1\n", []]
])("%j: %s", (mapping, exposition, notes) => {
  expect(absentLabels(mapping, exposition)).toEqual(notes.map((note) => `note: ${note}`))
})

test("a label is noted once for all metrics of its rows, and not if another entry of the metric has it", () => {
  expect(absentLabels(row({ id: "id" }, { m: "v", n: "w" }), "m 1\nn 1\n")).toHaveLength(1)
  const entries = {
    metrics: {
      m: [
        { value: "v", labels_from: { id: "id" } },
        { value: "w", labels: { id: "w" } }
      ]
    }
  }
  expect(absentLabels(entries, 'm{id="w"} 1\n')).toEqual([])
})

test("the series of a histogram belong to its name", () => {
  const mapping = {
    metrics: { h: { type: "histogram", labels_from: { id: "id" } }, c_sum: { value: "c", labels_from: { x: "x" } } }
  }
  expect(absentLabels(mapping, 'h_bucket{id="a",le="1"} 1\nh_count{id="a"} 1\nc_sum 1\n')).toEqual([
    "note: metrics.c_sum.labels_from.x: x gives no value: no series has the label x"
  ])
})
