import { describe, expect, test } from "vitest"
import type { Json } from "../../src/mapping/document/json.ts"
import { lines, problemLines, transformText, transformValue } from "./collect.ts"

/** The samples of a mapping, and the reasons of its problems. Parsed rows and rows read from bytes give the same. */
const run = (mapping: unknown, document: Json | string): ReadonlyArray<string> => {
  const found = typeof document === "string" ? transformText(mapping, document) : transformValue(mapping, document)
  return [...lines(found), ...found.problems.map(({ reason, metric }) => `! ${reason} ${metric}`)]
}

/** The value of the one sample of a metric, or the reason of its problem; undefined for neither. */
const sampleOf = (metric: unknown, document: Json | string, name = "m") => {
  const [first, second] = run({ metrics: { [name]: metric } }, document)
  expect(second).toBeUndefined()
  if (first === undefined) return undefined
  return first.startsWith("! ") ? first.split(" ")[1] : Number(first.split(" ").at(-1))
}

describe("paths", () => {
  test("A `value` or a `labels_from` entry that finds several nodes takes none of them: problem `ambiguous`.", () => {
    expect(sampleOf("a[*]", { a: [1, 2] })).toBe("ambiguous")
    expect(run({ metrics: { m: { value: "b", labels_from: { l: "a[*]" } } } }, { a: [1, 2], b: 3 })).toEqual([
      "m{} 3",
      "! ambiguous l"
    ])
  })

  test("own properties only", () => expect(sampleOf("constructor", {})).toBe("missing"))
})

describe("rows", () => {
  const table = {
    table: { columns: "names", rows: "data" },
    labels_from: { i: "id" },
    metrics: { m: { value: "v", optional: true } }
  }

  test("`columns` finds one list of names and `rows` one list of lists; each row becomes an object with these names.", () =>
    expect(
      run(
        { each: [table] },
        {
          names: ["id", "v"],
          data: [
            ["a", 1],
            ["b", 2]
          ]
        }
      )
    ).toEqual(['m{i="a"} 1', 'm{i="b"} 2']))

  test("Each path of `zip` finds one list; row i is an object of their i-th elements.", () =>
    expect(
      run(
        { each: [{ zip: { id: "ids", v: "x.vs" }, labels_from: { i: "id" }, metrics: { m: "v" } }] },
        { ids: ["a", "b"], x: { vs: [1, 2] } }
      )
    ).toEqual(['m{i="a"} 1', 'm{i="b"} 2']))

  test("A short row or list leaves keys out.", () => {
    expect(run({ each: [table] }, { names: ["id", "v"], data: [["a"], ["b", 2]] })).toEqual(['m{i="b"} 2'])
    expect(
      run(
        { each: [{ zip: { id: "ids", v: "vs" }, labels_from: { i: "id" }, metrics: { m: "v" } }] },
        { ids: ["a", "b"], vs: [1] }
      )
    ).toEqual(['m{i="a"} 1', "! missing m"])
  })

  test("`{ key: 0 }` is the index.", () => {
    const labels_from = { i: { key: 0 } }
    expect(run({ each: [{ ...table, labels_from }] }, { names: ["v"], data: [[5], [6]] })).toEqual([
      'm{i="0"} 5',
      'm{i="1"} 6'
    ])
    expect(run({ each: [{ zip: { v: "vs" }, labels_from, metrics: { m: "v" } }] }, { vs: [5, 6] })).toEqual([
      'm{i="0"} 5',
      'm{i="1"} 6'
    ])
  })

  const json = { path: "s[*]", parse: "json", metrics: { m: { value: "v", labels_from: { host: "$.host" } } } }

  test("`parse: json`: what was found is JSON in a string; what it holds becomes the row. `$` stays the outer document.", () =>
    expect(run({ each: [json] }, { host: "h", s: ['{"v":7}'] })).toEqual(['m{host="h"} 7']))

  test("`path` of a nested `each` goes into it.", () =>
    expect(
      run(
        {
          each: [
            { path: "s", parse: "json", each: [{ path: "a[*]", labels_from: { i: { key: 0 } }, metrics: { m: "@" } }] }
          ]
        },
        { s: '{"a":[4,5]}' }
      )
    ).toEqual(['m{i="0"} 4', 'm{i="1"} 5']))

  test("Text that is no JSON is problem `not_a_number`.", () =>
    expect(run({ each: [json] }, { s: ["{"] })).toEqual(["! not_a_number m"]))

  const list = (path: string, more = {}) => ({ each: [{ path, metrics: { m: "v" }, ...more }] })

  test("An `each` is `missing` only if the part of its path before the first wildcard, filter, slice or `..` finds nothing or null", () => {
    expect(run(list("a.b[*]"), { a: {} })).toEqual(["! missing m"])
    expect(run(list("a.b[*]"), { a: { b: null } })).toEqual(["! missing m"])
    expect(run(list("a[?@.x].b[*]"), { a: [{ x: 1 }] })).toEqual([])
    expect(run(list("a[0:1].b"), {})).toEqual(["! missing m"])
    expect(run(list("$..b"), {})).toEqual([])
  })

  test("and it has no `optional: true`.", () => expect(run(list("a.b[*]", { optional: true }), {})).toEqual([]))

  test("An empty list is never a problem.", () => expect(run(list("a[*]"), { a: [] })).toEqual([]))

  test("a list within a row that is not there is missing, too", () =>
    expect(run({ each: [{ path: "a[*]", each: [{ path: "b[*]", metrics: { m: "v" } }] }] }, { a: [{}] })).toEqual([
      "! missing m"
    ]))
})

describe("labels", () => {
  test("`labels` are constant; `labels_from` come from the document; both may stand on a target, an `each` or a metric.", () =>
    expect(
      run(
        {
          labels_from: { a: "a" },
          each: [
            {
              path: "r[*]",
              labels: { b: "2" },
              labels_from: { c: "c" },
              metrics: { m: { value: "v", labels: { d: "4" }, labels_from: { e: "e" } } }
            }
          ]
        },
        { a: 1, r: [{ c: 3, e: 5, v: 6 }] }
      )
    ).toEqual(['m{a="1",b="2",c="3",d="4",e="5"} 6']))

  const label = (entry: unknown, document: Json, more = {}) =>
    run(
      { each: [{ path: "r", labels_from: { l: entry }, metrics: { m: "v" }, ...more }] },
      { r: { v: 1, ...(document as object) } }
    )[0]

  test("If the pattern does not match, there is no label.", () => {
    expect(label({ path: "x", pattern: "a(.*)" }, { x: "ab" })).toBe('m{l="b"} 1')
    expect(label({ path: "x", pattern: "a(.*)" }, { x: "xab" })).toBe("m{} 1")
  })

  test("`replacement` is `$1` by default, or the whole match if the pattern has no group", () => {
    expect(label({ path: "x", pattern: "a.*" }, { x: "ab" })).toBe('m{l="ab"} 1')
    expect(label({ path: "x", pattern: "(.)(.)", replacement: "$2$1" }, { x: "ab" })).toBe('m{l="ba"} 1')
  })

  test("`pattern` and `map` on `{ key: N }`", () =>
    expect(
      run(
        {
          each: [
            {
              path: "$['s_1','s_2']",
              labels_from: { l: { key: 0, pattern: "s_(.)", map: { 1: "one" } } },
              metrics: { m: "@" }
            }
          ]
        },
        { s_1: 1, s_2: 2 }
      )
    ).toEqual(['m{l="one"} 1', 'm{l="2"} 2']))

  test("Missing, null, empty or in `null_values`: no label.", () => {
    expect(label("x", {})).toBe("m{} 1")
    expect(label("x", { x: null })).toBe("m{} 1")
    expect(label("x", { x: "" })).toBe("m{} 1")
    expect(label("x", { x: "N/A" }, { null_values: ["N/A"] })).toBe("m{} 1")
  })

  test("`{ key: 0 }` is the last segment of where the row was found, `{ key: 1 }` the segment before it, on through the outer rows up to the document", () =>
    expect(
      run(
        {
          each: [
            {
              path: "a.*",
              each: [
                {
                  path: "b[*]",
                  labels_from: { k0: { key: 0 }, k1: { key: 1 }, k2: { key: 2 }, k3: { key: 3 }, k4: { key: 4 } },
                  metrics: { m: "@" }
                }
              ]
            }
          ]
        },
        { a: { x: { b: [7] } } }
      )
    ).toEqual(['m{k0="0",k1="b",k2="x",k3="a"} 7']))

  test("Label values: strings as they are; numbers as the document spells them, ids over 2^53 digit for digit.", () =>
    expect(
      run(
        { each: [{ path: "r[*]", labels_from: { id: "id" }, metrics: { m: "v" } }] },
        '{"r":[{"id":420465847726953123,"v":1},{"id":1.50,"v":2}]}'
      )
    ).toEqual(['m{id="420465847726953123"} 1', 'm{id="1.50"} 2']))
})

describe("one metric from several places is a list", () => {
  test("`type`, `help`, `states` and `duplicates` stand at its first entry and hold for all", () =>
    expect(
      run(
        {
          metrics: {
            m_total: [
              { value: "in", type: "counter", labels: { d: "in" } },
              { value: "out", labels: { d: "out" } }
            ]
          }
        },
        { in: 1, out: -2 }
      )
    ).toEqual(['m_total{d="in"} 1', "! not_a_number m_total"]))
})

describe("aggregates", () => {
  const all = (values: Json, more = {}) =>
    ["count", "sum", "min", "max", "first", "last"].map((name) =>
      sampleOf({ value: { [name]: "a[*]" }, ...more }, { a: values })
    )

  test("All but `count` skip null.", () => expect(all([null, 3, 1, 2, null])).toEqual([5, 6, 1, 3, 3, 2]))

  test("`pattern`, `parse`, `map` and `null_values` apply to each node; `scale` and `unit` apply to the result.", () => {
    expect(sampleOf({ value: { sum: "a[*]" }, parse: "duration", scale: 2 }, { a: ["1s", "2s"] })).toBe(6)
    expect(sampleOf({ value: { sum: "a[*]" }, pattern: "x(.*)", map: { UP: 10 } }, { a: ["xUP", "x5"] })).toBe(15)
    expect(sampleOf({ value: { sum: "a[*]" }, null_values: [-1] }, { a: [-1, 5] })).toBe(5)
    expect(sampleOf({ value: { max: "a[*]" }, unit: "ms" }, { a: [1, 2500] }, "m_seconds")).toBe(2.5)
  })

  test("If the part of the path before the first wildcard, filter or slice finds nothing, the value is missing", () => {
    for (const name of ["count", "sum", "min", "max", "first", "last"])
      expect(sampleOf({ value: { [name]: "gone[*].x" } }, { a: [] })).toBe("missing")
  })

  test("`count` and `sum` of an empty list are 0, the others are missing.", () =>
    expect(all([])).toEqual([0, 0, "missing", "missing", "missing", "missing"]))

  test("`{ constant: 1 }`", () => expect(sampleOf({ value: { constant: 1 } }, {})).toBe(1))
})

describe("calc", () => {
  const calc = (text: string, document: Json, more = {}) => sampleOf({ value: { calc: text }, ...more }, document)

  test("`+ - * / ( )`, unary minus, numbers, paths that find one node, and the aggregates above as `sum(disks[*].free)`", () =>
    expect(calc("-(sum(d[*].f) - 1) * 2 + x / count(d[*])", { d: [{ f: 1 }, { f: 2 }], x: 8 })).toBe(0))

  test("A key with other characters is `['a-b']`, since `a-b` subtracts.", () =>
    expect(calc("['a-b'] + a-b", { "a-b": 1, a: 5, b: 3 })).toBe(3))

  test("Strings that read as numbers are numbers; `null_values` apply.", () => {
    expect(calc("a / b", { a: "3", b: "4" })).toBe(0.75)
    expect(calc("a / b", { a: "N/A", b: 4 }, { null_values: ["N/A"] })).toBe(undefined)
  })

  test("If an operand is missing the result is missing; division by zero is `not_a_number`.", () => {
    expect(calc("a + b", { a: 1 })).toBe("missing")
    expect(calc("a + b", { a: 1, b: null }, { default: 9 })).toBe(9)
    expect(calc("a / b", { a: 1, b: 0 })).toBe("not_a_number")
    expect(calc("0 / b", { b: 0 })).toBe("not_a_number")
    expect(calc("a[*] + 1", { a: [1, 2] })).toBe("ambiguous")
  })
})

describe("values", () => {
  test("a number that no double can hold (`1e400`) is a problem", () =>
    expect(sampleOf("a", '{"a":1e400}')).toBe("not_a_number"))

  test("a string: nothing, or `default:`, if it is in `null_values`", () => {
    expect(sampleOf({ value: "a", null_values: ["-"] }, { a: "-" })).toBe(undefined)
    expect(sampleOf({ value: "a", null_values: ["-"], default: 7 }, { a: "-" })).toBe(7)
  })

  test("null, or nothing: `default:` if given; nothing if `optional: true`; otherwise problem `missing`", () => {
    for (const document of [{ a: null }, {}]) {
      expect(sampleOf({ value: "a", default: 7 }, document)).toBe(7)
      expect(sampleOf({ value: "a", optional: true }, document)).toBe(undefined)
      expect(sampleOf("a", document)).toBe("missing")
    }
  })

  test("an object or array: a problem", () => {
    expect(sampleOf("a", { a: [1] })).toBe("not_a_number")
    expect(sampleOf("a", { a: {} })).toBe("not_a_number")
  })

  test("The steps, in this order: `null_values`, `pattern`, `null_values` again, `parse`, `map`, `scale`, `unit`.", () => {
    const metric = {
      value: "a",
      null_values: ["x=-", "off"],
      pattern: "x=(.*)",
      parse: "hex",
      map: { 31: 50 },
      scale: 10,
      unit: "ms"
    }
    expect(sampleOf(metric, { a: "x=1f" }, "m_seconds")).toBe(0.5)
    expect(sampleOf(metric, { a: "x=-" }, "m_seconds")).toBe(undefined)
    expect(sampleOf(metric, { a: "x=off" }, "m_seconds")).toBe(undefined)
  })

  test("Numbers and booleans skip `pattern` and `parse`.", () => {
    expect(sampleOf({ value: "a", pattern: "x(.*)", parse: "duration" }, { a: 5 })).toBe(5)
    expect(sampleOf({ value: "a", pattern: "x(.*)", parse: "duration" }, { a: true })).toBe(1)
  })

  test("`default` is the finished sample; no step applies to it.", () =>
    expect(sampleOf({ value: "a", default: 7, scale: 10, unit: "ms" }, {}, "m_seconds")).toBe(7))

  test("the innermost list replaces the others; `[]` switches it off.", () => {
    const mapping = (inner?: ReadonlyArray<string>) => ({
      null_values: ["a"],
      each: [
        {
          path: "r",
          null_values: ["b"],
          metrics: { m: { value: "v", map: { a: 1, b: 2, c: 3 }, ...(inner && { null_values: inner }) } }
        }
      ]
    })
    const result = (v: string, inner?: ReadonlyArray<string>) => run(mapping(inner), { r: { v } })
    expect(result("a")).toEqual(["m{} 1"])
    expect(result("b")).toEqual([])
    expect(result("b", ["c"])).toEqual(["m{} 2"])
    expect(result("b", [])).toEqual(["m{} 2"])
  })

  test("A JSON null stays `missing`.", () =>
    expect(sampleOf({ value: "a", null_values: ["null"] }, { a: null })).toBe("missing"))

  test("`pattern` takes the first group, or the whole match; for values it may match anywhere. A value that does not match is `not_a_number`.", () => {
    expect(sampleOf({ value: "a", pattern: "([0-9]+) M" }, { a: "at 93 Mbps" })).toBe(93)
    expect(sampleOf({ value: "a", pattern: "[0-9]+" }, { a: "at 93 Mbps" })).toBe(93)
    expect(sampleOf({ value: "a", pattern: "[0-9]+" }, { a: "fast" })).toBe("not_a_number")
  })

  test("`map`: `_` is every other word; without it another word is problem `unknown_state`.", () => {
    expect(sampleOf({ value: "a", map: { OK: 1, _: 0 } }, { a: "SICK" })).toBe(0)
    expect(sampleOf({ value: "a", map: { OK: 1 } }, { a: "SICK" })).toBe("unknown_state")
    expect(sampleOf({ value: "a", map: { 2: 1, _: 0 } }, { a: 3 })).toBe(0)
  })

  test("Keys of `map`, of `states` and words of `null_values` are compared with the value as the document spells it.", () => {
    expect(sampleOf({ value: "a", map: { "1.50": 9 } }, '{"a":1.50}')).toBe(9)
    expect(sampleOf({ value: "a", null_values: ["-999.0"] }, '{"a":-999.0}')).toBe(undefined)
    expect(sampleOf({ value: "a", null_values: [-999] }, '{"a":-999}')).toBe(undefined)
    expect(run({ metrics: { m: { value: "a", type: "stateset", states: ["1.0", "2"] } } }, '{"a":1.0}')).toEqual([
      'm{m="1.0"} 1',
      'm{m="2"} 0'
    ])
  })

  test("`quantity` converts to the base unit that the metric's name ends in. A unit of another kind is `not_a_number`.", () => {
    expect(sampleOf({ value: "a", parse: "quantity" }, { a: "28.61 W" }, "m_watts")).toBe(28.61)
    expect(sampleOf({ value: "a", parse: "quantity" }, { a: "25%" }, "m_ratio")).toBe(0.25)
    expect(sampleOf({ value: "a", parse: "quantity" }, { a: "25 V" }, "m_watts")).toBe("not_a_number")
    expect(sampleOf({ value: "a", parse: "quantity", k: 1024 }, { a: "1 MB" }, "m_bytes")).toBe(2 ** 20)
  })

  test("Go's zero time (year 1) is missing.", () => {
    expect(sampleOf({ value: "a", parse: "time" }, { a: "0001-01-01T00:00:00Z" })).toBe("missing")
    expect(sampleOf({ value: "a", parse: "time", optional: true }, { a: "0001-01-01T00:00:00Z" })).toBe(undefined)
    expect(sampleOf({ value: "a", parse: "time", default: 0 }, { a: "0001-01-01T00:00:00Z" })).toBe(0)
  })

  test("`int16`, `int32`: two's complement of a number or a hex string", () => {
    expect(sampleOf({ value: "a", parse: "int16" }, { a: 65_535 })).toBe(-1)
    expect(sampleOf({ value: "a", parse: "int16" }, { a: "FFFE" })).toBe(-2)
  })

  test("`unit: { path: unit }` takes the unit from the document, row by row.", () =>
    expect(
      run(
        {
          each: [
            {
              path: "r[*]",
              labels_from: { i: { key: 0 } },
              metrics: { m_seconds: { value: "v", unit: { path: "u" } } }
            }
          ]
        },
        { r: [{ v: 5, u: "ms" }, { v: 5, u: "min" }, { v: 5, u: "V" }, { v: 5 }] }
      )
    ).toEqual(['m_seconds{i="0"} 0.005', 'm_seconds{i="1"} 300', "! not_a_number m_seconds", "! missing m_seconds"]))

  test("`scale` multiplies before `unit` converts; both may stand (0.1 kWh).", () =>
    expect(sampleOf({ value: "a", scale: 0.1, unit: "kWh" }, { a: 3 }, "m_joules_total")).toBe(1_080_000))

  test("Factors are decimal and exact: the result is what decimal arithmetic gives, rounded once", () => {
    expect(sampleOf({ value: "a", unit: "percent" }, { a: 81.4 }, "m_ratio")).toBe(0.814)
    expect(sampleOf({ value: "a", scale: 0.1 }, { a: 2361 })).toBe(236.1)
    expect(sampleOf({ value: "a", unit: "°F" }, { a: 21.2 }, "m_celsius")).toBe(-6)
  })

  test("The result is never NaN or Inf.", () => {
    expect(sampleOf({ value: "a", scale: 1e10 }, { a: 1e300 })).toBe("not_a_number")
    expect(sampleOf({ value: "a", parse: "hex_float" }, { a: "7FC00000" })).toBe("not_a_number")
    expect(sampleOf({ value: "a", parse: "hex_float" }, { a: "7F800000" })).toBe("not_a_number")
  })
})

describe("types", () => {
  test("`info` is always 1; without any label it is problem `missing`, unless it is optional", () => {
    const optional = { type: "info", labels_from: { v: "v" }, optional: true }
    expect(run({ metrics: { m_info: optional } }, { v: "1" })).toEqual(['m_info{v="1"} 1'])
    expect(run({ metrics: { m_info: optional } }, { v: "" })).toEqual([])
    expect(run({ metrics: { m_info: { type: "info", labels_from: { v: "v" } } } }, { v: "1" })).toEqual([
      'm_info{v="1"} 1'
    ])
    expect(run({ metrics: { m_info: { type: "info", labels_from: { v: "v" } } } }, {})).toEqual(["! missing m_info"])
  })

  const set = { type: "stateset", value: "s", states: { stopped: 0, running: 1 } }

  test("`stateset`: one series per state, exactly one of them 1; `states: { stopped: 0, running: 1 }` with what the document has", () =>
    expect(run({ metrics: { m: set } }, { s: 1 })).toEqual(['m{m="stopped"} 0', 'm{m="running"} 1']))

  test("for an unknown state all are 0, and it is a problem; missing or null: no series", () => {
    expect(run({ metrics: { m: set } }, { s: 2 })).toEqual([
      'm{m="stopped"} 0',
      'm{m="running"} 0',
      "! unknown_state m"
    ])
    expect(run({ metrics: { m: set } }, { s: null })).toEqual(["! missing m"])
    expect(run({ metrics: { m: { ...set, optional: true } } }, {})).toEqual([])
    expect(run({ metrics: { m: { ...set, null_values: [7] } } }, { s: 7 })).toEqual([])
  })

  const histogram = (more = {}) => ({
    metrics: { m_seconds: { type: "histogram", buckets: { path: "b[*]", le: "le", value: "n" }, ...more } }
  })

  test("`histogram`: sorted by number; `+Inf`, `Infinity` or null is the last one; `count` is the last bucket by default", () => {
    for (const last of ["+Inf", "Infinity", null])
      expect(
        run(histogram(), {
          b: [
            { le: last, n: 6 },
            { le: 10, n: 5 },
            { le: 2, n: 3 }
          ]
        })
      ).toEqual([
        'm_seconds_bucket{le="2.0"} 3',
        'm_seconds_bucket{le="10.0"} 5',
        'm_seconds_bucket{le="+Inf"} 6',
        "m_seconds_count{} 6"
      ])
  })

  test("`cumulative` default true; `sum`, which may be missing; `unit` applies to `le` and `sum`", () =>
    expect(
      run(histogram({ cumulative: false, sum: "s", unit: "ms" }), {
        b: [
          { le: 50, n: 3 },
          { le: null, n: 2 }
        ],
        s: 430
      })
    ).toEqual([
      'm_seconds_bucket{le="0.05"} 3',
      'm_seconds_bucket{le="+Inf"} 5',
      "m_seconds_sum{} 0.43",
      "m_seconds_count{} 5"
    ]))

  test("a falling cumulative count drops the histogram", () =>
    expect(
      run(histogram(), {
        b: [
          { le: 1, n: 3 },
          { le: 2, n: 2 }
        ]
      })
    ).toEqual(["! not_a_number m_seconds"]))

  test("`summary` (`quantiles: { 0.5: p50, 0.99: p99 }`, `sum`, `count`)", () =>
    expect(
      run(
        { metrics: { m_seconds: { type: "summary", quantiles: { 0.5: "p50", 0.99: "p99" }, sum: "s", count: "c" } } },
        { p50: 1, p99: 2, s: 3, c: 4 }
      )
    ).toEqual([
      'm_seconds{quantile="0.5"} 1',
      'm_seconds{quantile="0.99"} 2',
      "m_seconds_sum{} 3",
      "m_seconds_count{} 4"
    ]))

  test("If two samples have the same name and labels, the first wins and the second is problem `duplicate`.", () =>
    expect(run({ each: [{ path: "r[*]", metrics: { m: "@" } }] }, { r: [1, 2] })).toEqual(["m{} 1", "! duplicate m"]))

  test("With `duplicates: sum` (or `min`, `max`, `last`) they are combined, over all entries and rows", () => {
    const combined = (duplicates: string) =>
      run(
        {
          metrics: { m: [{ value: "x", duplicates }, "y"] },
          each: [{ path: "r[*]", metrics: { m: { value: "@", duplicates } } }]
        },
        { x: 1, y: 5, r: [2, 3] }
      )
    expect(combined("sum")).toEqual(["m{} 11"])
    expect(combined("min")).toEqual(["m{} 1"])
    expect(combined("max")).toEqual(["m{} 5"])
    expect(combined("last")).toEqual(["m{} 3"])
  })

  test("`{ value: { constant: 1 }, duplicates: sum }` counts rows by their labels", () =>
    expect(
      run(
        {
          each: [
            { path: "r[*]", labels_from: { k: "k" }, metrics: { m: { value: { constant: 1 }, duplicates: "sum" } } }
          ]
        },
        { r: [{ k: "a" }, { k: "b" }, { k: "a" }] }
      )
    ).toEqual(['m{k="a"} 2', 'm{k="b"} 1']))
})

test("`missing` says what is there: queue.deph of $: queue has depth, oldest_ms", () =>
  expect(problemLines(transformValue({ metrics: { m: "queue.deph" } }, { queue: { depth: 1, oldest_ms: 2 } }))).toEqual(
    ["missing m queue.deph $: queue has depth, oldest_ms"]
  ))
