import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { infer } from "../../src/init/infer.ts"
import { type Document, type Json, parse } from "../../src/mapping/document/json.ts"
import { compilePlan } from "../../src/mapping/plan-compiler.ts"
import { Mapping, type MappingEncoded, type RowEncoded } from "../../src/mapping/schema/mapping.ts"
import { transformDocument } from "../../src/mapping/transform.ts"
import { collect } from "../mapping/collect.ts"
import { root } from "../mapping/random-document.ts"

const documentOf = (root: unknown): Document => Result.getOrThrow(parse(new TextEncoder().encode(JSON.stringify(root))))

const mappingOf = (root: unknown, prefix = "shop") => infer(documentOf(root), prefix).mapping
const metricsOf = (root: unknown) => mappingOf(root).metrics

/** All metrics of a mapping with their names. */
const allMetrics = (scope: MappingEncoded | RowEncoded): ReadonlyArray<readonly [string, { scale?: number }]> => [
  ...Object.entries(scope.metrics ?? {}).map(
    ([name, metric]) =>
      [name, typeof metric === "string" || Array.isArray(metric) ? {} : (metric as { scale?: number })] as const
  ),
  ...(scope.each ?? []).flatMap(allMetrics)
]

describe("the numbers of an answer become metrics in base units", () => {
  test.each<[unknown, unknown]>([
    [{ depth: 3 }, { shop_depth: { value: "depth", help: "Depth." } }],
    [{ uptime_ms: 1 }, { shop_uptime_seconds: { value: "uptime_ms", scale: 0.001, help: "Uptime." } }],
    [{ mem: { usedKb: 1 } }, { shop_mem_used_bytes: { value: "mem.usedKb", scale: 1000, help: "Memory used." } }],
    [{ size_in_bytes: 1 }, { shop_size_bytes: { value: "size_in_bytes", help: "Size." } }],
    [{ cpuPercent: 1 }, { shop_cpu_ratio: { value: "cpuPercent", scale: 0.01, help: "CPU." } }],
    [{ rate_mbps: 1 }, { shop_rate_bytes_per_second: { value: "rate_mbps", scale: 125_000, help: "Rate." } }],
    [{ "odd key": 1 }, { shop_odd_key: { value: "['odd key']", help: "Odd key." } }],
    [{ idle: false }, { shop_idle: { value: "idle", help: "1 while idle is true." } }],
    [{ price: "12.50" }, { shop_price: { value: "price", help: "Price." } }],
    [{ load: "45 %" }, { shop_load_ratio: { value: "load", pattern: "(-?[0-9.]+) ?%", scale: 0.01, help: "Load." } }],
    [{ memory: "95.2 MiB" }, { shop_memory_bytes: { value: "memory", parse: "bytes", help: "Memory." } }],
    [{ uptime: "1h2m3.5s" }, { shop_uptime_seconds: { value: "uptime", parse: "duration", help: "Uptime." } }],
    [5, { shop_value: { value: "@", help: "Value." } }]
  ])("%j", (root, metrics) => expect(metricsOf(root)).toEqual(metrics))

  test.each<[unknown, unknown]>([
    [
      { created_at: "2026-01-31T12:00:00Z" },
      { shop_created_timestamp_seconds: { value: "created_at", parse: "rfc3339", help: "Time created." } }
    ],
    [{ started: 1_763_870_400 }, { shop_started_timestamp_seconds: { value: "started", help: "Time started." } }],
    [
      { lastSeen: 1_763_870_400_123 },
      { shop_last_seen_timestamp_seconds: { value: "lastSeen", scale: 0.001, help: "Time last seen." } }
    ]
  ])("times count in seconds: %j", (root, metrics) => expect(metricsOf(root)).toEqual(metrics))

  test.each([
    [{ orders_total: 1 }, "shop_orders_total", "counter"],
    [{ orders: 1 }, "shop_orders", undefined],
    [{ shards: { total: 1 } }, "shop_shards", undefined],
    [{ mem_total: 1 }, "shop_mem_size", undefined],
    [{ disk: { total_bytes: 1 } }, "shop_disk_total_bytes", undefined],
    [{ thread_count: 1 }, "shop_threads", undefined]
  ])("a counter is only what says so: %j", (root, name, type) => {
    expect(metricsOf(root)?.[name]).toEqual(
      expect.objectContaining(type === undefined ? { value: expect.any(String) } : { type })
    )
  })

  test.each<[unknown, unknown]>([
    [{ status: "green" }, { type: "stateset", states: ["green", "yellow", "red"] }],
    [{ status: "UP" }, { type: "stateset", states: ["UP", "DOWN", "OUT_OF_SERVICE", "UNKNOWN"] }],
    [{ status: "offline" }, { map: { online: 1, offline: 0 } }],
    [{ status: "sleepy" }, { type: "stateset", states: ["sleepy"] }]
  ])("few words become states: %j", (root, metric) =>
    expect(metricsOf(root)?.shop_status).toMatchObject(metric as object)
  )

  test("names that somebody else has are avoided, and none is given twice", () => {
    expect(mappingOf({ count: 1 }, "process").metrics).toHaveProperty("api_process_number")
    expect(Object.keys(metricsOf({ x_y: 1, x: { y: 2 }, "x-y_total": 3 }) ?? {})).toEqual([
      "shop_x_y",
      "shop_x_y_2",
      "shop_x_y_3_total"
    ])
  })
})

describe("lists and maps become rows", () => {
  const rowOf = (root: unknown) => mappingOf(root).each?.[0]

  test.each<[unknown, string, unknown]>([
    [
      {
        nodes: [
          { id: "a", load: 1 },
          { id: "b", load: 2 }
        ]
      },
      "$.nodes[*]",
      { node: "id" }
    ],
    [
      {
        disks: [
          { dev: "sda", free: 1 },
          { dev: "sdb", free: 2 }
        ]
      },
      "$.disks[*]",
      { dev: "dev" }
    ],
    [
      {
        queues: [
          { vhost: "a", name: "x", n: 1 },
          { vhost: "b", name: "x", n: 2 }
        ]
      },
      "$.queues[*]",
      { vhost: "vhost", queue: "name" }
    ],
    [
      {
        jobs: [
          { meta: { name: "a" }, n: 1 },
          { meta: { name: "b" }, n: 2 }
        ]
      },
      "$.jobs[*]",
      { job: "meta.name" }
    ],
    [{ loads: [0.5, 0.7] }, "$.loads[*]", { load: { key: 0 } }],
    [[1, 2], "$[*]", { index: { key: 0 } }],
    [{ pools: { a: { size: 1 }, b: { size: 2 } } }, "$.pools.*", { pool: { key: 0 } }],
    [{ ports: { eth0: { rx: 1 }, eth1: { rx: 1 } } }, "$.ports.*", { port: { key: 0 } }],
    [{ codes: { "200": 1, "404": 2 } }, "$.codes.*", { code: { key: 0 } }]
  ])("%j: %s", (root, path, labels) => expect(rowOf(root)).toMatchObject({ path, labels_from: labels }))

  test("an object of unlike things is none", () => {
    expect(Object.keys(metricsOf({ memory: { used: 1 }, disk: { free: 1 } }) ?? {})).toEqual([
      "shop_memory_used",
      "shop_disk_free"
    ])
  })

  test("what some rows lack is optional", () => {
    expect(
      rowOf({
        nodes: [
          { id: "a", load: 1 },
          { id: "b", load: null }
        ]
      })?.metrics
    ).toEqual({
      shop_node_load: { value: "load", optional: true, help: "Load of the node." }
    })
  })

  test("free text, and what is not in every row, tells none apart", () => {
    const long = "This one is broken since last week and nobody knows why it should be"
    expect(
      rowOf({
        nodes: [
          { name: long, n: 1 },
          { name: "b", n: 2 }
        ]
      })?.labels_from
    ).toEqual({ node: { key: 0 } })
    expect(rowOf({ nodes: [{ n: 1 }, { name: "b", n: 2 }] })?.labels_from).toEqual({ node: { key: 0 } })
  })

  test("what is known of a row and does not tell it apart is an info", () => {
    expect(
      rowOf({
        nodes: [
          { id: "a", version: "1.2", port: 80, n: 1 },
          { id: "b", version: "1.2", port: 81, n: 1 }
        ]
      })?.metrics
    ).toMatchObject({
      shop_node_info: { type: "info", labels_from: { version: "version", port: "port" } }
    })
  })

  test("of a list of nothing but text there is the number", () => {
    expect(metricsOf({ tags: ["a", "b"] })).toEqual({
      shop_tags: { value: { count: "tags[*]" }, help: "Number of tags." }
    })
  })

  test("rows are within rows", () => {
    const nodes = [
      { id: "a", disks: [{ dev: "sda", free_mb: 1 }] },
      { id: "b", disks: [] }
    ]
    expect(rowOf({ nodes })).toEqual({
      path: "$.nodes[*]",
      labels_from: { node: "id" },
      each: [
        {
          path: "disks[*]",
          labels_from: { dev: "dev" },
          metrics: { shop_node_disk_free_bytes: { value: "free_mb", scale: 1_000_000, help: "Free of the disk." } }
        }
      ]
    })
  })
})

describe("of the same document the mapping finds every number, without a problem", () => {
  /** Every number of a value, as often as it is there. */
  const numbersOf = (value: Json): ReadonlyArray<number> =>
    typeof value === "number"
      ? [value]
      : typeof value === "object" && value !== null
        ? Object.values(value).flatMap(numbersOf)
        : []

  const check = (root: Json) => {
    const document = documentOf(root)
    const { mapping } = infer(document, "shop")
    if (Object.keys(mapping).length === 0) {
      expect(numbersOf(document.root)).toEqual([])
      return
    }
    const { samples, problems } = collect((samples) =>
      transformDocument(compilePlan(Schema.decodeUnknownSync(Mapping)(mapping)), document, samples)
    )
    expect(problems).toEqual([])
    const scales = new Map(allMetrics(mapping).map(([name, { scale }]) => [name, scale ?? 1]))
    const values = samples.map(({ family, value }) => ({ value, scale: scales.get(family.name) ?? 1 }))
    const labels = new Set(samples.flatMap(({ labels }) => labels.map(([, label]) => label)))
    for (const number of numbersOf(document.root)) {
      const found = values.findIndex(({ value, scale }) => Math.abs(value - number * scale) <= Math.abs(value) * 1e-12)
      if (found >= 0) values.splice(found, 1)
      else expect(labels, `${number} is neither a sample nor a label`).toContain(String(number))
    }
  }

  test("whatever the document", () => {
    fc.assert(fc.property(root, check), { numRuns: 1500 })
  })

  test("only below ten lists within each other it does not look", () => {
    const root = JSON.parse(`${"[".repeat(5000)}1${"]".repeat(5000)}`)
    expect(JSON.stringify(infer(documentOf(root), "shop").mapping).length).toBeLessThan(10_000)
  })
})
