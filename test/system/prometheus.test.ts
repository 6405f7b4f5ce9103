import { once } from "node:events"
import { createServer, request } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { alerts, panels } from "../deploy/deploy.ts"
import { parseLine } from "../exposition/parse.ts"
import { startDaemon } from "./program.ts"
import { noPrometheus, type Prometheus, type Series, startPrometheus } from "./prometheus.ts"
import { json, startUpstream, type TestUpstream } from "./upstream.ts"

const document = {
  queue: { depth: 7, ages: [0.1, 1e21, -3] },
  open: true,
  huge: Number.MAX_SAFE_INTEGER,
  tiny: 5e-324,
  gone: { soon: 1 }
}

/** Passes scrapes on to the daemon as one that wants nothing but text: this Prometheus always prefers OpenMetrics. */
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

/** A series without the labels that Prometheus adds, as one line that can be compared. */
const line = ({ metric: { job, instance, __name__, ...labels }, value: [, value] }: Series) =>
  JSON.stringify([__name__, Object.entries(labels).sort(), Number(value)])

describe.skipIf(noPrometheus)("a real Prometheus scrapes the daemon", () => {
  let upstream: TestUpstream
  let daemon: Awaited<ReturnType<typeof startDaemon>>
  let prometheus: Prometheus

  beforeAll(async () => {
    upstream = await startUpstream(json(document))
    daemon = await startDaemon(["--target", upstream.url, "--interval", "500ms", "--timeout", "400ms"])
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

  const polled = async (job: string) =>
    (await prometheus.query(`{job="${job}", __name__=~"upstream_.*"}`)).map(line).sort()

  describe.each([
    ["OpenMetrics", "poller"],
    ["text", "text"]
  ])("as %s", (_, job) => {
    test("every polled series arrives with its value", async () => {
      const page = await (await fetch(`${daemon.url}/metrics`)).text()
      const exposed = page
        .split("\n")
        .filter((line) => line.startsWith("upstream_"))
        .map(parseLine)
        .map(({ name, labels, value }) => JSON.stringify([name, labels, value]))
      expect(exposed).toHaveLength(8)
      await expect.poll(() => polled(job), { timeout: 20_000 }).toEqual(exposed.sort())
    })

    test("the scrape is good and lets Prometheus set the time", async () => {
      await expect
        .poll(async () => (await prometheus.query(`up{job="${job}"}`)).map(({ value }) => value[1]))
        .toEqual(["1"])
    })

    test("types, units and helps arrive", async () => {
      const metadata = await prometheus.metadata(job)
      const of = (name: string) => metadata.find(({ metric }) => metric === name)
      expect(of("upstream_queue_depth")).toMatchObject({
        type: "gauge",
        help: expect.stringContaining("$.queue.depth")
      })
      if (job === "text") expect(of("polls_total")).toMatchObject({ type: "counter" })
      else {
        expect(of("polls")).toMatchObject({ type: "counter" })
        expect(of("poll_duration_seconds")).toMatchObject({ type: "gauge", unit: "seconds" })
      }
    })
  })

  test("no alert fires, nor fails, while all is well", async () => {
    const states = async () => (await prometheus.alerts()).map(({ name, state, health }) => [name, state, health])
    await expect.poll(states, { timeout: 20_000 }).toEqual(alerts.map(({ alert }) => [alert, "inactive", "ok"]))
  })

  test.each(panels.map(({ title, targets }) => [title, targets] as const))(
    "the panel %s asks what it understands",
    async (_, targets) => {
      for (const { expr } of targets) {
        const query = expr.replaceAll("$__rate_interval", "1m").replaceAll(/\$(job|target)/g, ".+")
        // what is wrong with the targets has no series while nothing is; a rate needs two scrapes
        if (expr.includes("> 0")) await prometheus.query(query)
        else await expect.poll(() => prometheus.query(query), { timeout: 10_000, message: query }).not.toEqual([])
      }
    }
  )

  test("a series that vanishes from the answer is stale at once, not after the look-back of five minutes", async () => {
    const { gone: _, ...rest } = document
    upstream.answer = json(rest)
    onTestFinished(() => {
      upstream.answer = json(document)
    })
    for (const job of ["poller", "text"]) {
      await expect.poll(() => prometheus.query(`upstream_gone_soon{job="${job}"}`), { timeout: 20_000 }).toEqual([])
      expect(await prometheus.query(`count_over_time(upstream_gone_soon{job="${job}"}[5m])`)).toHaveLength(1)
    }
  })
})
