import { describe, expect, test } from "vitest"
import { transformDocument } from "../../src/mapping/transform.ts"
import { collect, documentOf, lines, planOf, problemLines, transformValue } from "./collect.ts"

describe("the fleet of the documentation", () => {
  const mapping = {
    each: [
      {
        path: "$.items[?@.state != 'RETIRED']",
        labels_from: { node: "id", region: "region", cluster: "$.cluster" },
        metrics: {
          acme_node_cpu_usage_ratio: { value: "cpu_pct", scale: 0.01, help: "CPU in use." },
          acme_node_state: { value: "state", map: { ACTIVE: 1, DEGRADED: 0.5, DOWN: 0 }, help: "Health." },
          acme_node_last_seen_timestamp_seconds: { value: "last_seen", parse: "rfc3339", optional: true },
          acme_node_disks: { value: { count: "disks[*]" }, help: "Disks attached." }
        },
        each: [
          {
            path: "disks[*]",
            labels_from: { device: "dev", slot: { key: 0 } },
            metrics: { acme_node_disk_free_bytes: { value: "free_mb", scale: 1_000_000, help: "Free disk space." } }
          }
        ]
      }
    ]
  }
  const fleet = {
    cluster: "blue",
    items: [
      {
        id: "n1",
        region: "eu",
        state: "ACTIVE",
        cpu_pct: 57,
        last_seen: "2026-01-31T12:00:00Z",
        disks: [
          { dev: "sda", free_mb: 120 },
          { dev: "sdb", free_mb: "80.5" }
        ]
      },
      { id: "n2", region: "us", state: "RETIRED", cpu_pct: 0, disks: [] },
      { id: "n3", region: null, state: "MAINTENANCE", cpu_pct: null, disks: [] }
    ]
  }
  const transformed = transformValue(mapping, fleet, { labels: { site: "ams1" } })

  test("every row that the filter selects has its metrics, and those of its inner rows", () => {
    expect(lines(transformed)).toEqual([
      'acme_node_cpu_usage_ratio{cluster="blue",node="n1",region="eu",site="ams1"} 0.57',
      'acme_node_state{cluster="blue",node="n1",region="eu",site="ams1"} 1',
      'acme_node_last_seen_timestamp_seconds{cluster="blue",node="n1",region="eu",site="ams1"} 1769860800',
      'acme_node_disks{cluster="blue",node="n1",region="eu",site="ams1"} 2',
      'acme_node_disk_free_bytes{cluster="blue",device="sda",node="n1",region="eu",site="ams1",slot="0"} 120000000',
      'acme_node_disk_free_bytes{cluster="blue",device="sdb",node="n1",region="eu",site="ams1",slot="1"} 80500000',
      'acme_node_disks{cluster="blue",node="n3",site="ams1"} 0'
    ])
  })

  test("a missing value drops only its own sample", () => {
    expect(problemLines(transformed)).toEqual([
      "missing acme_node_cpu_usage_ratio cpu_pct $['items'][2]: null",
      "unknown_state acme_node_state state $['items'][2]: \"MAINTENANCE\"; map has ACTIVE, DEGRADED, DOWN; _ is every other word"
    ])
    expect(transformed.dropped).toEqual({
      missing: 1,
      not_a_number: 0,
      ambiguous: 0,
      duplicate: 0,
      unknown_state: 1,
      detail: 0
    })
  })

  test("the samples of a row share their labels, the samples of a metric share their family", () => {
    const [cpu, state] = transformed.samples
    expect(cpu?.labels).toBe(state?.labels)
    const families = new Set(transformed.samples.map(({ family }) => family))
    expect([...families].map(({ help }) => help)).toEqual([
      "CPU in use.",
      "Health.",
      "last_seen of each $.items[?@.state != 'RETIRED'], in the response to the last good poll.",
      "Disks attached.",
      "Free disk space."
    ])
  })
})

describe("metrics of the document itself", () => {
  const of = (metric: unknown, document: object) => lines(transformValue({ metrics: { m: metric } }, { ...document }))

  test("a path", () => expect(of("queue.depth", { queue: { depth: 3 } })).toEqual(["m{} 3"]))
  test("a path from the document's start", () => expect(of("$.a[0]", { a: [3] })).toEqual(["m{} 3"]))
  test("the last item", () => expect(of("a[-1]", { a: [3, 4] })).toEqual(["m{} 4"]))
  test("an aggregate", () => expect(of({ value: { sum: "a[*]" } }, { a: [3, 4] })).toEqual(["m{} 7"]))
  test("an info", () => {
    const info = { type: "info", labels_from: { version: "v", commit: "c" } }
    expect(of(info, { v: "1.2", c: null })).toEqual(['m{version="1.2"} 1'])
  })
  test("a stateset has a series per state, one of them 1", () => {
    const mode = { type: "stateset", value: "mode", states: ["rw", "ro", "off"] }
    expect(of(mode, { mode: "ro" })).toEqual(['m{m="rw"} 0', 'm{m="ro"} 1', 'm{m="off"} 0'])
  })
  test("a stateset in an unknown state has only zeros, and a problem", () => {
    const mode = { metrics: { m: { type: "stateset", value: "mode", states: ["rw", "ro"] } } }
    const transformed = transformValue(mode, { mode: "on fire" })
    expect(lines(transformed)).toEqual(['m{m="rw"} 0', 'm{m="ro"} 0'])
    expect(problemLines(transformed)).toEqual(['unknown_state m mode $: "on fire"'])
  })
  test("the label of a stateset is sorted among the others", () => {
    const mode = { m: { type: "stateset", value: "mode", states: ["rw"] } }
    const transformed = transformValue({ metrics: mode }, { mode: "rw" }, { labels: { z: "z", a: "a" } })
    expect(lines(transformed)).toEqual(['m{a="a",m="rw",z="z"} 1'])
  })
})

describe("labels", () => {
  const mapping = (labels: object, each = "$.rows[*]") => ({
    each: [{ path: each, labels_from: labels, metrics: { m: { value: { constant: 1 } } } }]
  })
  const labelsOf = (transformed: ReturnType<typeof transformValue>) => transformed.samples.map(({ labels }) => labels)

  test.each([
    ["a text as it is", '"a\\nb"', "a\nb"],
    ["a number as it is spelled", "1.50", "1.50"],
    ["an id over 2^53 digit for digit", "9007199254740993", "9007199254740993"],
    ["a number in powers of ten as it is spelled", "1e3", "1e3"],
    ["true and false by their names", "false", "false"]
  ])("%s", (_, spelled, value) => {
    const plan = planOf(mapping({ a: "x" }))
    const document = documentOf(`{"rows":[{"x":${spelled}}]}`)
    expect(labelsOf(collect((samples) => transformDocument(plan, document, samples)))).toEqual([[["a", value]]])
  })

  test.each([
    ["null", { x: null }],
    ["nothing", {}],
    ["an empty text, which is no label to Prometheus", { x: "" }]
  ])("%s is no label", (_, row) => expect(labelsOf(transformValue(mapping({ a: "x" }), { rows: [row] }))).toEqual([[]]))

  test.each([
    ["a map", { x: { y: 1 } }, "x", "a map"],
    ["a list", { x: [1, 2] }, "x", "a list of 2"],
    ["several values", { x: [1, 2] }, "x[*]", "2 values"]
  ])("%s is no label either, and a problem", (_, row, path, found) => {
    const transformed = transformValue(mapping({ a: path }), { rows: [row] })
    expect(labelsOf(transformed)).toEqual([[]])
    expect(problemLines(transformed)).toEqual([`ambiguous a ${path} $['rows'][0]: ${found}`])
  })

  test("the item itself", () =>
    expect(labelsOf(transformValue(mapping({ a: "@" }), { rows: ["x", "y"] }))).toEqual([[["a", "x"]], [["a", "y"]]]))

  test("the key or index of a row, and those above it", () => {
    const labels = { key: { key: 0 }, above: { key: 1 }, top: { key: 2 }, none: { key: 3 } }
    expect(labelsOf(transformValue(mapping(labels, "$.zones.*[*]"), { zones: { eu: ["x"], us: ["y"] } }))).toEqual([
      [
        ["above", "eu"],
        ["key", "0"],
        ["top", "zones"]
      ],
      [
        ["above", "us"],
        ["key", "0"],
        ["top", "zones"]
      ]
    ])
  })

  test("of two labels with the same name the inner one is used", () => {
    const nested = {
      each: [
        {
          path: "$.rows[*]",
          labels_from: { a: "x" },
          each: [{ path: "rows[*]", labels_from: { a: "y" }, metrics: { m: { value: "v", labels_from: { b: "v" } } } }]
        }
      ]
    }
    const document = { rows: [{ x: "outer", rows: [{ y: "inner", v: 1 }, { v: 2 }] }] }
    expect(lines(transformValue(nested, document))).toEqual(['m{a="inner",b="1"} 1', 'm{b="2"} 2'])
  })
})

describe("rows", () => {
  test("of two samples with the same name and labels the first is kept", () => {
    const mapping = { each: [{ path: "$[*]", labels_from: { id: "id" }, metrics: { a: "a", b: "b" } }] }
    const transformed = transformValue(mapping, [
      { id: "x", a: 1 },
      { id: "x", a: 2, b: 2 },
      { id: "x", b: 3 }
    ])
    expect(lines(transformed)).toEqual(['a{id="x"} 1', 'b{id="x"} 2'])
    expect(problemLines(transformed)).toEqual([
      "missing b b $[0]: @ has id, a",
      'duplicate a a $[1]: id="x"',
      "missing a a $[2]: @ has id, b",
      'duplicate b b $[2]: id="x"'
    ])
  })

  test.each([
    [
      "in two lists",
      {
        each: [
          { path: "$.a[*]", metrics: { m: "@" } },
          { path: "$.b[*]", metrics: { m: "@" } }
        ]
      }
    ],
    ["in a list and the document", { metrics: { m: "a[0]" }, each: [{ path: "$.b[*]", metrics: { m: "@" } }] }],
    [
      "in rows whose own label hides the one around",
      {
        each: [
          {
            path: "$['a','b']",
            labels_from: { l: { key: 0 } },
            each: [{ path: "@[*]", labels_from: { l: { key: 0 } }, metrics: { m: "@" } }]
          }
        ]
      }
    ],
    [
      "under a label of the metric's own",
      {
        each: [
          {
            path: "$['a','b'][*]",
            labels_from: { l: { key: 1 } },
            metrics: { m: { value: "@", labels_from: { l: "$.c" } } }
          }
        ]
      }
    ]
  ])("a metric %s is one family, its series unique", (_, mapping) => {
    const transformed = transformValue(mapping, { a: [1], b: [2] })
    expect(transformed.samples.map(({ value }) => value)).toEqual([1])
    expect(transformed.dropped.duplicate).toBe(1)
  })

  test("labels differ although their texts in a row are equal", () => {
    const mapping = { each: [{ path: "$[*]", labels_from: { a: "a", b: "b" }, metrics: { m: "@.v" } }] }
    const rows = [
      ["x", "yz"],
      ["xy", "z"],
      ["x", "z"],
      ["xy", "yz"],
      [null, "x"],
      ["x", null],
      ['x",b="z', null]
    ]
    const transformed = transformValue(
      mapping,
      rows.map(([a = null, b = null], v) => ({ a, b, v }))
    )
    expect(transformed.samples).toHaveLength(rows.length)
  })

  test("an empty list is never a problem", () => {
    const mapping = { each: [{ path: "$.a.rows[?@.x > 1]", metrics: { m: "x" } }] }
    expect(transformValue(mapping, { a: { rows: [] } }).problems).toEqual([])
    expect(transformValue(mapping, { a: { rows: [{ x: 1 }] } }).problems).toEqual([])
  })

  test.each([
    ["the list is not there", {}, "nothing"],
    ["the list is null", { a: { rows: null } }, "nothing"]
  ])("if %s, that is one problem", (_, document, found) => {
    const mapping = { each: [{ path: "$.a.rows[*]", each: [{ path: "@[*]", metrics: { m: "x", n: "y" } }] }] }
    expect(problemLines(transformValue(mapping, document))).toEqual([`missing m $.a.rows[*] $: ${found}`])
  })

  test("a list within a row may be missing if it is optional", () => {
    const mapping = (optional: boolean) => ({
      each: [{ path: "$[*]", each: [{ path: "rows[*]", optional, metrics: { m: "x" } }] }]
    })
    expect(problemLines(transformValue(mapping(false), [{}, { rows: null }]))).toEqual([
      "missing m rows[*] $[0]: nothing",
      "missing m rows[*] $[1]: nothing"
    ])
    expect(transformValue(mapping(true), [{}, { rows: null }]).problems).toEqual([])
  })

  test("the transform stops at one sample more than max_series", () => {
    const mapping = { each: [{ path: "$[*]", labels_from: { i: { key: 0 } }, metrics: { a: "@", b: "@" } }] }
    expect(transformValue(mapping, Array(100).fill(1), { maxSeries: 10 }).samples).toHaveLength(11)
    expect(transformValue(mapping, Array(5).fill(1), { maxSeries: 10 }).samples).toHaveLength(10)
  })

  test("all problems are counted, and the first 1000 are kept", () => {
    const mapping = { each: [{ path: "$[*]", labels_from: { i: { key: 0 } }, metrics: { a: "x" } }] }
    const transformed = transformValue(mapping, Array(5000).fill({}))
    expect(transformed.dropped.missing).toBe(5000)
    expect(transformed.problems).toHaveLength(1000)
  })
})

describe("no document stalls the transform, and none makes it throw", () => {
  const deep = `${'{"a":['.repeat(50_000)}1${"]}".repeat(50_000)}`
  const everything = {
    each: [{ path: "$..*", labels_from: { k: { key: 0 } }, metrics: { m: "$.a", n: { value: { count: "@..*" } } } }]
  }

  test("100,000 levels", () => {
    const { samples, gaveUp } = collect((samples) => transformDocument(planOf(everything), documentOf(deep), samples))
    expect(samples.map(({ family }) => family.name)).not.toContain("m")
    // nothing is reported as missing: the transform of the whole document was given up
    expect(gaveUp).toBe(true)
  })

  test("names of inherited properties are only names", () => {
    const mapping = {
      metrics: { a: "__proto__.x", b: "constructor", c: "toString" },
      each: [{ path: "$.*", labels_from: { key: { key: 0 }, name: "constructor" }, metrics: { d: "hasOwnProperty" } }]
    }
    const document = JSON.parse('{"__proto__":{"x":1,"hasOwnProperty":2,"constructor":"me"}}')
    const transformed = transformValue(mapping, document)
    expect(lines(transformed)).toEqual(["a{} 1", 'd{key="__proto__",name="me"} 2'])
    expect(problemLines(transformed)).toEqual([
      "missing b constructor $: @ has __proto__",
      "missing c toString $: @ has __proto__"
    ])
  })
})
