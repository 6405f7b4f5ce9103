import { describe, expect, test } from "vitest"
import { lines, problemLines, transformText } from "../collect.ts"

const m = { m: "v" }

describe("rows read from bytes give what parsed rows give", () => {
  test.each<[string, ReadonlyArray<object>, string, ReadonlyArray<string>]>([
    [
      "of two members with the same name the last, in the place of the first",
      [{ path: "a.*", labels_from: { k: { key: 0 } }, metrics: m }],
      '{"a": {"x": {"v": 1}, "y": {"v": 2}, "x": {"v": 3}}}',
      ["m{k=x} 3", "m{k=y} 2"]
    ],
    [
      "numeric names of a map first, as in JavaScript",
      [{ path: "a.*", labels_from: { k: { key: 0 } }, metrics: m }],
      '{"a": {"x": {"v": 1}, "10": {"v": 2}, "9": {"v": 3}}}',
      ["m{k=9} 3", "m{k=10} 2", "m{k=x} 1"]
    ],
    [
      "of two lists with the same name the last",
      [{ path: "a[*]", labels_from: { k: { key: 0 } }, metrics: m }],
      '{"a": [{"v": 1}, {"v": 2}], "a": [{"v": 3}]}',
      ["m{k=0} 3"]
    ],
    [
      "nothing of an object that a later one with the same name replaces",
      [{ path: "a[*]", metrics: { m: { value: "o.x", default: 7 } } }],
      '{"a": [{"o": {"x": 1}, "o": {"y": 2}}]}',
      ["m{} 7"]
    ],
    [
      "keys of all levels above, also of rows without a list",
      [
        {
          path: "$.a.b[*]",
          labels_from: { k0: { key: 0 }, k1: { key: 1 }, k2: { key: 2 }, k3: { key: 3 } },
          each: [
            {
              path: "c.d",
              labels_from: { i0: { key: 0 }, i1: { key: 1 }, i2: { key: 2 }, i3: { key: 3 } },
              each: [{ path: "e[*]", labels_from: { j: { key: 2 }, l: { key: 3 } }, metrics: m }]
            }
          ]
        }
      ],
      '{"a": {"b": [{"c": {"d": {"e": [{"v": 1}]}}}]}}',
      ["m{i0=d,i1=c,i2=0,i3=b,j=d,k0=0,k1=b,k2=a,l=c} 1"]
    ],
    [
      "labels as the document spells them",
      [{ path: "a[*]", labels_from: { l: "id" }, metrics: m }],
      '{"a": [{"id": 9007199254740993, "v": 1}, {"id": 1.50, "v": 2}, {"id": "\\u0061\\"b", "v": 3}, {"id": "", "v": 4}, {"id": true, "v": 5}]}',
      ["m{l=9007199254740993} 1", "m{l=1.50} 2", 'm{l=a"b} 3', "m{} 4", "m{l=true} 5"]
    ],
    [
      "labels that come after the inner rows",
      [{ path: "a[*]", labels_from: { l: "id" }, each: [{ path: "b[*]", labels_from: { n: "n" }, metrics: m }] }],
      '{"a": [{"b": [{"v": 1, "n": "x"}, {"v": 2, "n": "y"}], "id": "z"}]}',
      ["m{l=z,n=x} 1", "m{l=z,n=y} 2"]
    ],
    [
      "numbers as JavaScript spells them",
      [{ path: "a[*]", labels_from: { k: { key: 0 } }, metrics: { m: "@" } }],
      '{"a": [1.50, 1e3, -0, 0.0000001, "12.5", true]}',
      ["m{k=0} 1.5", "m{k=1} 1000", "m{k=2} 0", "m{k=3} 1e-7", "m{k=4} 12.5", "m{k=5} 1"]
    ]
  ])("%s", (_, each, text, expected) => {
    expect(
      lines(transformText({ each }, text)).map((line) => line.replaceAll('="', "=").replaceAll(/"(?=[,}])/g, ""))
    ).toEqual(expected)
  })
})

test("problems have the location and value, as those of parsed rows", () => {
  const each = [
    {
      path: "a[*]",
      labels_from: { l: "id" },
      metrics: {
        m: { value: "v", type: "counter" },
        n: { value: "w", map: { UP: 1 } },
        o: { type: "stateset", value: "s", states: ["on"] }
      },
      each: [{ path: "b.*", metrics: { p: "$.gone", q: "x[0]" } }]
    }
  ]
  const text = '{"a": [{"id": [], "v": -1, "w": "DOWN", "s": 1.50, "b": {"c d": {"x": {}}}}]}'
  expect(problemLines(transformText({ each }, text))).toEqual([
    "ambiguous l id $['a'][0]: a list of 0",
    "not_a_number m v $['a'][0]: -1; a counter is never below 0: type: gauge",
    "unknown_state n w $['a'][0]: \"DOWN\"; map has UP; _ is every other word",
    "unknown_state o s $['a'][0]: 1.50",
    "missing p $.gone $['a'][0]['b']['c d']: $ has a",
    "missing q x[0] $['a'][0]['b']['c d']: nothing"
  ])
})

test("a list that does not exist or is null is missing, an empty one or a string is not", () => {
  const each = [{ path: "$.a.b[*]", metrics: m }]
  const missing = (found: string) => [`missing m $.a.b[*] $: ${found}`]
  expect(problemLines(transformText({ each }, '{"a": {}}'))).toEqual(missing("nothing"))
  expect(problemLines(transformText({ each }, '{"a": {"b": "[1]"}}'))).toEqual([])
  expect(problemLines(transformText({ each }, '{"a": {"b": []}}'))).toEqual([])
  expect(problemLines(transformText({ each }, '{"a": {"b": null}}'))).toEqual(missing("nothing"))
})

describe("a list that another part of the mapping reads is parsed with the document", () => {
  const text =
    '{"leader": "x", "other": [{"x": "x"}, {"x": "y"}], "data": {"items": [{"id": "x", "disks": 2, "load": 0.5}, {"id": "y", "disks": 4, "load": 1}]}}'
  const disks = { path: "data.items[*]", labels_from: { id: "id" }, metrics: { disks: "disks" } }
  const disksLines = ['disks{id="x"} 2', 'disks{id="y"} 4']
  const loads = { metrics: { load: "load" } }

  test.each<[string, object, ReadonlyArray<string>]>([
    ["a count below one row", { path: "data", metrics: { items: { value: { count: "items[*]" } } } }, ["items{} 2"]],
    ["a sum below one row", { path: "data", metrics: { sum: { value: { sum: "items[*].load" } } } }, ["sum{} 1.5"]],
    ["an item below one row", { path: "data", metrics: { first: "items[0].load" } }, ["first{} 0.5"]],
    [
      "a label of one row",
      { path: "data", labels_from: { first: "items[0].id" }, metrics: { one: { value: { count: "@" } } } },
      ['one{first="x"} 1']
    ],
    [
      "a label of a metric of one row",
      { path: "data", metrics: { one: { type: "info", labels_from: { first: "items[0].id" } } } },
      ['one{first="x"} 1']
    ],
    ["rows below one row", { path: "data", each: [{ path: "items[*]", ...loads }] }, ["load{} 0.5"]],
    [
      "rows below one row below another",
      { path: "@", each: [{ path: "data", each: [{ path: "items[0]", ...loads }] }] },
      ["load{} 0.5"]
    ],
    ["rows below the document as a row", { path: "@", each: [{ path: "data.items[1]", ...loads }] }, ["load{} 1"]],
    ["rows below rows", { path: "$.*", each: [{ path: "items[0]", ...loads }] }, ["load{} 0.5"]],
    ["a search below one row", { path: "data", metrics: { all: { value: { count: "@..id" } } } }, ["all{} 2"]],
    [
      "a filter that reads the document, in other rows",
      { path: "$[?@ == $.data.items[0].id]", metrics: { leaders: { value: { count: "@" } } } },
      ["leaders{} 1"]
    ],
    [
      "a filter that reads the document, in the path of a value",
      { path: "other", metrics: { same: { value: { count: "@[?@.x == $.data.items[0].id]" } } } },
      ["same{} 1"]
    ],
    [
      "a filter in a filter, which reads the document",
      { path: "other[?@[?@ == $.data.items[1].id]]", metrics: { same: { value: { count: "@" } } } },
      ["same{} 1"]
    ],
    [
      "a filter of one row",
      { path: "data", metrics: { busy: { value: { count: "items[?@.load > 0.7]" } } } },
      ["busy{} 1"]
    ]
  ])("%s", (_, other, expected) => {
    expect(lines(transformText({ each: [other, disks] }, text))).toEqual([...expected, ...disksLines])
    expect(lines(transformText({ each: [disks, other] }, text))).toEqual([...disksLines, ...expected])
  })
})

describe("a number is copied as the document spells it", () => {
  const copied = (metric: unknown, row: string) =>
    transformText({ each: [{ path: "a[*]", metrics: { m: metric } }] }, `{"a": [${row}]}`)

  test.each<[string, unknown, string]>([
    ["if the metric is only a path", "v", '{"v": 12.5}'],
    ["if the metric is a counter and the number is not negative", { value: "v", type: "counter" }, '{"v": 12.5}'],
    ["if the metric has labels and a default", { value: "v", default: 1, labels_from: { l: "v" } }, '{"v": 12.5}']
  ])("%s", (_, metric, row) => {
    const { samples, copied: count } = copied(metric, row)
    expect([samples.map(({ value }) => value), count]).toEqual([[12.5], 1])
  })

  test.each<[string, unknown, string, number | undefined]>([
    ["if it has a scale", { value: "v", scale: 0.5 }, '{"v": 12.5}', 6.25],
    ["if it has a map", { value: "v", map: { 12.5: 7 } }, '{"v": 12.5}', 7],
    ["if it has a pattern", { value: "v", pattern: "([0-9]+)" }, '{"v": 12.5}', 12.5],
    ["if it has a parser", { value: "v", parse: "duration" }, '{"v": 12.5}', 12.5],
    ["if it is an aggregate", { value: { max: "v" } }, '{"v": 12.5}', 12.5],
    ["if a counter would be negative", { value: "v", type: "counter" }, '{"v": -12.5}', undefined],
    ["if the spelling is not the shortest", "v", '{"v": 12.50}', 12.5],
    ["if it is in a string", "v", '{"v": "12.5"}', 12.5]
  ])("but not %s", (_, metric, row, value) => {
    const { samples, copied: count } = copied(metric, row)
    expect([samples[0]?.value, count]).toEqual([value, 0])
  })
})
