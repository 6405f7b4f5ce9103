import { describe, expect, test } from "vitest"
import { lines, problemLines, transformText } from "./collect.ts"

/** The series of a mapping and a document, then the problems. */
const outcome = (mapping: object, text: string): ReadonlyArray<string> => {
  const result = transformText(mapping, text)
  return [...lines(result).map((line) => line.replaceAll('"', "").replace("{}", "")), ...problemLines(result)]
}

/** The same for one metric of the document itself. */
const metric = (entry: unknown, text: string, name = "m") => outcome({ metrics: { [name]: entry } }, text)

/** The same for rows. */
const rows = (each: object | ReadonlyArray<object>, text: string) =>
  outcome({ each: Array.isArray(each) ? each : [each] }, text)

const m = { m: "v" }

describe("Rows", () => {
  const table = {
    table: { columns: "names", rows: "data" },
    labels_from: { t: "time", i: { key: 0 } },
    metrics: { m: "cpu" }
  }
  const zip = {
    zip: { time: "h.time", t: "h.temperature" },
    labels_from: { time: "time", i: { key: 0 } },
    metrics: { m: "t" }
  }

  test("`columns` finds one list of names and `rows` one list of lists; each row becomes an object with these names", () => {
    expect(rows(table, '{"names": ["time", "cpu"], "data": [["a", 1], ["b", 2.5]]}')).toEqual([
      "m{i=0,t=a} 1",
      "m{i=1,t=b} 2.5"
    ])
  })

  test("Each path of `zip` finds one list; row i is an object of their i-th elements", () => {
    expect(rows(zip, '{"h": {"time": ["x", "y"], "temperature": [1, -2]}}')).toEqual([
      "m{i=0,time=x} 1",
      "m{i=1,time=y} -2"
    ])
  })

  test("A short row or list leaves keys out", () => {
    expect(rows({ ...zip, metrics: { m: "t" } }, '{"h": {"time": ["x", "y"], "temperature": [1]}}')).toEqual([
      "m{i=0,time=x} 1",
      "missing m t $['h']['time'][1]: @ has time"
    ])
    expect(rows(table, '{"names": ["time", "cpu"], "data": [["a"], ["b", 2, 3]]}')).toEqual([
      "m{i=1,t=b} 2",
      "missing m cpu $['data'][0]: @ has time"
    ])
    expect(rows(zip, '{"h": {"time": ["x"], "temperature": [1, 2]}}')).toEqual(["m{i=0,time=x} 1", "m{i=1} 2"])
  })

  test("`{ key: 0 }` is the index", () => {
    const keys = { k0: { key: 0 }, k1: { key: 1 }, k2: { key: 2 }, k3: { key: 3 } }
    expect(rows({ ...table, labels_from: keys }, '{"names": ["cpu"], "data": [[1]]}')).toEqual(["m{k0=0,k1=data} 1"])
    expect(rows({ ...zip, labels_from: keys }, '{"h": {"time": [], "temperature": [1]}}')).toEqual([
      "m{k0=0,k1=time,k2=h} 1"
    ])
  })

  test("ids over 2^53 of a table, of lists side by side and of JSON in a string stay digit for digit", () => {
    const id = "9007199254740993"
    expect(rows({ ...table, labels_from: { t: "time" } }, `{"names": ["time", "cpu"], "data": [[${id}, 1]]}`)).toEqual([
      `m{t=${id}} 1`
    ])
    expect(rows({ ...zip, labels_from: { t: "time" } }, `{"h": {"time": [${id}], "temperature": [1]}}`)).toEqual([
      `m{t=${id}} 1`
    ])
    expect(
      rows(
        { path: "s", parse: "json", labels_from: { t: "id" }, metrics: m },
        JSON.stringify({ s: `{"id": ${id}, "v": 1}` })
      )
    ).toEqual([`m{t=${id}} 1`])
  })

  test("a table within a row may have its columns in the row and its rows in the document", () => {
    const inner = { table: { columns: "names", rows: "$.data" }, metrics: { m: "cpu" } }
    expect(rows({ path: "a[*]", each: [inner] }, '{"a": [{"names": ["cpu"]}], "names": ["x"], "data": [[7]]}')).toEqual(
      ["m 7"]
    )
  })

  test("a number that is all of a JSON text stays as it is spelled", () => {
    const each = { path: "s[*]", parse: "json", labels_from: { l: "@" }, metrics: { m: "@" } }
    expect(rows(each, '{"s": ["1.50", " 2e3 "]}')).toEqual(["m{l=1.50} 1.5", "m{l=2e3} 2000"])
    expect(metric({ value: { constant: 1 }, labels_from: { l: "$" } }, "1.50")).toEqual(["m{l=1.50} 1"])
  })

  test("rows within rows of a table, and of lists side by side", () => {
    const inner = {
      each: [{ path: "list[*]", labels_from: { i: { key: 0 }, l: { key: 1 }, r: { key: 2 } }, metrics: { m: "@" } }]
    }
    expect(rows({ table: { columns: "n", rows: "d" }, ...inner }, '{"n": ["list"], "d": [[[5, 6]]]}')).toEqual([
      "m{i=0,l=list,r=0} 5",
      "m{i=1,l=list,r=0} 6"
    ])
    expect(rows({ zip: { list: "a" }, ...inner }, '{"a": [[5]]}')).toEqual(["m{i=0,l=list,r=0} 5"])
  })

  test("columns or a list that is no list is a problem", () => {
    expect(rows(table, '{"names": "time", "data": [[1]]}')).toEqual(['not_a_number m names $: "time"'])
    expect(rows(table, '{"names": ["cpu"], "data": [{"cpu": 1}, [2]]}')).toEqual([
      "m{i=1} 2",
      "not_a_number m @ $['data'][0]: a map"
    ])
    expect(rows({ ...zip, zip: { t: "h[*].t" } }, '{"h": [{"t": [1]}, {"t": [2]}]}')).toEqual([
      "ambiguous m h[*].t $: 2 values"
    ])
  })

  test('`parse: json`: what was found is JSON in a string; what it holds becomes the row, and `path: "..."` of a nested `each` goes into it', () => {
    const each = {
      path: "items[*].s",
      parse: "json",
      labels_from: { a: "a", i: { key: 1 } },
      metrics: m,
      each: [{ path: "list[*]", labels_from: { n: { key: 0 } }, metrics: { n: "@" } }]
    }
    expect(rows(each, JSON.stringify({ items: [{ s: '{"a": "x", "v": 1, "list": [7]}' }] }))).toEqual([
      "m{a=x,i=0} 1",
      "n{a=x,i=0,n=0} 7"
    ])
  })

  test("`$` stays the outer document", () => {
    const each = { path: "s", parse: "json", labels_from: { site: "$.site" }, metrics: { m: "v", n: "$.n" } }
    expect(rows(each, JSON.stringify({ site: "ams1", n: 3, s: '{"v": 1, "site": "inner"}' }))).toEqual([
      "m{site=ams1} 1",
      "n{site=ams1} 3"
    ])
  })

  test("Text that is no JSON is problem `not_a_number`", () => {
    const each = { path: "items[*]", parse: "json", metrics: { m: "@" } }
    expect(rows(each, JSON.stringify({ items: ["{oops", "5", 7] }))).toEqual([
      "m 5",
      "not_a_number m @ $['items'][0]: \"{oops\"",
      "not_a_number m @ $['items'][2]: 7"
    ])
  })

  test("An `each` is `missing` only if the part of its path before the first wildcard, filter, slice or `..` finds nothing or null", () => {
    const missing = (path: string) => rows({ path, metrics: m }, '{"a": {"b": [], "n": null, "s": "text", "o": {}}}')
    for (const path of ["a.b[*]", "a.b[?@.x].y", "a.b[0:2]", "a.b..c", "a..x", "a.s[*]", "a.o.*", "$.a.b[*].c[*]"]) {
      expect(missing(path), path).toEqual([])
    }
    expect(missing("a.c[*]")).toEqual(["missing m a.c[*] $: a has b, n, s, o"])
    expect(missing("a.n[*]")).toEqual(["missing m a.n[*] $: nothing"])
    expect(missing("a.b[0]")).toEqual(["missing m a.b[0] $: b is a list of 0"])
    expect(missing("a.b[-1].c[*]")).toEqual(["missing m a.b[-1].c[*] $: b is a list of 0"])
    expect(missing("x..y")).toEqual(["missing m x..y $: @ has a"])
    expect(missing("x[0:1].y")).toEqual(["missing m x[0:1].y $: @ has a"])
  })

  test("and it has no `optional: true`", () => {
    for (const path of ["gone[*]", "n[*]", "gone"])
      expect(rows({ path, optional: true, metrics: m }, '{"n": null}')).toEqual([])
    const nested = (optional: boolean) => [{ path: "a[*]", each: [{ path: "b[*]", optional, metrics: m }] }]
    expect(rows(nested(false), '{"a": [{}]}')).toEqual(["missing m b[*] $['a'][0]: nothing"])
    expect(rows(nested(true), '{"a": [{}]}')).toEqual([])
    expect(rows({ ...table, optional: true }, "{}")).toEqual([])
    expect(rows({ ...zip, optional: true }, "{}")).toEqual([])
    expect(rows({ path: "s", parse: "json", optional: true, metrics: m }, "{}")).toEqual([])
  })

  test("An empty list is never a problem", () => {
    expect(rows({ path: "a[*]", metrics: m }, '{"a": []}')).toEqual([])
    expect(rows({ path: "a.*", metrics: m }, '{"a": {}}')).toEqual([])
    expect(rows(table, '{"names": [], "data": []}')).toEqual([])
    expect(rows(zip, '{"h": {"time": [], "temperature": []}}')).toEqual([])
  })
})

describe("Labels", () => {
  const labelled = (labels: object, row: string, more: object = {}) =>
    rows({ path: "r[*]", ...more, metrics: { m: { value: { constant: 1 } } }, ...labels }, `{"r": [${row}]}`)
  const from = (entry: unknown, row: string, more: object = {}) => labelled({ labels_from: { l: entry } }, row, more)

  test("`labels` are constant; `labels_from` come from the document; both may stand on a target, an `each` or a metric", () => {
    const mapping = {
      labels: { a: "1" },
      labels_from: { b: "site" },
      each: [
        {
          path: "r[*]",
          labels: { c: "3" },
          labels_from: { d: "id" },
          metrics: { m: { value: "v", labels: { e: "5" }, labels_from: { f: "x" } } }
        }
      ]
    }
    expect(outcome(mapping, '{"site": "ams1", "r": [{"id": "n1", "v": 7, "x": "y"}]}')).toEqual([
      "m{a=1,b=ams1,c=3,d=n1,e=5,f=y} 7"
    ])
  })

  test("A `labels_from` entry is a path, or an object: `{ path: P }` or `{ key: N }`, with optional `pattern`, `replacement` and `map`", () => {
    expect(from("x", '{"x": "a"}')).toEqual(["m{l=a} 1"])
    expect(from({ path: "x" }, '{"x": "a"}')).toEqual(["m{l=a} 1"])
    expect(from({ key: 0 }, "{}")).toEqual(["m{l=0} 1"])
    expect(from({ path: "x", pattern: "(.*)-(.*)", replacement: "$2/$1" }, '{"x": "a-b"}')).toEqual(["m{l=b/a} 1"])
    expect(from({ key: 0, pattern: "(.)", replacement: "row $1" }, "{}")).toEqual(["m{l=row 0} 1"])
    expect(from({ path: "x", map: { 1: "one" } }, '{"x": 1}')).toEqual(["m{l=one} 1"])
  })

  test("replacement (default `$1`, or the whole match if the pattern has no group)", () => {
    expect(from({ path: "x", pattern: "/Common/(.*)" }, '{"x": "/Common/pool"}')).toEqual(["m{l=pool} 1"])
    expect(from({ path: "x", pattern: "/Common/.*" }, '{"x": "/Common/pool"}')).toEqual(["m{l=/Common/pool} 1"])
  })

  test("For labels it is anchored at both ends, as in Prometheus relabelling; if the pattern does not match, there is no label", () => {
    expect(from({ path: "x", pattern: "ommo" }, '{"x": "Common"}')).toEqual(["m 1"])
    expect(from({ path: "x", pattern: "(a|b)" }, '{"x": "ab"}')).toEqual(["m 1"])
  })

  test("Missing, null, empty or in `null_values`: no label", () => {
    for (const row of ["{}", '{"x": null}', '{"x": ""}', '{"x": "N/A"}', '{"x": -1}']) {
      expect(from("x", row, { null_values: ["N/A", -1] }), row).toEqual(["m 1"])
    }
  })

  test("`{ key: 0 }` is the last segment of where the row was found, `{ key: 1 }` the segment before it, on through the outer rows up to the document", () => {
    const keys = { k0: { key: 0 }, k1: { key: 1 }, k2: { key: 2 }, k3: { key: 3 }, k4: { key: 4 }, k5: { key: 5 } }
    const each = [
      { path: "a.b[*]", each: [{ path: "c", each: [{ path: "d.*", labels_from: keys, metrics: { m: "@" } }] }] }
    ]
    expect(rows(each, '{"a": {"b": [{"c": {"d": {"x": 1}}}]}}')).toEqual(["m{k0=x,k1=d,k2=c,k3=0,k4=b,k5=a} 1"])
    const absolute = [{ path: "a[*]", each: [{ path: "$.b[*]", labels_from: keys, metrics: { m: "@" } }] }]
    expect(rows(absolute, '{"a": [{}], "b": [5]}')).toEqual(["m{k0=0,k1=b} 5"])
  })

  test("Label values: strings as they are; numbers as the document spells them, ids over 2^53 digit for digit", () => {
    expect(from("x", '{"x": 1.50}')).toEqual(["m{l=1.50} 1"])
    expect(from("x", '{"x": 9007199254740993}')).toEqual(["m{l=9007199254740993} 1"])
    expect(from({ path: "x", map: { "1.50": "exact" } }, '{"x": 1.50}')).toEqual(["m{l=exact} 1"])
  })

  test("A `labels_from` entry that finds several nodes takes none of them: problem `ambiguous`", () => {
    expect(from("x[*]", '{"x": [1, 2]}')).toEqual(["m 1", "ambiguous l x[*] $['r'][0]: 2 values"])
    expect(from({ path: "x[*]", pattern: ".*" }, '{"x": [1, 2]}')).toEqual([
      "m 1",
      "ambiguous l x[*] $['r'][0]: 2 values"
    ])
    expect(metric({ value: "b", labels_from: { l: "a[*]" } }, '{"a": [1, 2], "b": 3}')).toEqual([
      "m 3",
      "ambiguous l a[*] $: 2 values"
    ])
  })
})

describe("One metric from several places is a list", () => {
  test("`type`, `help`, `states` and `duplicates` stand at its first entry and hold for all", () => {
    const requests = [
      { value: "in", type: "counter", labels: { direction: "in" }, help: "Requests." },
      { value: "out", labels: { direction: "out" } }
    ]
    const { samples } = transformText({ metrics: { web_requests_total: requests } }, '{"in": 1, "out": 2}')
    expect(samples.map(({ family, value }) => [family.type, family.help, value])).toEqual([
      ["counter", "Requests.", 1],
      ["counter", "Requests.", 2]
    ])
    expect(metric(requests, '{"in": 1, "out": -2}')).toEqual([
      "m{direction=in} 1",
      "not_a_number m out $: -2; a counter is never below 0: type: gauge"
    ])
  })
})

describe("value", () => {
  test("`{ count: PATH }`, `{ sum: PATH }`, `{ min: PATH }`, `{ max: PATH }`, `{ first: PATH }`, `{ last: PATH }`", () => {
    const of = (name: string) => metric({ value: { [name]: "a[*]" } }, '{"a": [3, "1.5", true, 2]}')
    expect(["count", "sum", "min", "max", "first", "last"].map(of)).toEqual([
      ["m 4"],
      ["m 7.5"],
      ["m 1"],
      ["m 3"],
      ["m 3"],
      ["m 2"]
    ])
  })

  test("All but `count` skip null", () => {
    const of = (name: string) => metric({ value: { [name]: "a[*]" } }, '{"a": [null, 2, 3, null]}')
    expect(["count", "sum", "min", "max", "first", "last"].map(of)).toEqual([
      ["m 4"],
      ["m 5"],
      ["m 2"],
      ["m 3"],
      ["m 2"],
      ["m 3"]
    ])
  })

  test("`pattern`, `parse`, `map` and `null_values` apply to each node; `scale` and `unit` apply to the result", () => {
    expect(
      metric({ value: { sum: "a[*]" }, parse: "duration", null_values: ["-"] }, '{"a": ["1m", "-", "2s"]}')
    ).toEqual(["m 62"])
    expect(metric({ value: { max: "a[*]" }, pattern: "([0-9]+)%", scale: 0.01 }, '{"a": ["81%", "7%"]}')).toEqual([
      "m 0.81"
    ])
    expect(metric({ value: { sum: "a[*]" }, map: { up: 1, _: 0 } }, '{"a": ["up", "down", "up"]}')).toEqual(["m 2"])
    expect(metric({ value: { sum: "a[*]" }, unit: "ms" }, '{"a": [1, 2]}', "m_seconds")).toEqual(["m_seconds 0.003"])
    expect(metric({ value: { last: "a[*]" }, null_values: ["-"] }, '{"a": ["1", "2", "-"]}')).toEqual(["m 2"])
  })

  test("If the part of the path before the first wildcard, filter or slice finds nothing, the value is missing (a renamed field is not 0)", () => {
    for (const name of ["count", "sum", "min", "max", "first", "last"]) {
      expect(metric({ value: { [name]: "a.b[*]" } }, '{"a": {"c": []}}'), name).toEqual(["missing m a.b[*] $: a has c"])
      expect(metric({ value: { [name]: "a.b[*]" }, optional: true }, '{"a": {"c": []}}'), name).toEqual([])
      expect(metric({ value: { [name]: "a.b[*]" }, default: 9 }, '{"a": {"c": []}}'), name).toEqual(["m 9"])
    }
  })

  test("`count` and `sum` of an empty list are 0, the others are missing", () => {
    const of = (name: string) => metric({ value: { [name]: "a[*]" } }, '{"a": []}')
    expect(["count", "sum"].map(of)).toEqual([["m 0"], ["m 0"]])
    for (const name of ["min", "max", "first", "last"]) expect(of(name)).toEqual(["missing m a[*] $: nothing"])
  })

  test("`{ constant: 1 }`", () => expect(metric({ value: { constant: 2.5 } }, "{}")).toEqual(["m 2.5"]))

  test('`{ calc: "1 - free_kb / total_kb" }`: `+ - * / ( )`, unary minus, numbers, paths that find one node, and the aggregates', () => {
    expect(metric({ value: { calc: "1 - free_kb / total_kb" } }, '{"free_kb": 1, "total_kb": 4}')).toEqual(["m 0.75"])
    expect(metric({ value: { calc: "-(sum(d[*].free) + 1) * 2" } }, '{"d": [{"free": 1}, {"free": 2}]}')).toEqual([
      "m -8"
    ])
    expect(metric({ value: { calc: "['a-b'] - a" } }, '{"a": 1, "a-b": 3}')).toEqual(["m 2"])
    expect(metric({ value: { calc: "a / count(x[*])" } }, '{"a": 1, "x": [1, 2]}')).toEqual(["m 0.5"])
    expect(metric({ value: { calc: "a + b" } }, '{"a": [1, 2], "b": 1}')).toEqual([
      "not_a_number m a + b $: a: a list of 2"
    ])
    expect(metric({ value: { calc: "a[*] + b" } }, '{"a": [1, 2], "b": 1}')).toEqual([
      "ambiguous m a[*] + b $: a[*]: 2 values"
    ])
  })

  test("Strings that read as numbers are numbers; `null_values` apply", () => {
    expect(metric({ value: { calc: "a + b" } }, '{"a": "1.5", "b": 1}')).toEqual(["m 2.5"])
    expect(metric({ value: { calc: "a + b" }, null_values: [-1] }, '{"a": -1, "b": 1}')).toEqual([])
  })

  test("If an operand is missing the result is missing; division by zero is `not_a_number`", () => {
    expect(metric({ value: { calc: "a / b" } }, '{"a": 1}')).toEqual(["missing m a / b $: b: @ has a"])
    expect(metric({ value: { calc: "a / b" }, optional: true }, '{"a": 1}')).toEqual([])
    expect(metric({ value: { calc: "a / b" }, default: 7 }, '{"a": 1}')).toEqual(["m 7"])
    expect(metric({ value: { calc: "a / b" } }, '{"a": 1, "b": 0}')).toEqual([
      "not_a_number m a / b $: no finite result"
    ])
  })

  test("A `value` that finds several nodes takes none of them: problem `ambiguous`", () => {
    expect(metric("a[*]", '{"a": [1, 2]}')).toEqual([
      'ambiguous m a[*] $: 2 values; { first: "a[*]" } takes one of them, an each has a row for each'
    ])
  })

  test("a number: itself; a number that no double can hold (`1e400`) is a problem; `true`, `false`: 1, 0", () => {
    expect(metric("v", '{"v": 12.5}')).toEqual(["m 12.5"])
    expect(metric("v", '{"v": 1e400}')).toEqual(["not_a_number m v $: 1e400"])
    expect([metric("v", '{"v": true}'), metric("v", '{"v": false}')]).toEqual([["m 1"], ["m 0"]])
  })

  test("a string: nothing, or `default:`, if it is in `null_values`; a number if it reads as one; otherwise a problem", () => {
    const nulls = { value: "v", null_values: ["", "N/A", "unavailable", -999] }
    for (const v of ['""', '"N/A"', '"unavailable"', "-999"]) {
      expect(metric(nulls, `{"v": ${v}}`), v).toEqual([])
      expect(metric({ ...nulls, default: 5 }, `{"v": ${v}}`), v).toEqual(["m 5"])
    }
    expect(metric("v", '{"v": "12.5"}')).toEqual(["m 12.5"])
    expect(metric("v", '{"v": "many"}')).toEqual(['not_a_number m v $: "many"'])
  })

  test("null, or nothing: `default:` if given; nothing if `optional: true`; otherwise problem `missing`", () => {
    for (const text of ['{"v": null}', "{}"]) {
      expect(metric({ value: "v", default: 5 }, text)).toEqual(["m 5"])
      expect(metric({ value: "v", optional: true }, text)).toEqual([])
    }
    expect(metric("v", '{"v": null}')).toEqual(["missing m v $: null"])
    expect(metric("queue.deph", '{"queue": {"depth": 1, "oldest_ms": 2}}')).toEqual([
      "missing m queue.deph $: queue has depth, oldest_ms"
    ])
  })

  test("an object or array: a problem", () => {
    expect(metric("v", '{"v": {}}')).toEqual(["not_a_number m v $: a map; its numbers are below it, at v.KEY"])
    expect(metric("v", '{"v": [1]}')).toEqual([
      'not_a_number m v $: a list of 1; v[0] is one item, { sum: "v[*]" } all of them; an each has a row for each'
    ])
    expect(metric("v", '{"v": {"toString": 1, "__proto__": 2}}')).toEqual([
      "not_a_number m v $: a map; its numbers are below it, at v.KEY"
    ])
  })

  test("`null_values` may stand at a target, an `each` or a metric; the innermost list replaces the others; `[]` switches it off", () => {
    const text = '{"r": [{"v": "a"}, {"v": "b"}, {"v": "c"}]}'
    const at = (outer: unknown, row: unknown, own: unknown) => {
      const nulls = (null_values: unknown) => (null_values === undefined ? {} : { null_values })
      const each = [
        {
          path: "r[*]",
          ...nulls(row),
          metrics: { m: { value: "v", map: { _: 1 }, ...nulls(own), labels_from: { i: { key: 0 } } } }
        }
      ]
      return outcome({ ...nulls(outer), each }, text)
    }
    expect(at(["a"], undefined, undefined)).toEqual(["m{i=1} 1", "m{i=2} 1"])
    expect(at(["a"], ["b"], undefined)).toEqual(["m{i=0} 1", "m{i=2} 1"])
    expect(at(["a"], ["b"], ["c"])).toEqual(["m{i=0} 1", "m{i=1} 1"])
    expect(at(["a"], ["b"], [])).toEqual(["m{i=0} 1", "m{i=1} 1", "m{i=2} 1"])
  })

  test("Such a value needs no `optional`. A JSON null stays `missing`", () => {
    expect(metric({ value: "v", null_values: ["null"] }, '{"v": null}')).toEqual(["missing m v $: null"])
  })

  test("The steps, in this order: `null_values`, `pattern`, `null_values` again, `parse`, `map`, `scale`, `unit`", () => {
    const entry = {
      value: "v",
      null_values: ["x=-", "off"],
      pattern: "x=(.*)",
      parse: "hex",
      map: { 31: 50 },
      scale: 10,
      unit: "ms"
    }
    expect(metric(entry, '{"v": "x=1f"}', "m_seconds")).toEqual(["m_seconds 0.5"])
    expect(metric(entry, '{"v": "x=-"}', "m_seconds")).toEqual([])
    expect(metric(entry, '{"v": "x=off"}', "m_seconds")).toEqual([])
  })

  test("Numbers and booleans skip `pattern` and `parse`", () => {
    const entry = { value: "v", pattern: "x(.*)", parse: "duration" }
    expect([metric(entry, '{"v": 5}'), metric(entry, '{"v": true}')]).toEqual([["m 5"], ["m 1"]])
  })

  test("`pattern` takes the first group, or the whole match, anywhere in the text; a text that does not match is `not_a_number`", () => {
    expect(metric({ value: "v", pattern: "([0-9]+) M" }, '{"v": "at 93 Mbps"}')).toEqual(["m 93"])
    expect(metric({ value: "v", pattern: "[0-9]+" }, '{"v": "at 93 Mbps"}')).toEqual(["m 93"])
    expect(metric({ value: "v", pattern: "[0-9]+" }, '{"v": "fast"}')).toEqual([
      'not_a_number m v $: "fast"; the pattern does not match'
    ])
  })

  test("`map`: `_` is every other word; without it another word is problem `unknown_state`", () => {
    expect(metric({ value: "v", map: { OK: 1, _: 0 } }, '{"v": "SICK"}')).toEqual(["m 0"])
    expect(metric({ value: "v", map: { OK: 1 } }, '{"v": "SICK"}')).toEqual([
      'unknown_state m v $: "SICK"; map has OK; _ is every other word'
    ])
    expect(metric({ value: "v", map: { 2: 1, _: 0 } }, '{"v": 3}')).toEqual(["m 0"])
  })

  test("`quantity` converts to the base unit in the metric's name; a unit of another kind is `not_a_number`", () => {
    const quantity = { value: "v", parse: "quantity" }
    expect(metric(quantity, '{"v": "28.61 W"}', "m_watts")).toEqual(["m_watts 28.61"])
    expect(metric(quantity, '{"v": "25%"}', "m_ratio")).toEqual(["m_ratio 0.25"])
    expect(metric(quantity, '{"v": "25 V"}', "m_watts")).toEqual([
      'not_a_number m_watts v $: "25 V"; V becomes _volts by parse: quantity, and the name ends in _watts'
    ])
    expect(metric({ ...quantity, k: 1024 }, '{"v": "1 MB"}', "m_bytes")).toEqual(["m_bytes 1048576"])
  })

  test("Go's zero time (year 1) is missing", () => {
    const time = { value: "v", parse: "time" }
    const zero = '{"v": "0001-01-01T00:00:00Z"}'
    expect(metric(time, zero)).toEqual([expect.stringMatching(/^missing m v /)])
    expect(metric({ ...time, optional: true }, zero)).toEqual([])
    expect(metric({ ...time, default: 0 }, zero)).toEqual(["m 0"])
  })

  test("`int16`, `int32`: two's complement of a number or a hex string", () => {
    expect(metric({ value: "v", parse: "int16" }, '{"v": 65535}')).toEqual(["m -1"])
    expect(metric({ value: "v", parse: "int16" }, '{"v": "FFFE"}')).toEqual(["m -2"])
  })

  test("The result is never NaN or Inf", () => {
    const reasons = (entry: object, text: string) =>
      metric({ value: "v", ...entry }, text).map((line) => line.split(" ")[0])
    expect(reasons({ scale: 1e10 }, '{"v": 1e300}')).toEqual(["not_a_number"])
    expect(reasons({ parse: "hex_float" }, '{"v": "7FC00000"}')).toEqual(["not_a_number"])
    expect(reasons({ parse: "hex_float" }, '{"v": "7F800000"}')).toEqual(["not_a_number"])
  })

  test("`default` is the finished sample; no step applies to it", () => {
    expect(metric({ value: "v", default: 5, scale: 1000 }, "{}")).toEqual(["m 5"])
    expect(metric({ value: "v", default: 5, unit: "ms" }, "{}", "m_seconds")).toEqual(["m_seconds 5"])
  })

  test("Keys of `map`, of `states` and words of `null_values` are compared with the value as the document spells it", () => {
    expect(metric({ value: "v", map: { "1.50": 7 } }, '{"v": 1.50}')).toEqual(["m 7"])
    expect(metric({ value: "v", null_values: ["1.50"] }, '{"v": 1.50}')).toEqual([])
    expect(metric({ value: "v", null_values: ["1.50"] }, '{"v": 1.5}')).toEqual(["m 1.5"])
    expect(metric({ type: "stateset", value: "v", states: ["1.50", "2"] }, '{"v": 1.50}')).toEqual([
      "m{m=1.50} 1",
      "m{m=2} 0"
    ])
  })

  test("`unit: { path: unit }` takes the unit from the document, row by row", () => {
    const each = {
      path: "r[*]",
      labels_from: { i: { key: 0 } },
      metrics: { m_bytes: { value: "v", unit: { path: "u" } } }
    }
    expect(
      rows(each, '{"r": [{"v": 1, "u": "KiB"}, {"v": 2, "u": "MB"}, {"v": 3, "u": "furlong"}, {"v": 4}]}')
    ).toEqual([
      "m_bytes{i=0} 1024",
      "m_bytes{i=1} 2000000",
      "not_a_number m_bytes v $['r'][2]: 3, unit \"furlong\"",
      "missing m_bytes v $['r'][3]: 4, unit @ has v"
    ])
  })

  test("`scale` multiplies before `unit` converts; the result is what decimal arithmetic gives, rounded once", () => {
    expect(metric({ value: "v", scale: 0.1, unit: "kWh" }, '{"v": 3}', "m_joules")).toEqual(["m_joules 1080000"])
    expect(metric({ value: "v", unit: "percent" }, '{"v": 81.4}', "m_ratio")).toEqual(["m_ratio 0.814"])
    expect(metric({ value: "v", scale: 0.1 }, '{"v": 2361}')).toEqual(["m 236.1"])
    expect(metric({ value: "v", unit: "°F" }, '{"v": 21.2}', "m_celsius")).toEqual(["m_celsius -6"])
  })
})

describe("Types", () => {
  test("`info` (always 1; without any label it is problem `missing`)", () => {
    const info = { type: "info", labels_from: { version: "v" } }
    expect(metric(info, '{"v": "1.2"}')).toEqual(["m{version=1.2} 1"])
    expect(metric(info, '{"v": null}')).toEqual(["missing m labels $: no label"])
    expect(metric({ ...info, optional: true }, '{"v": ""}')).toEqual([])
  })

  test("`stateset` (one series per state, exactly one of them 1; `states: [a, b]`, or `states: { stopped: 0, running: 1 }` with what the document has)", () => {
    expect(metric({ type: "stateset", value: "v", states: ["a", "b"] }, '{"v": "b"}')).toEqual(["m{m=a} 0", "m{m=b} 1"])
    expect(metric({ type: "stateset", value: "v", states: { stopped: 0, running: 1 } }, '{"v": 1}')).toEqual([
      "m{m=stopped} 0",
      "m{m=running} 1"
    ])
  })

  test("for an unknown state all are 0, and it is a problem; missing or null: no series", () => {
    const stateset = { type: "stateset", value: "v", states: ["a", "b"] }
    expect(metric(stateset, '{"v": "c"}')).toEqual(["m{m=a} 0", "m{m=b} 0", 'unknown_state m v $: "c"'])
    expect(metric(stateset, '{"v": null}')).toEqual(["missing m v $: null"])
    expect(metric({ ...stateset, optional: true }, "{}")).toEqual([])
    expect(metric({ ...stateset, default: "b" }, "{}")).toEqual(["m{m=a} 0", "m{m=b} 1"])
    expect(metric({ ...stateset, null_values: ["-"] }, '{"v": "-"}')).toEqual([])
  })

  describe("`histogram` (`buckets`: rows as in `each`, by `path`, `zip` or `table`, with `le` as a label entry and `value`)", () => {
    const histogram = (more: object = {}, buckets: object = { path: "b[*]", le: "le", value: "n" }) => ({
      type: "histogram",
      buckets,
      ...more
    })
    const text = '{"b": [{"le": 0.1, "n": 3}, {"le": 1, "n": 5}, {"le": "+Inf", "n": 6}], "sum": 2.5, "count": 6}'
    const expected = ["m_bucket{le=0.1} 3", "m_bucket{le=1.0} 5", "m_bucket{le=+Inf} 6"]

    test("by `path`", () =>
      expect(metric(histogram({ sum: "sum", count: "count" }), text)).toEqual([...expected, "m_sum 2.5", "m_count 6"]))
    test("by `zip`", () =>
      expect(
        metric(
          histogram({}, { zip: { le: "le", n: "n" }, le: "le", value: "n" }),
          '{"le": [0.1, 1, null], "n": [3, 5, 6]}'
        )
      ).toEqual([...expected, "m_count 6"]))
    test("by `table`", () =>
      expect(
        metric(
          histogram({}, { table: { columns: "c", rows: "r" }, le: "a", value: "b" }),
          '{"c": ["a", "b"], "r": [[0.1, 3], [1, 5], ["Infinity", 6]]}'
        )
      ).toEqual([...expected, "m_count 6"]))
    test("by the keys of an object", () =>
      expect(
        metric(
          histogram({}, { path: "b.*", le: { key: 0, pattern: "le_(.*)" }, value: "@" }),
          '{"b": {"le_+Inf": 6, "le_0.1": 3, "le_1": 5}}'
        )
      ).toEqual([...expected, "m_count 6"]))
    test("`+Inf`, `Infinity` or null is the last one; sorted by number", () => {
      const bounds = (last: string) =>
        metric(histogram(), `{"b": [{"le": ${last}, "n": 6}, {"le": 1, "n": 5}, {"le": "0.1", "n": 3}]}`)
      for (const last of ['"+Inf"', '"Infinity"', "null"]) expect(bounds(last)).toEqual([...expected, "m_count 6"])
    })
    test("`cumulative` default true", () =>
      expect(
        metric(
          histogram({ cumulative: false }),
          '{"b": [{"le": 0.1, "n": 3}, {"le": 1, "n": 2}, {"le": null, "n": 1}]}'
        )
      ).toEqual([...expected, "m_count 6"]))
    test("`sum`, which may be missing", () =>
      expect(metric(histogram({ sum: "gone", count: "count" }), text)).toEqual([...expected, "m_count 6"]))
    test("`count`, default the last bucket", () => {
      expect(
        metric(histogram({ count: "count" }), '{"b": [{"le": 0.1, "n": 3}, {"le": 1, "n": 5}], "count": 6}')
      ).toEqual([...expected, "m_count 6"])
      expect(metric(histogram(), '{"b": [{"le": 0.1, "n": 3}]}')).toEqual([
        "m_bucket{le=0.1} 3",
        "m_bucket{le=+Inf} 3",
        "m_count 3"
      ])
    })
    test("`unit` applies to `le` and `sum`", () =>
      expect(
        metric(
          histogram({ sum: "sum", unit: "ms" }),
          '{"b": [{"le": 100, "n": 3}, {"le": null, "n": 4}], "sum": 2500}',
          "m_seconds"
        )
      ).toEqual([
        "m_seconds_bucket{le=0.1} 3",
        "m_seconds_bucket{le=+Inf} 4",
        "m_seconds_sum 2.5",
        "m_seconds_count 4"
      ]))
    test("a falling cumulative count drops the histogram", () => {
      expect(metric(histogram(), '{"b": [{"le": 1, "n": 5}, {"le": 2, "n": 3}]}')).toEqual([
        "not_a_number m buckets $: the count falls from 5 to 3 at 2.0"
      ])
      expect(metric(histogram({ count: "count" }), '{"b": [{"le": 1, "n": 5}], "count": 4}')).toEqual([
        "not_a_number m buckets $: 4 in count, 5 up to 1.0"
      ])
      expect(metric(histogram(), '{"b": [{"le": 1, "n": -5}]}')).toEqual([
        "not_a_number m buckets $: the count falls from 0 to -5 at 1.0"
      ])
    })
    test("a bucket that cannot be read drops the histogram", () => {
      expect(metric(histogram(), '{"b": [{"le": "x", "n": 5}]}')).toEqual(["not_a_number m le $['b'][0]: \"x\""])
      expect(metric(histogram(), '{"b": [{"le": 1}]}')).toEqual(["missing m n $['b'][0]: @ has le"])
      expect(metric(histogram(), '{"b": [{"le": 1, "n": 1}, {"le": 1.0, "n": 2}]}')).toEqual([
        "not_a_number m buckets $: two buckets up to 1.0"
      ])
      expect(metric(histogram(), "{}")).toEqual(["missing m b[*] $: nothing"])
      expect(metric(histogram({ optional: true }), "{}")).toEqual([])
    })
    test("in rows that are read from bytes", () => {
      const each = {
        path: "r[*]",
        labels_from: { n: "n" },
        metrics: { m: histogram({ sum: "s" }, { path: "b[*]", le: "le", value: "n" }) }
      }
      expect(
        rows(each, '{"r": [{"n": "x", "s": 1, "b": [{"le": 1, "n": 2}]}, {"n": "x", "b": [{"le": 1, "n": 3}]}]}')
      ).toEqual([
        "m_bucket{le=1.0,n=x} 2",
        "m_bucket{le=+Inf,n=x} 2",
        "m_sum{n=x} 1",
        "m_count{n=x} 2",
        "duplicate m  $['r'][1]: n=\"x\""
      ])
    })
  })

  test("`summary` (`quantiles: { 0.5: p50, 0.99: p99 }`, `sum`, `count`)", () => {
    const summary = { type: "summary", quantiles: { 0.5: "p50", 0.99: "p99" }, sum: "sum", count: "n", unit: "ms" }
    expect(metric(summary, '{"p50": 10, "p99": 250, "sum": 5000, "n": 7}', "m_seconds")).toEqual([
      "m_seconds{quantile=0.5} 0.01",
      "m_seconds{quantile=0.99} 0.25",
      "m_seconds_sum 5",
      "m_seconds_count 7"
    ])
    expect(metric(summary, '{"p50": 10}', "m_seconds")).toEqual([
      "m_seconds{quantile=0.5} 0.01",
      "missing m_seconds p99 $: @ has p50"
    ])
  })

  test("If two samples have the same name and labels, the first wins and the second is problem `duplicate`", () => {
    expect(metric(["a", "b"], '{"a": 1, "b": 2}')).toEqual([
      "m 1",
      "duplicate m b $: without labels, which would tell the series apart"
    ])
  })

  test("With `duplicates: sum` (or `min`, `max`, `last`) they are combined, over all entries, rows and pages of a target", () => {
    const combined = (duplicates: string) =>
      outcome(
        {
          metrics: { m: [{ value: "a", duplicates }, { value: "b" }] },
          each: [{ path: "r[*]", metrics: { m: "@" } }]
        },
        '{"a": 5, "b": 2, "r": [1, 9, 4]}'
      )
    expect(["sum", "min", "max", "last"].map(combined)).toEqual([["m 21"], ["m 1"], ["m 9"], ["m 4"]])
  })

  test("so `{ value: { constant: 1 }, duplicates: sum }` counts rows by their labels", () => {
    const each = {
      path: "r[*]",
      labels_from: { s: "@" },
      metrics: { m: { value: { constant: 1 }, duplicates: "sum" } }
    }
    expect(rows(each, '{"r": ["up", "down", "up"]}')).toEqual(["m{s=up} 2", "m{s=down} 1"])
    expect(
      rows({ ...each, metrics: { m: { value: { constant: 1e308 }, duplicates: "sum" } } }, '{"r": ["x", "x"]}')
    ).toEqual(["not_a_number m  $: the sum is too large for a double"])
  })
})
