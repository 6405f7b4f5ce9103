import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { Format } from "../../src/exposition/format.ts"
import { assemble, pageChunks } from "../../src/exposition/page.ts"
import { renderSamples } from "../../src/exposition/sample-writer.ts"
import type { MetricType } from "../../src/mapping/metric-type.ts"
import type { Family, Labels } from "../../src/mapping/sample.ts"
import { splitLines } from "./parse.ts"
import { samples } from "./samples.ts"

const family = (name: string, type: MetricType = "gauge", help = "Help."): Family => ({ name, type, help })
const block = (family: Family, labels: Labels = [], value = 1) => renderSamples([{ family, labels, value }])
const page = (format: Format, ...blocks: ReadonlyArray<ReturnType<typeof renderSamples>>) =>
  Buffer.from(assemble(blocks.flat(), format)).toString().split("\n")

test("a family of several targets is printed once, in alphabetical order", () => {
  const blocks = [
    block(family("b"), [["target", "shop"]]),
    block(family("c")),
    block(family("b"), [["target", "till"]], 2),
    block(family("a"))
  ]
  expect(page("text", ...blocks)).toEqual([
    "# HELP a Help.",
    "# TYPE a gauge",
    "a 1",
    "# HELP b Help.",
    "# TYPE b gauge",
    'b{target="shop"} 1',
    'b{target="till"} 2',
    "# HELP c Help.",
    "# TYPE c gauge",
    "c 1",
    ""
  ])
})

test("OpenMetrics has TYPE, UNIT and HELP in this order, and ends in EOF", () => {
  expect(page("openmetrics", block(family("poll_duration_seconds")))).toEqual([
    "# TYPE poll_duration_seconds gauge",
    "# UNIT poll_duration_seconds seconds",
    "# HELP poll_duration_seconds Help.",
    "poll_duration_seconds 1",
    "# EOF",
    ""
  ])
})

test("an empty page has no lines as text, and only EOF in OpenMetrics", () => {
  expect(page("text")).toEqual([""])
  expect(page("openmetrics")).toEqual(["# EOF", ""])
})

describe("types", () => {
  test.each<[type: MetricType, name: string, text: string, openmetrics: string]>([
    ["gauge", "queue_depth", "queue_depth gauge", "queue_depth gauge"],
    ["counter", "orders_total", "orders_total counter", "orders counter"],
    ["counter", "orders", "orders counter", "orders unknown"],
    ["untyped", "thing", "thing untyped", "thing unknown"],
    ["info", "build_info", "build_info gauge", "build info"],
    ["info", "build", "build gauge", "build gauge"],
    ["stateset", "mode", "mode gauge", "mode stateset"]
  ])("a %s named %s", (type, name, text, openmetrics) => {
    expect(page("text", block(family(name, type)))).toContain(`# TYPE ${text}`)
    expect(page("openmetrics", block(family(name, type)))).toContain(`# TYPE ${openmetrics}`)
  })

  test.each<[type: MetricType, name: string, neighbour: string, openmetrics: string]>([
    ["counter", "orders_total", "orders", "orders_total unknown"],
    ["counter", "orders_total", "orders_created", "orders_total unknown"],
    ["info", "build_info", "build", "build_info gauge"],
    ["info", "build_info", "build_total", "build_info gauge"]
  ])("in OpenMetrics, a %s named %s keeps its name next to a family named %s", (type, name, neighbour, openmetrics) => {
    expect(page("openmetrics", block(family(name, type)), block(family(neighbour)))).toContain(`# TYPE ${openmetrics}`)
  })
})

describe("units", () => {
  test.each<[type: MetricType, name: string, unit: string]>([
    ["gauge", "disk_free_bytes", "disk_free_bytes bytes"],
    ["gauge", "last_seen_timestamp_seconds", "last_seen_timestamp_seconds seconds"],
    ["gauge", "cpu_usage_ratio", "cpu_usage_ratio ratio"],
    ["counter", "cpu_seconds_total", "cpu_seconds seconds"],
    ["untyped", "room_celsius", "room_celsius celsius"]
  ])("a %s named %s has a UNIT", (type, name, unit) => {
    expect(page("openmetrics", block(family(name, type)))).toContain(`# UNIT ${unit}`)
  })

  test.each<[type: MetricType, name: string]>([
    ["gauge", "queue_depth"],
    ["gauge", "seconds"],
    ["gauge", "megabytes"],
    ["info", "disk_bytes_info"],
    ["stateset", "mode_seconds"]
  ])("a %s named %s has no UNIT", (type, name) => {
    expect(page("openmetrics", block(family(name, type))).join("\n")).not.toContain("# UNIT")
  })
})

test("HELP escapes backslash and line end, and quotes only in OpenMetrics", () => {
  const help = ' a "quoted" C:\\dir,\nand more '
  expect(page("text", block(family("m", "gauge", help)))).toContain(String.raw`# HELP m a "quoted" C:\\dir,\nand more`)
  expect(page("openmetrics", block(family("m", "gauge", help)))).toContain(
    String.raw`# HELP m a \"quoted\" C:\\dir,\nand more`
  )
})

test("if two targets have different helps, the first is printed once", () => {
  const lines = page("text", block(family("m", "gauge", "One.")), block(family("m", "gauge", "Two."), [["a", "b"]]))
  expect(lines.filter((line) => line.startsWith("# HELP"))).toEqual(["# HELP m One."])
})

test.each<Format>(["text", "openmetrics"])(
  "%s: the order of the families changes nothing, and all lines of the blocks are there",
  (format) => {
    const shuffled = samples.chain((samples) => {
      const blocks = renderSamples(samples)
      return fc.tuple(fc.constant(blocks), fc.shuffledSubarray([...blocks], { minLength: blocks.length }))
    })
    fc.assert(
      fc.property(shuffled, ([blocks, shuffled]) => {
        const page = assemble(blocks, format)
        expect(Buffer.compare(page, assemble(shuffled, format))).toBe(0)
        const isSample = (line: string) => !line.startsWith("#")
        expect(splitLines(page).filter(isSample).sort()).toEqual(
          blocks.flatMap((block) => splitLines(block.lines)).sort()
        )
      })
    )
  }
)

test("small blocks are joined to few chunks, a large one stays the same object, so that caches by object work", () => {
  const many = Array.from({ length: 10_000 }, (_, index) => block(family("a"), [["n", String(index)]])).flat()
  const large = { family: family("b"), lines: Buffer.alloc(10_000, "b 1\n"), series: 2500 }
  const page = pageChunks([...many, large], "text")
  expect(page.length).toBeLessThan(10)
  expect(page.at(-1)).toBe(large.lines)
})
