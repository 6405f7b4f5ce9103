import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { expect, test } from "vitest"
import { Mapping, type MappingEncoded } from "../../../src/mapping/schema/mapping.ts"

const decode = Schema.decodeUnknownResult(Mapping, { errors: "all", onExcessProperty: "error" })
const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** All problems, as `a.b.0: message`. */
const problemsOf = (mapping: unknown): ReadonlyArray<string> => {
  const decoded = decode(mapping)
  if (Result.isSuccess(decoded)) return []
  return format(decoded.failure.issue).issues.map(({ path, message }) => `${(path ?? []).join(".")}: ${message}`)
}
const metric = (value: unknown) => ({ metrics: { m: value } })
const row = (value: object) => ({ each: [{ path: "items[*]", metrics: { m: "x" }, ...value }] })

/** The examples of the documentation. */
const fleet: MappingEncoded = {
  metrics: {
    shop_queue_depth: "queue.depth",
    shop_uptime_seconds: { value: "uptime_ms", scale: 0.001, help: "Time since the shop started." },
    shop_orders_total: { value: "orders", type: "counter", help: "Orders taken." },
    shop_mode: { value: "mode", type: "stateset", states: ["rw", "ro", "off"], default: "off" },
    shop_build_info: { type: "info", labels_from: { version: "version" }, help: "Build of the shop." }
  },
  each: [
    {
      path: "$.items[?@.state != 'RETIRED']",
      labels_from: { node: "id", region: "region", cluster: "$.cluster" },
      metrics: {
        acme_node_state: { value: "state", map: { ACTIVE: 1, DEGRADED: 0.5, DOWN: 0 } },
        acme_node_last_seen_timestamp_seconds: { value: "last_seen", parse: "rfc3339", optional: true },
        acme_node_link_bits: { value: "link", pattern: "([0-9.]+) Mbps", scale: 1e6, default: 0 },
        acme_node_disks: { value: { count: "disks[*]" }, help: "Disks attached." },
        acme_node_info: { type: "info" }
      },
      each: [
        {
          path: "disks[*]",
          labels_from: { device: "dev", slot: { key: 0 } },
          metrics: { acme_node_disk_free_bytes: { value: "free_mb", scale: 1_000_000 } }
        }
      ]
    }
  ]
}

test("the examples of the documentation are accepted, and encoded as they were", () => {
  expect(problemsOf(fleet)).toEqual([])
  const decoded = Schema.decodeUnknownSync(Mapping)(fleet)
  expect(Schema.encodeSync(Mapping)(decoded)).toEqual(fleet)
})

test.each<[why: string, mapping: unknown, problem: string]>([
  [
    "a bad path",
    metric("$["),
    "metrics.m: not a path: expected a name in quotes, an index, a slice, * or ?, found the end at character 3"
  ],
  ["a bad path in an object", metric({ value: "a b" }), "metrics.m.value: not a path: "],
  ["a bad path of an aggregate", metric({ value: { count: "x[" } }), "metrics.m.value.count: not a path: "],
  ["a bad path of rows", row({ path: "items[" }), "each.0.path: not a path: "],
  ["a bad path of a label", row({ labels_from: { a: "x[" } }), "each.0.labels_from.a: not a path: "],
  ["a bad pattern", metric({ value: "x", pattern: "((a)" }), "metrics.m.pattern: not a pattern: "],
  ["an unknown key", metric({ value: "x", helpp: "x" }), "metrics.m.helpp: "],
  ["an unknown type", metric({ value: "x", type: "gaugehistogram" }), "metrics.m.type: "],
  ["an illegal metric name", { metrics: { "9m": "x" } }, "metrics.9m: "],
  ["a colon in a metric name", { metrics: { "a:b": "x" } }, "metrics.a:b: "],
  ["a label reserved by Prometheus", row({ labels_from: { __name__: "x" } }), "each.0.labels_from.__name__: "],
  ["a label of histograms", row({ labels_from: { le: "x" } }), "each.0.labels_from.le: "],
  ["an illegal label name", row({ labels_from: { "a-b": "x" } }), "each.0.labels_from.a-b: "],
  ["a negative level of a key", row({ labels_from: { a: { key: -1 } } }), "each.0.labels_from.a.key: "],
  ["a scale of 0", metric({ value: "x", scale: 0 }), "metrics.m.scale: "],
  ["a scale that is no number", metric({ value: "x", scale: Number.NaN }), "metrics.m.scale: "],
  ["no metric at all", { metrics: {} }, "metrics: "],
  ["nothing at all", {}, ": "],
  ["rows for nothing", { each: [{ path: "x" }] }, "each.0: "],
  ["a map of nothing", metric({ value: "x", map: {} }), "metrics.m.map: "],
  ["a map to words", metric({ value: "x", map: { a: "b" } }), "metrics.m.map.a: "],
  ["two aggregates", metric({ value: { sum: "x", max: "x" } }), "metrics.m.value: "],
  ["no value", metric({ help: "x" }), "metrics.m: expected a value: the path of the number"],
  [
    "a value of an info",
    metric({ type: "info", value: "x", labels_from: { a: "a" } }),
    "metrics.m.value: an info is always 1"
  ],
  ["an info without labels", metric({ type: "info" }), "metrics.m: an info needs labels: give it labels_from"],
  [
    "an info without labels in rows",
    { each: [{ path: "x", each: [{ path: "y", metrics: { m: { type: "info" } } }] }] },
    "each.0.each.0.metrics.m: an info needs labels: give it labels_from"
  ],
  ["a stateset without states", metric({ type: "stateset", value: "x" }), "metrics.m: a stateset needs its states"],
  ["a state twice", metric({ type: "stateset", value: "x", states: ["a", "a"] }), "metrics.m.states: "],
  [
    "a default that is no state",
    metric({ type: "stateset", value: "x", states: ["a"], default: "b" }),
    "metrics.m.default: not one of the states"
  ],
  [
    "a stateset with a scale",
    metric({ type: "stateset", value: "x", states: ["a"], scale: 2 }),
    "metrics.m.scale: a stateset takes words"
  ],
  [
    "a stateset of a sum",
    metric({ type: "stateset", value: { sum: "x" }, states: ["a"] }),
    "metrics.m.value: a stateset takes one word"
  ],
  [
    "states of a gauge",
    metric({ value: "x", states: ["a"] }),
    "metrics.m.states: only a stateset has states, this is a gauge"
  ],
  ["a word as the default of a gauge", metric({ value: "x", default: "a" }), "metrics.m.default: expected a number"],
  [
    "a count of parsed values",
    metric({ value: { count: "x" }, parse: "bytes" }),
    "metrics.m.parse: a count does not look at the values"
  ],
  [
    "optional and a default",
    metric({ value: "x", optional: true, default: 0 }),
    "metrics.m.optional: has no effect with a default"
  ]
])("%s is refused at its position", (_, mapping, problem) => {
  const problems = problemsOf(mapping)
  expect(problems).toHaveLength(1)
  expect(problems[0]?.slice(0, problem.length)).toBe(problem)
})

test("all problems are reported at once", () => {
  expect(problemsOf({ metrics: { a: "$[", b: { value: "x", scale: 0 } }, each: [{ path: "y[" }] })).toHaveLength(3)
})

test("inherited names can be keys of map: __proto__, constructor", () => {
  const mapping: unknown = JSON.parse('{"metrics":{"m":{"value":"x","map":{"__proto__":1,"constructor":2}}}}')
  expect(Schema.encodeSync(Mapping)(Schema.decodeUnknownSync(Mapping)(mapping))).toEqual(mapping)
})
