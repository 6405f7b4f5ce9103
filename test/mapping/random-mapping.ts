import * as fc from "fast-check"
import type { Json } from "../../src/mapping/document/json.ts"

/** Few keys and words, so that paths find something and labels collide. */
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
/** Sums of these are exact, in whatever order. */
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
const metricName = fc.constantFrom("m", "n", "o", "constructor")
const labelName = fc.constantFrom("k", "l", "m", "constructor")

/** Mappings as a file has them, with paths of one kind. */
export const mappings = (path: fc.Arbitrary<string>) => {
  const labelsFrom = (source: fc.Arbitrary<unknown>) => fc.dictionary(labelName, source, { maxKeys: 3 })
  const labels = labelsFrom(fc.oneof(path, fc.record({ key: fc.nat(2) })))
  const numeric = fc.record(
    {
      value: fc.oneof(
        path,
        fc.constantFrom("sum", "min", "max").chain((name) => path.map((of) => ({ [name]: of })))
      ),
      type: fc.constantFrom("gauge", "counter", "untyped"),
      pattern: fc.constantFrom("([0-9.]+)", "^(U|D)", "(a*)*b"),
      parse: fc.constantFrom("rfc3339", "duration", "bytes"),
      map: fc.constantFrom({ UP: 1, DOWN: 0 }, { true: 2, 1: 7 }),
      scale: fc.constantFrom(0.01, 1000, -1, 1e300),
      labels_from: labels
    },
    { requiredKeys: ["value"] }
  )
  const absence = fc.constantFrom({}, { optional: true }, { default: 3 })
  const metric = fc.oneof(
    path,
    path.map((count) => ({ value: { count } })),
    fc.tuple(numeric, absence).map(([metric, absent]) => ({ ...metric, ...absent })),
    labels.map((labels_from) => ({ type: "info", labels_from: { v: "a", ...labels_from } })),
    fc.record({
      type: fc.constant("stateset"),
      value: path,
      states: fc.constant(["UP", "DOWN", "1", "true"]),
      labels_from: labels
    })
  )
  const metrics = fc.dictionary(metricName, metric, { minKeys: 1, maxKeys: 3 })
  const { row } = fc.letrec((tie) => ({
    row: fc.record(
      { path, labels_from: labels, metrics, each: fc.array(tie("row"), { maxLength: 2, depthIdentifier: "row" }) },
      { requiredKeys: ["path", "metrics"] }
    )
  }))
  return { metrics, mapping: fc.record({ metrics, each: fc.array(row, { maxLength: 3 }) }), row }
}
