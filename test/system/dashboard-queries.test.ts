import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { dashboard, panels, renderQuery } from "../deploy/shipped-files.ts"
import { type Program, startDaemon } from "./program.ts"
import { noPrometheus, type Prometheus, startPrometheus } from "./prometheus.ts"
import { configuration } from "./temporary-config.ts"
import { startUpstream, type TestUpstream } from "./test-upstream.ts"

const targets = 1000

interface Variable {
  readonly name: string
  readonly definition: string
  readonly regex: string
}

const variableOf = (wanted: string): Variable => dashboard.templating.list.find(({ name }: Variable) => name === wanted)

const definitionOf = (name: string) => variableOf(name).definition

/** No query may return more series than a panel can show. */
const maxSeries = 200

describe.skipIf(noPrometheus)("the dashboard with 1,000 targets, of which 300 are down and 100 drop samples", () => {
  let upstream: TestUpstream
  let daemon: Program & { readonly port: number; readonly url: string }
  let prometheus: Prometheus

  beforeAll(async () => {
    const polled = new Set<number>()
    upstream = await startUpstream((request, response) => {
      const number = Number(request.url?.slice(1))
      // a third of those that are down were up once
      const wasUp = number % 10 === 2 && !polled.has(number)
      polled.add(number)
      if (number % 10 < 3 && !wasUp) response.writeHead(503).end()
      else response.end(JSON.stringify({ depth: number % 10 === 3 ? "many" : number }))
    })
    const config = configuration({
      defaults: { interval: "5s", timeout: "4s" },
      targets: Array.from({ length: targets }, (_, number) => ({
        name: `node-${number}`,
        url: `${upstream.url}/${number}`,
        labels: { n: String(number) },
        metrics: { shop_depth: "depth" }
      }))
    })
    daemon = await startDaemon(["--config", config])
    prometheus = await startPrometheus(
      [{ name: "poller", target: `127.0.0.1:${daemon.port}` }],
      [join(import.meta.dirname, "../../deploy/prometheus/alerts.yml")]
    )
    const until = (query: string, count: number) =>
      vi.waitUntil(async () => (await prometheus.query(query)).length === count, { timeout: 60_000, interval: 500 })
    await until("polls_total >= 2", targets)
    // an increase needs two scrapes of a counter that has grown
    await until("increase(poll_errors_total[60s]) > 0", 300)
  }, 120_000)

  afterAll(async () => {
    daemon?.child.kill("SIGKILL")
    await prometheus?.[Symbol.asyncDispose]()
    await upstream?.[Symbol.asyncDispose]()
  })

  test.each(panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)))(
    "%s",
    async (title, expr) => {
      const result = await prometheus.query(renderQuery(expr))
      expect(result.length, expr).toBeLessThanOrEqual(maxSeries)
      // nothing is skipped here
      if (title !== "Skipped ticks") expect(result.length, expr).toBeGreaterThan(0)
    }
  )

  test.each(
    panels.flatMap(({ title, targets }) =>
      targets.filter(({ instant }) => instant !== true).map(({ expr }) => [title, expr] as const)
    )
  )("%s over a range", async (title, expr) => {
    const result = await prometheus.queryRange(renderQuery(expr), 1)
    expect(result.length, expr).toBeLessThanOrEqual(maxSeries)
    if (title !== "Skipped ticks") expect(result.length, expr).toBeGreaterThan(0)
  })

  test.each([
    ["job", 1],
    ["instance", 1],
    ["target", targets]
  ])("the variable %s has its values", async (name, count) => {
    const [, selector = "", label = ""] = /^label_values\((.*), (\w+)\)$/.exec(definitionOf(name)) ?? []
    expect(label).toBe(name)
    expect(await prometheus.labelValues(renderQuery(selector), label)).toHaveLength(count)
  })

  test("the variable window is at least five minutes, as a number", async () => {
    const [, expr = ""] = /^query_result\((.*)\)$/.exec(definitionOf("window")) ?? []
    const result = await prometheus.query(renderQuery(expr))
    // Grafana writes a result as `{a="b"} 300 1764417600000`, and applies the variable's regex
    const texts = result.map(
      ({ metric, value: [at, value] }) =>
        `{${Object.entries(metric).map(([label, text]) => `${label}="${text}"`)}} ${value} ${at * 1000}`
    )
    const [, pattern = ""] = /^\/(.*)\/$/.exec(variableOf("window").regex) ?? []
    expect(texts.map((text) => new RegExp(pattern).exec(text)?.[1])).toEqual(["300"])
  })

  test("a reload is an annotation, with the instance; without one there is none", async () => {
    const [reloads, takeovers] = dashboard.annotations.list
    const marked = async () => prometheus.queryRange(renderQuery(reloads.expr), 1)
    expect(await marked()).toEqual([])
    daemon.child.kill("SIGHUP")
    await daemon.line(/message=reloaded/)
    await expect
      .poll(async () => (await marked()).map(({ metric }) => metric.instance))
      .toEqual([`127.0.0.1:${daemon.port}`])
    expect(reloads.titleFormat).toContain("{{instance}}")
    // nothing is taken over without --cluster
    expect(await prometheus.queryRange(renderQuery(takeovers.expr), 1)).toEqual([])
  })

  test("counts what is down and what drops samples", async () => {
    const value = async (title: string) => {
      const expr = panels.find((panel) => panel.title === title)?.targets[0]?.expr ?? ""
      return (await prometheus.query(renderQuery(expr)))[0]?.value[1]
    }
    expect(await value("Targets up")).toBe("700")
    expect(await value("Targets down")).toBe("300")
    expect(await value("Targets that drop samples")).toBe("100")
  })
})
