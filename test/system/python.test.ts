import * as fc from "fast-check"
import { collectDefaultMetrics, Registry } from "prom-client"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Format } from "../../src/exposition/format.ts"
import { assemble } from "../../src/exposition/page.ts"
import { renderPromClient } from "../../src/exposition/prom-client.ts"
import { renderSamples } from "../../src/exposition/sample-writer.ts"
import type { MetricType } from "../../src/mapping/metric-type.ts"
import type { Family, Sample } from "../../src/mapping/sample.ts"
import { samples } from "../exposition/samples.ts"
import { noParser, openParser, type Parser } from "./python.ts"

/** What the parser must find: the series with their values. */
const series = (samples: ReadonlyArray<Sample>, format: Format) =>
  samples.map(({ family, labels, value }) =>
    JSON.stringify([
      // this parser adds the suffix of counters to text too, as in OpenMetrics
      family.type === "counter" && format === "text" ? family.name.replace(/(_total)?$/, "_total") : family.name,
      labels,
      value === 0 ? 0 : value
    ])
  )

/** Strips what is white space for Python, which is more than in the format. */
const strip = (help: string) =>
  help.replace(
    /^[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g,
    ""
  )

describe.skipIf(noParser)("Python's prometheus_client reads the page", () => {
  let parser: Parser
  beforeAll(() => {
    parser = openParser()
  })
  afterAll(() => parser.close())

  const parse = async (samples: ReadonlyArray<Sample>, format: Format) => {
    const families = await parser.parse(assemble(renderSamples(samples), format), format)
    if (typeof families === "string") throw new Error(families)
    return families
  }

  test.each<Format>(["text", "openmetrics"])("%s: every series with its value, every help, no timestamps", (format) =>
    fc.assert(
      fc.asyncProperty(samples, async (samples) => {
        const families = await parse(samples, format)
        const lines = families.flatMap((family) => family.samples)
        expect(lines.map(({ name, labels, value }) => JSON.stringify([name, labels, Number(value)])).sort()).toEqual(
          series(samples, format).sort()
        )
        const helps = new Set(samples.map(({ family }) => family))
        expect(families.map((family) => strip(family.help)).sort()).toEqual(
          Array.from(helps, (family) => strip(family.help.trim().toWellFormed())).sort()
        )
        expect(families.every((family) => family.timestamps === 0)).toBe(true)
      }),
      { numRuns: 1_000 }
    )
  )

  test("OpenMetrics' types and units arrive under OpenMetrics' names", async () => {
    const family = (name: string, type: MetricType): Family => ({ name, type, help: "" })
    const families = await parse(
      [
        { family: family("shop_orders_total", "counter"), labels: [], value: 3 },
        { family: family("shop_cpu_seconds_total", "counter"), labels: [], value: 0.25 },
        { family: family("shop_hits", "counter"), labels: [], value: 3 },
        { family: family("shop_free_bytes", "gauge"), labels: [], value: 1e21 },
        { family: family("shop_thing_ratio", "untyped"), labels: [], value: 1e-7 },
        { family: family("shop_build_info", "info"), labels: [["version", "1"]], value: 1 },
        { family: family("shop_mode", "stateset"), labels: [["shop_mode", "ro"]], value: 0 },
        { family: family("shop_mode", "stateset"), labels: [["shop_mode", "rw"]], value: 1 }
      ],
      "openmetrics"
    )
    expect(families.map(({ name, type, unit }) => [name, type, unit])).toEqual([
      ["shop_build", "info", ""],
      ["shop_cpu_seconds", "counter", "seconds"],
      ["shop_free_bytes", "gauge", "bytes"],
      ["shop_hits", "unknown", ""],
      ["shop_mode", "stateset", ""],
      ["shop_orders", "counter", ""],
      ["shop_thing_ratio", "unknown", "ratio"]
    ])
  })

  test.each<Format>(["text", "openmetrics"])("%s: the metrics of the process and of Node", async (format) => {
    const registry = new Registry()
    collectDefaultMetrics({ register: registry })
    const families = await parser.parse(assemble(renderPromClient(await registry.getMetricsAsJSON()), format), format)
    expect(families).toContainEqual(expect.objectContaining({ name: "process_cpu_seconds", type: "counter" }))
    expect(families).toContainEqual(expect.objectContaining({ name: "nodejs_heap_size_used_bytes", type: "gauge" }))
  })
})
