import * as fc from "fast-check"
import type { Json } from "../../src/mapping/document/json.ts"

/** Few keys and words, so that paths match and labels are equal. */
export const key = fc.constantFrom("a", "b", "c", "id", "__proto__", "constructor")
const word = fc.constantFrom(
  "",
  "a",
  "UP",
  "DOWN",
  "1",
  "12.5",
  "1h",
  "PT1M",
  "5 MiB",
  "2026-01-31T12:00:00Z",
  "\ud800"
)
/** Sums of these are exact in any order. */
const number = fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.constantFrom(0.5, 2 ** 53, 1e308))

export const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, depthIdentifier: "json" },
    fc.constant(null),
    fc.boolean(),
    number,
    word,
    fc.array(tie("json"), { maxLength: 4, depthIdentifier: "json" }),
    fc.dictionary(key, tie("json"), { maxKeys: 4, depthIdentifier: "json" })
  )
}))

export const within = fc.constantFrom(
  "a",
  "b",
  "id",
  "a.b",
  "['c']",
  "@",
  "a[*]",
  "b.*",
  "@..a",
  "a[-1]",
  "b[?@.a]",
  "@['a','b']"
)
export const anywhere = fc.oneof(within, fc.constantFrom("$.a", "$[*]", "$..b", "$.a[?@ > 1]", "$.a.*"))
/** Paths as in most mappings, and some that lead into other lists. */
const field = fc.oneof(
  { weight: 24, arbitrary: fc.constantFrom("a", "b", "id", "a.b", "c", "['a b']") },
  { weight: 8, arbitrary: fc.constantFrom("a[*]", "@", "a[0]", "a[-1]", "b..a", "$.total", "a[?@.b]") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "items[*].a",
      "items[0].id",
      "$.items[0].a",
      "$.data.items[*].a",
      "data.items[0].a",
      "@..a",
      "other[?@.a == $.items[0].a].b",
      "$.other[?@.a == $.data.items[0].a].b"
    )
  }
)
const list = fc.constantFrom(
  "items[*]",
  "data.items[*]",
  "$.items[*]",
  "data.map.*",
  "items[?@.a == 1]",
  "items[?@.id]",
  "items[?key(@) != 1]"
)
const innerList = fc.constantFrom(
  "data",
  "@",
  "a[*]",
  "b.*",
  "a.b[*]",
  "other[*]",
  "items[*]",
  "a[?@.a > 1]",
  "b[?match(key(@), '[ab]')]"
)

const metricName = fc.constantFrom("m", "n", "o", "constructor")
const labelName = fc.constantFrom("k", "l", "m", "constructor")

/** A record with `value` and at most `most` other keys: most mistakes need few keys, and many keys hide them. */
const few = <A extends Record<string, fc.Arbitrary<unknown>>>(
  { value, ...others }: A & { value: fc.Arbitrary<unknown> },
  most: number
) =>
  fc
    .subarray(Object.keys(others), { maxLength: most })
    .chain((keys) =>
      fc.record({ value, ...Object.fromEntries(keys.map((key) => [key, others[key] as fc.Arbitrary<unknown>])) })
    )

/** Mostly an empty object: rows with rare keys are not read from bytes. */
const seldom = <A extends object>(arbitrary: fc.Arbitrary<A>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant({}) }, { weight: 1, arbitrary })

/** Mappings, written as in a file, with these paths of values, labels and rows. */
export const mappings = (path: fc.Arbitrary<string>, rows: fc.Arbitrary<string> = path) => {
  const labelsFrom = (source: fc.Arbitrary<unknown>) => fc.dictionary(labelName, source, { maxKeys: 3 })
  const rewrite = fc.constantFrom(
    { pattern: "([a-zA-Z]+).*" },
    { pattern: "(.)(.*)", replacement: "$2$1" },
    { map: { 1: "one", _: "other" } },
    { map: { UP: "up" } }
  )
  const source = fc.oneof(path, fc.record({ key: fc.nat(2) }))
  const rewritten = fc
    .tuple(fc.oneof(fc.record({ path }), fc.record({ key: fc.nat(2) })), rewrite)
    .map(([from, options]) => ({ ...from, ...options }))
  const labels = labelsFrom(fc.oneof({ weight: 4, arbitrary: source }, { weight: 1, arbitrary: rewritten }))
  const constant = fc.dictionary(fc.constantFrom("x", "y"), fc.constantFrom("x", ""), { maxKeys: 2 })
  const nullValues = fc.constantFrom(["UP", 1], ["", "a"], [], [0, true, "12.5"])
  const numeric = few(
    {
      value: fc.oneof(
        path,
        fc.constantFrom("sum", "min", "max", "first", "last").chain((name) => path.map((of) => ({ [name]: of })))
      ),
      type: fc.constantFrom("gauge", "counter", "untyped"),
      pattern: fc.constantFrom("([0-9.]+)", "^(U|D)", "(a*)*b"),
      parse: fc.constantFrom("rfc3339", "duration", "bytes", "quantity", "time", "hex", "int16"),
      map: fc.constantFrom({ UP: 1, DOWN: 0 }, { true: 2, 1: 7 }, { UP: 1, _: 3 }),
      null_values: nullValues,
      labels: constant,
      scale: fc.constantFrom(0.01, 1000, -1, 1e300),
      labels_from: labels
    },
    2
  )
  const absence = fc.constantFrom({}, { optional: true }, { default: 3 })
  const metric = fc.oneof(
    path,
    path.map((count) => ({ value: { count } })),
    fc
      .constantFrom("a + b", "sum(a[*]) / count(b.*)", "-id * 2", "1 - ['c'] / $.total")
      .map((calc) => ({ value: { calc } })),
    fc.constant({ value: { constant: 2 } }),
    fc
      .tuple(path, fc.constantFrom({ decimal: "," }, { decimal: ",", parse: "quantity" }))
      .map(([value, options]) => ({ value, ...options })),
    fc.tuple(path, path).map((entries) => entries),
    fc.tuple(numeric, absence).map(([metric, absent]) => ({ ...metric, ...absent })),
    fc.record({ labels, optional: fc.boolean() }).map(({ labels, optional }) => ({
      type: "info",
      labels_from: { v: "a", ...labels },
      optional
    })),
    fc.record({
      type: fc.constant("stateset"),
      value: path,
      states: fc.constant(["UP", "DOWN", "1", "true"]),
      labels_from: labels
    })
  )
  const converted = fc.record({ value: path, unit: fc.oneof(fc.constantFrom("ms", "min"), fc.record({ path })) })
  // each has its own name: a name has one type, and its samples are combined everywhere or nowhere
  const others = fc.record(
    {
      t_seconds: converted,
      combined: fc.record({ value: path, duplicates: fc.constant("sum"), labels_from: labels }),
      histogram: fc.record({
        type: fc.constant("histogram"),
        buckets: fc.record({ path: rows, le: source, value: path }),
        cumulative: fc.boolean()
      }),
      summary: fc.record({ type: fc.constant("summary"), quantiles: fc.record({ 0.5: path }), count: path })
    },
    { requiredKeys: [] }
  )
  const metrics = fc
    .tuple(fc.dictionary(metricName, metric, { minKeys: 1, maxKeys: 3 }), seldom(others))
    .map(([metrics, more]) => ({ ...metrics, ...more }))
  const found = fc.oneof(
    { weight: 8, arbitrary: fc.record({ path: rows }) },
    { weight: 1, arbitrary: fc.record({ path: rows, parse: fc.constant("json") }) },
    { weight: 1, arbitrary: fc.record({ zip: fc.record({ a: path, id: path }) }) },
    { weight: 1, arbitrary: fc.record({ table: fc.record({ columns: path, rows: path }) }) }
  )
  const { row } = fc.letrec((tie) => ({
    row: fc
      .record(
        {
          found,
          labels_from: labels,
          more: seldom(
            fc.record({ labels: constant, null_values: nullValues, optional: fc.boolean() }, { requiredKeys: [] })
          ),
          metrics,
          each: fc.array(tie("row"), { maxLength: 2, depthIdentifier: "row" })
        },
        { requiredKeys: ["found", "more", "metrics"] }
      )
      .map(({ found, more, ...row }) => ({ ...found, ...more, ...row }))
  }))
  return { metrics, mapping: fc.record({ metrics, each: fc.array(row, { maxLength: 3 }) }), row }
}

export const nearMappings = mappings(
  field,
  fc.oneof({ weight: 3, arbitrary: list }, { weight: 1, arbitrary: innerList })
)

/** A list, and a row of the document whose paths may lead into it. */
export const crossedMappings = fc
  .tuple(
    fc.constantFrom("items[*]", "$.data.items[*]", "data.items[?@.a]"),
    fc.constantFrom("@", "data", "*", "$.data", "other[*]"),
    mappings(field, fc.constantFrom("items[0]", "data", "data.items[*]", "items[?@.b]", "*", "a[*]")).row,
    nearMappings.metrics,
    fc.boolean()
  )
  .map(([path, other, row, metrics, isFirst]) => {
    const { zip: _, table: __, ...elsewhere } = row as Readonly<Record<string, unknown>>
    const both = [
      { path, metrics, labels_from: { k: "id" } },
      { ...elsewhere, path: other }
    ]
    return { each: isFirst ? both : both.toReversed() }
  })
