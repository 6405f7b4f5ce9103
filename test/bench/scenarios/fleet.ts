import { setTimeout as sleep } from "node:timers/promises"
import { open } from "../client.ts"
import { type Peer, startDaemon } from "../daemon.ts"
import { atMost, type Figure, type Goal } from "../figure.ts"
import type { Bench } from "../plan.ts"
import { cpu, memory } from "../process.ts"
import { worst } from "../statistics.ts"
import { type Arrivals, startUpstream } from "../upstream.ts"

/** The worst lateness in milliseconds of a request on its target's grid, which begins with its earliest request modulo the interval. */
const lateness = (arrivals: Arrivals, interval: number) =>
  worst(
    Object.values(arrivals).flatMap((times) => {
      const onGrid = times.map((time, index) => time - index * interval)
      const start = Math.min(...onGrid)
      return onGrid.map((time) => time - start)
    })
  )

const measure = async ({ peers, size }: Bench, targets: number): Promise<ReadonlyArray<Figure>> => {
  const interval = size.fleetInterval
  const results = new Map<Peer, Record<"cpu" | "scrape" | "gzip" | "late" | "resident" | "missed", number>>()
  for (const peer of peers.filter((peer) => peer === "poller" || peer === "go")) {
    using upstream = await startUpstream()
    await using daemon = await startDaemon(peer, { url: `${upstream.url}/targets`, interval, rows: 10, targets })
    await sleep(interval)
    const used = cpu(daemon.pid)
    const begin = performance.now()
    const before = await upstream.requests()
    const plain: Array<number> = []
    const zipped: Array<number> = []
    using connection = await open(daemon.port)
    // the first compresses all that there is; Prometheus has its first an interval after the start at the latest
    await connection.get("/metrics", { gzip: true })
    while (performance.now() - begin < size.fleetIntervals * interval) {
      plain.push((await connection.get("/metrics")).milliseconds)
      await sleep(interval / 30)
      zipped.push((await connection.get("/metrics", { gzip: true })).milliseconds)
      await sleep(interval / 30)
    }
    const taken = performance.now() - begin
    const arrived = (await upstream.requests()) - before
    results.set(peer, {
      cpu: (100 * (cpu(daemon.pid) - used)) / taken,
      scrape: worst(plain),
      gzip: worst(zipped),
      late: lateness(await upstream.arrivals(), interval),
      resident: memory(daemon.pid).now,
      missed: Math.max(0, Math.floor((targets * taken) / interval) - arrived)
    })
  }
  const figure = (
    name: string,
    unit: string,
    key: "cpu" | "scrape" | "gzip" | "late" | "resident" | "missed",
    goal?: Goal
  ): Figure => ({
    scenario: "fleet",
    what: `${name}, ${targets.toLocaleString("en")} targets every ${interval / 1000} s`,
    unit,
    better: "lower",
    values: Object.fromEntries(Array.from(results, ([peer, result]) => [peer, result[key]])),
    ...(goal && { goal })
  })
  return [
    figure("CPU", "% of one core", "cpu", atMost(25)),
    figure("worst scrape", "ms", "scrape", atMost(50)),
    figure("worst scrape with gzip", "ms", "gzip", atMost(50)),
    figure("latest tick", "ms late", "late", atMost(1000)),
    figure("polls that did not come", "polls", "missed"),
    figure("resident memory", "MB", "resident")
  ]
}

/** Many small targets: 10 rows of two series each. */
export const fleet = async (bench: Bench): Promise<ReadonlyArray<Figure>> => {
  const figures: Array<Figure> = []
  for (const targets of bench.size.targets) figures.push(...(await measure(bench, targets)))
  return figures
}
