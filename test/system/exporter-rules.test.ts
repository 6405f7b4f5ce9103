import { once } from "node:events"
import { get } from "node:http"
import { gunzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest"
import { contentType, type Format } from "../../src/exposition/format.ts"
import { type ParsedFamily, parsePage } from "../exposition/parse.ts"
import { startDaemon } from "./program.ts"
import { configuration } from "./temporary-config.ts"
import { json, startUpstream, type TestUpstream } from "./test-upstream.ts"

/*
 * What Prometheus' guides ask of every exporter ("Writing exporters", "Metric and label naming", "Instrumentation",
 * "Exposition formats", OpenMetrics 1.0.0), tested on the page of the running daemon. Values and escapes are tested in
 * test/exposition/, other parsers in files of their own here, and staleness in prometheus.test.ts.
 */

const accept: Record<Format, string> = {
  text: "text/plain;version=0.0.4",
  openmetrics: "application/openmetrics-text;version=1.0.0"
}

/** Two targets have these families, which would be on the page twice if each target were printed by itself. */
const shop = {
  metrics: {
    shop_open: { value: "open", help: "Whether the shop is open." },
    shop_orders_total: { value: "orders", type: "counter", help: "Orders taken." }
  },
  each: [
    {
      path: "queues[*]",
      labels_from: { queue: { key: 0 } },
      metrics: { shop_queue_depth: { value: "depth", help: "Messages that wait." } }
    }
  ]
}

let upstream: TestUpstream
let daemon: Awaited<ReturnType<typeof startDaemon>>

beforeAll(async () => {
  upstream = await startUpstream(json({ open: true, orders: 3, queues: [{ depth: 3 }, { depth: 5 }] }))
  const config = configuration({
    defaults: { interval: "1s", timeout: "500ms" },
    mappings: { shop },
    targets: ["ams1", "fra1"].map((site) => ({ name: site, url: upstream.url, labels: { site }, mapping: "shop" }))
  })
  daemon = await startDaemon(["--config", config])
  await vi.waitUntil(async () => (await fetch(`${daemon.url}/readyz`)).ok, { timeout: 10_000 })
})

afterAll(async () => {
  await daemon.stop()
  await upstream[Symbol.asyncDispose]()
})

const scrape = (format: Format) => fetch(`${daemon.url}/metrics`, { headers: { accept: accept[format] } })
const page = async (format: Format) => (await scrape(format)).text()

/** Families that are neither the upstream's nor prom-client's. */
const isOwn = ({ name }: ParsedFamily) => /^poll/.test(name)
const labelNames = ({ lines }: ParsedFamily) => lines.map(({ labels }) => labels.map(([name]) => name))
const seriesOf = (families: ReadonlyArray<ParsedFamily>) =>
  families.flatMap(({ lines }) => lines.map(({ name, labels }) => JSON.stringify([name, labels])))

describe.each<Format>(["text", "openmetrics"])("the page as %s", (format) => {
  let families: ReadonlyArray<ParsedFamily>

  // parsePage throws unless a family is one group, with one HELP and TYPE first, without other comments and timestamps
  beforeAll(async () => {
    families = parsePage(await page(format), format)
  })

  test("names are snake_case words without colons, and labels do not begin with an underscore", () => {
    for (const family of families) {
      expect(family.name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/)
      for (const name of labelNames(family).flat()) expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/)
    }
  })

  test("poller's metrics have their own prefixes, and process metrics their usual names", () => {
    const names = families.map(({ name }) => name)
    for (const name of names) expect(name).toMatch(/^(poll|polls|poller|process|nodejs|shop)(_|$)/)
    const cpu = format === "text" ? "process_cpu_seconds_total" : "process_cpu_seconds"
    expect(names).toEqual(
      expect.arrayContaining([cpu, "process_open_fds", "process_resident_memory_bytes", "process_start_time_seconds"])
    )
  })

  test("poller's metrics are named with base units, and without their type", () => {
    for (const { name } of families.filter(isOwn)) {
      expect(name).not.toMatch(/_(s|ms|us|ns|sec|b|kb|mb|gb|tb|pb|m|h|d)(_|$)/)
      expect(name).not.toMatch(/_(minutes|hours|days|weeks|bits|kilo\w*|milli\w*|mega\w*)(_|$)/)
      expect(name).not.toMatch(/_(gauge|counter|histogram|summary|by)(_|$)/)
    }
  })

  test("_total is for counters, _bucket, _sum and _count for histograms and summaries, and _created is not used", () => {
    for (const { name, type, lines } of families) {
      for (const line of lines) {
        expect(line.name.endsWith("_total"), line.name).toBe(type === "counter")
        if (!["histogram", "summary"].includes(type)) expect(line.name).not.toMatch(/_(bucket|sum|count)$/)
      }
      expect(name).not.toMatch(/_created$/)
    }
  })

  test("the labels le and quantile are for histograms and summaries", () => {
    for (const family of families.filter(({ type }) => !["histogram", "summary"].includes(type))) {
      for (const name of labelNames(family).flat()) expect(["le", "quantile"]).not.toContain(name)
    }
  })

  test("a unit is the suffix of its name", () => {
    for (const { name, unit } of families) if (unit !== undefined) expect(name.endsWith(`_${unit}`), name).toBe(true)
    const units = new Map(families.map(({ name, unit }) => [name, unit]))
    expect(units.get("poll_duration_seconds")).toBe(format === "openmetrics" ? "seconds" : undefined)
  })

  test("info metrics are 1, and timestamps are of today", () => {
    for (const { lines } of families) {
      for (const { name, value } of lines) {
        if (name.endsWith("_info")) expect(value, name).toBe(1)
        if (name.endsWith("_timestamp_seconds")) expect(Math.abs(value - Date.now() / 1000), name).toBeLessThan(600)
      }
    }
  })

  test("every value is a number: what is missing is absent, never NaN", () => {
    for (const { lines } of families) for (const { name, value } of lines) expect(value, name).not.toBeNaN()
  })

  test("counters are never negative", () => {
    for (const { lines, type } of families)
      if (type === "counter") for (const { name, value } of lines) expect(value, name).toBeGreaterThanOrEqual(0)
  })

  test("every family has a help", () => {
    for (const { name, help } of families) expect(help, name).not.toBe("")
  })

  test("a metric of two targets is one family", () => {
    const orders = families.find(({ name }) => name === (format === "text" ? "shop_orders_total" : "shop_orders"))
    const lines = orders?.lines.map(({ labels, value }) => [labels, value])
    expect(lines).toHaveLength(2)
    expect(lines).toContainEqual([[["site", "ams1"]], 3])
    expect(lines).toContainEqual([[["site", "fra1"]], 3])
  })

  test("no series is there twice", () => {
    expect(new Set(seriesOf(families)).size).toBe(seriesOf(families).length)
  })

  test("no label is empty, and none is on every metric: that is for the scrape configuration to add", () => {
    for (const { name, lines } of families) {
      for (const [label, value] of lines.flatMap(({ labels }) => labels)) expect(value, `${name} ${label}`).not.toBe("")
    }
    const everywhere = families
      .map((family) => new Set(labelNames(family).flat()))
      .reduce((one, other) => one.intersection(other))
    expect([...everywhere]).toEqual([])
  })

  test("each of poller's metrics has one set of label names, other than those of targets", () => {
    for (const family of families.filter(isOwn)) {
      expect(new Set(labelNames(family).map((names) => names.toSorted().join())).size, family.name).toBe(1)
      for (const name of labelNames(family).flat()) expect(["target", "reason", "version", "node"]).toContain(name)
    }
  })

  test("poller's metrics have at most one series for each reason and target", () => {
    for (const { name, lines } of families.filter(isOwn)) expect(lines.length, name).toBeLessThan(2 * 10)
  })

  test("the next page has the same families, helps and series in the same order, and counters that did not fall", async () => {
    const next = parsePage(await page(format), format)
    const described = ({ name, type, help, unit }: ParsedFamily) => [name, type, help, unit]
    // the metrics of Node's resources and garbage collections come and go
    const lasting = ({ name }: ParsedFamily) => !/^nodejs_(active_|gc_)/.test(name)
    expect(next.filter(lasting).map(described)).toEqual(families.filter(lasting).map(described))
    expect(seriesOf(next.filter(lasting))).toEqual(seriesOf(families.filter(lasting)))
    const before = new Map(families.filter(({ type }) => type === "counter").map(({ name, lines }) => [name, lines]))
    for (const { name, lines } of next)
      before.get(name)?.forEach((line, index) => {
        expect(lines[index]?.value, name).toBeGreaterThanOrEqual(line.value)
      })
  })

  test("the Content-Type is exact, the text is UTF-8 without BOM, the lines end in LF", async () => {
    const response = await scrape(format)
    expect(response.headers.get("content-type")).toBe(contentType[format])
    const bytes = new Uint8Array(await response.arrayBuffer())
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes)
    expect(text).not.toMatch(/^\ufeff|\r/)
    expect(text.endsWith("\n")).toBe(true)
  })

  test("the Content-Length is known", async () => {
    const response = await fetch(`${daemon.url}/metrics`, {
      headers: { accept: accept[format], "accept-encoding": "identity" }
    })
    expect(Number(response.headers.get("content-length"))).toBe((await response.arrayBuffer()).byteLength)
  })

  test("a compressed page is the same", async () => {
    const [response] = await once(
      get(`${daemon.url}/metrics`, { headers: { accept: accept[format], "accept-encoding": "gzip" } }),
      "response"
    )
    const unzipped = gunzipSync(Buffer.concat(await Array.fromAsync(response))).toString()
    expect(parsePage(unzipped, format).map(({ name }) => name)).toEqual(families.map(({ name }) => name))
  })

  test("concurrent scrapes get the same page", async () => {
    const pages = await Promise.all(Array.from({ length: 20 }, () => page(format)))
    const polled = pages.map((page) =>
      page
        .split("\n")
        .filter((line) => line.startsWith("shop_"))
        .join("\n")
    )
    expect(new Set(polled).size).toBe(1)
  })
})

test("a connection is kept from scrape to scrape, for longer than Prometheus' 5 minutes", async () => {
  const { headers } = await scrape("text")
  const [, seconds] = /^timeout=(\d+)$/.exec(headers.get("keep-alive") ?? "") ?? []
  expect(Number(seconds)).toBeGreaterThan(5 * 60)
})

test("the page at / names the program and its version, and links to /metrics", async () => {
  const page = await (await fetch(`${daemon.url}/`)).text()
  const [, version] = /poller_build_info\{.*version="([^"]+)"/.exec(await (await scrape("text")).text()) ?? []
  expect(page).toContain("poller")
  expect(page).toContain(version)
  expect(page).toMatch(/href="\/?metrics"/)
})

test("a series that did not change between two polls stays", async () => {
  const polls = upstream.requests
  await upstream.request(polls + 2)
  expect(await page("text")).toContain('shop_open{site="ams1"} 1\n')
})

test("a target that is down loses its series after stale_after, and the page is served", async () => {
  const answer = upstream.answer
  onTestFinished(() => {
    upstream.answer = answer
  })
  upstream.answer = (_, response) => {
    response.writeHead(500).end()
  }
  const value = async (series: string) => {
    const line = (await page("text")).split("\n").find((line) => line.startsWith(series))
    return line?.slice(line.lastIndexOf(" ") + 1)
  }
  await expect.poll(() => value('poll_up{target="ams1"}'), { timeout: 10_000 }).toBe("0")
  await expect.poll(() => value("shop_open"), { timeout: 10_000 }).toBeUndefined()
  expect((await scrape("text")).status).toBe(200)
  expect(Number(await value("process_start_time_seconds"))).toBeGreaterThan(0)
})
