import { once } from "node:events"
import { createServer, request } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { alerts, panels, renderQuery } from "../deploy/shipped-files.ts"
import { startDaemon } from "./program.ts"
import { noPrometheus, type Prometheus, type Series, startPrometheus } from "./prometheus.ts"
import { configuration } from "./temporary-config.ts"
import { json, startUpstream, type TestUpstream } from "./test-upstream.ts"

const hostile = [
  'q"uote',
  "back\\slash",
  "line\nend",
  "\\n",
  "{}=,#",
  "NUL \0",
  "snowman \u2603 \u{1f600}",
  "half \ud800",
  "# EOF"
]

const document = {
  depth: 7,
  orders: Number.MAX_SAFE_INTEGER,
  lag: 1e21,
  drift: -5e-324,
  mode: "ro",
  version: "1.2.3",
  spare: 0.1,
  queues: hostile.map((name, index) => ({ name, age: index / 3 }))
}

const mapping = {
  metrics: {
    shop_queue_depth: { value: "depth", help: 'Messages that wait: "all" of them, \\ and\nmore.' },
    shop_orders_total: { value: "orders", type: "counter", help: "Orders." },
    shop_visits: { value: "orders", type: "counter", help: "A counter that lacks its suffix." },
    shop_lag_seconds: { value: "lag", type: "untyped", help: "Lag." },
    shop_drift_seconds: { value: "drift", help: "Drift." },
    shop_mode: { value: "mode", type: "stateset", states: ["rw", "ro"], help: "Mode." },
    shop_build_info: { type: "info", labels_from: { version: "version" }, help: "Build." },
    shop_spare_ratio: { value: "spare", optional: true, help: "Spare." }
  },
  each: [
    {
      path: "queues[*]",
      labels_from: { queue: "name" },
      metrics: { shop_queue_age_seconds: { value: "age", help: "Age." } }
    }
  ]
}

/** The series of the document at one site, as Prometheus must have them. */
const seriesAt = (site: string) =>
  [
    ["shop_queue_depth", {}, 7],
    ["shop_orders_total", {}, Number.MAX_SAFE_INTEGER],
    ["shop_visits", {}, Number.MAX_SAFE_INTEGER],
    ["shop_lag_seconds", {}, 1e21],
    ["shop_drift_seconds", {}, -5e-324],
    ["shop_mode", { shop_mode: "rw" }, 0],
    ["shop_mode", { shop_mode: "ro" }, 1],
    ["shop_build_info", { version: "1.2.3" }, 1],
    ["shop_spare_ratio", {}, 0.1],
    ...hostile.map((name, index) => ["shop_queue_age_seconds", { queue: name.toWellFormed() }, index / 3] as const)
  ].map(([name, labels, value]) => JSON.stringify([name, Object.entries({ ...Object(labels), site }).sort(), value]))

/** Two targets that feed the same families. */
const configurationOf = (url: string) => ({
  defaults: { interval: "500ms", timeout: "400ms" },
  mappings: { shop: mapping },
  targets: ["ams1", "fra1"].map((site) => ({ name: `shop-${site}`, url, labels: { site }, mapping: "shop" }))
})

/** Passes scrapes on to the daemon, but asks for text: this Prometheus always prefers OpenMetrics. */
const startTextProxy = async (port: number) => {
  const proxy = createServer(({ url, headers }, response) => {
    const accept = "text/plain;version=0.0.4"
    request({ port, host: "127.0.0.1", path: url, headers: { ...headers, accept } }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(response)
    }).end()
  })
  proxy.listen(0, "127.0.0.1")
  await once(proxy, "listening")
  return { close: () => proxy.close(), target: `127.0.0.1:${(proxy.address() as AddressInfo).port}` }
}

/** A series without the labels that Prometheus adds, as text that can be compared. */
const line = ({ metric: { job, instance, __name__, ...labels }, value: [, value] }: Series) =>
  JSON.stringify([__name__, Object.entries(labels).sort(), Number(value)])

describe.skipIf(noPrometheus)("a real Prometheus scrapes the daemon", () => {
  let upstream: TestUpstream
  let daemon: Awaited<ReturnType<typeof startDaemon>>
  let prometheus: Prometheus

  beforeAll(async () => {
    upstream = await startUpstream(json(document))
    const config = configuration(configurationOf(upstream.url))
    daemon = await startDaemon(["--config", config])
    const proxy = await startTextProxy(daemon.port)
    prometheus = await startPrometheus(
      [
        { name: "poller", target: `127.0.0.1:${daemon.port}` },
        { name: "text", target: proxy.target }
      ],
      [join(import.meta.dirname, "../../deploy/prometheus/alerts.yml")]
    )
    return async () => {
      await prometheus[Symbol.asyncDispose]()
      proxy.close()
      await daemon.stop()
      await upstream[Symbol.asyncDispose]()
    }
  })

  const polled = async (job: string) => (await prometheus.query(`{job="${job}", __name__=~"shop_.*"}`)).map(line).sort()

  describe.each([
    ["OpenMetrics", "poller"],
    ["text", "text"]
  ])("as %s", (_, job) => {
    test("every polled series arrives with its value", async () => {
      const expected = [...seriesAt("ams1"), ...seriesAt("fra1")].sort()
      await expect.poll(() => polled(job), { timeout: 20_000 }).toEqual(expected)
    })

    test("the scrape is good and lets Prometheus set the time", async () => {
      await expect
        .poll(async () => (await prometheus.query(`up{job="${job}"}`)).map(({ value }) => value[1]))
        .toEqual(["1"])
    })

    test("types, units and helps arrive", async () => {
      const openmetrics = job === "poller"
      const metadata = new Map(
        (await prometheus.metadata(job)).map(({ metric, type, unit }) => [
          metric,
          unit === "" ? type : `${type} in ${unit}`
        ])
      )
      expect(Object.fromEntries([...metadata].filter(([name]) => name.startsWith("shop_")))).toEqual(
        openmetrics
          ? {
              shop_build: "info",
              shop_drift_seconds: "gauge in seconds",
              shop_lag_seconds: "unknown in seconds",
              shop_mode: "stateset",
              shop_orders: "counter",
              shop_queue_age_seconds: "gauge in seconds",
              shop_queue_depth: "gauge",
              shop_spare_ratio: "gauge in ratio",
              shop_visits: "unknown"
            }
          : {
              shop_build_info: "gauge",
              shop_drift_seconds: "gauge",
              shop_lag_seconds: "unknown",
              shop_mode: "gauge",
              shop_orders_total: "counter",
              shop_queue_age_seconds: "gauge",
              shop_queue_depth: "gauge",
              shop_spare_ratio: "gauge",
              shop_visits: "counter"
            }
      )
      const [depth] = (await prometheus.metadata(job)).filter(({ metric }) => metric === "shop_queue_depth")
      expect(depth?.help).toBe(mapping.metrics.shop_queue_depth.help)
    })
  })

  test("no alert fires or fails while all targets are up", async () => {
    const states = async () => (await prometheus.alerts()).map(({ name, state, health }) => [name, state, health])
    await expect.poll(states, { timeout: 20_000 }).toEqual(alerts.map(({ alert }) => [alert, "inactive", "ok"]))
  })

  test.each(panels.map(({ title, targets }) => [title, targets] as const))(
    "it can evaluate the queries of the panel %s",
    async (_, targets) => {
      for (const { expr } of targets) {
        const query = renderQuery(expr)
        // what is wrong with the targets has no series while nothing is; a rate needs two scrapes
        if (expr.includes("> 0") || expr.includes("== 0")) await prometheus.query(query)
        else await expect.poll(() => prometheus.query(query), { timeout: 10_000, message: query }).not.toEqual([])
      }
    }
  )

  test("a series that disappears from the response is stale at once, not after the look-back of five minutes", async () => {
    const { spare: _, ...rest } = document
    upstream.answer = json(rest)
    onTestFinished(() => {
      upstream.answer = json(document)
    })
    for (const job of ["poller", "text"]) {
      await expect.poll(() => prometheus.query(`shop_spare_ratio{job="${job}"}`), { timeout: 20_000 }).toEqual([])
      expect(await prometheus.query(`count_over_time(shop_spare_ratio{job="${job}"}[5m])`)).toHaveLength(2)
    }
  })
})
