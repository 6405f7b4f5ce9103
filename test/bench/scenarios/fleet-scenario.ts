import { setTimeout as sleep } from "node:timers/promises"
import { type Peer, serving } from "../bench-daemon.ts"
import type { Bench } from "../bench-size.ts"
import { type Arrivals, startUpstream } from "../bench-upstream.ts"
import { atMost, type Figure, type Goal } from "../figure.ts"
import { open } from "../http-connection.ts"
import { cpu, memory } from "../process-usage.ts"
import { median, worst } from "../statistics.ts"

/**
 * The worst lateness of a request on the grid of its target, in milliseconds. The grid starts at its earliest request
 * modulo the interval.
 */
const lateness = (arrivals: Arrivals, interval: number) =>
  worst(
    Object.values(arrivals).flatMap((times) => {
      const onGrid = times.map((time, index) => time - index * interval)
      const start = Math.min(...onGrid)
      return onGrid.map((time) => time - start)
    })
  )

/**
 * How many requests did not come until `end` (epoch milliseconds). A request that is late by less than an interval
 * counts.
 */
const missing = (arrivals: Arrivals, interval: number, end: number) =>
  Object.values(arrivals)
    .flatMap((times) => [...times, end].map((time, index) => (index === 0 ? 0 : time - (times[index - 1] ?? 0))))
    .reduce((sum, gap) => sum + Math.max(0, Math.round(gap / interval) - 1), 0)

type Measure = "cpu" | "busy" | "plain" | "worstPlain" | "gzip" | "worstGzip" | "late" | "missed" | "resident"

/** Figures that exist for bare Node, which does not poll. */
const ofScrapes: ReadonlySet<Measure> = new Set(["plain", "worstPlain", "gzip", "worstGzip"])

const run = async (peer: Peer, size: Bench["size"], targets: number): Promise<Record<Measure, number>> => {
  const interval = size.fleetInterval
  using upstream = await startUpstream()
  await using stack = new AsyncDisposableStack()
  const daemon = await serving(peer, { url: `${upstream.url}/targets`, interval, rows: 10, targets }, interval, stack)
  using connection = await open(daemon.port)
  /**
   * Scrapes of these kinds in turn, `pause` milliseconds apart, for some intervals. `share` is the CPU in percent of a
   * core.
   */
  const scrape = async (pause: number, ...kinds: ReadonlyArray<"plain" | "gzip">) => {
    const times: Record<"plain" | "gzip", Array<number>> = { plain: [], gzip: [] }
    const before = { cpu: cpu(daemon.pid), time: performance.now() }
    while (performance.now() - before.time < size.fleetIntervals * interval) {
      for (const kind of kinds) {
        times[kind].push((await connection.get("/metrics", { gzip: kind === "gzip" })).milliseconds)
        await sleep(pause)
      }
    }
    return { ...times, share: (100 * (cpu(daemon.pid) - before.cpu)) / (performance.now() - before.time) }
  }
  // every 15 seconds, as Prometheus does
  const calm = await scrape(interval / 2, "gzip")
  const busy = await scrape(interval / 30, "plain", "gzip")
  const end = Date.now()
  const arrivals = await upstream.arrivals()
  return {
    cpu: calm.share,
    busy: busy.share,
    plain: median(busy.plain),
    worstPlain: worst(busy.plain),
    gzip: median(busy.gzip),
    worstGzip: worst(busy.gzip),
    late: lateness(arrivals, interval),
    missed: missing(arrivals, interval, end),
    resident: memory(daemon.pid).now
  }
}

const measure = async ({ peers, size }: Bench, targets: number): Promise<ReadonlyArray<Figure>> => {
  const results = new Map<Peer, Record<Measure, number>>()
  for (const peer of peers.filter((peer) => peer !== "prom-client")) {
    results.set(peer, await run(peer, size, targets))
  }
  const figure = (name: string, unit: string, key: Measure, goal?: Goal): Figure => ({
    scenario: "fleet",
    what: `${name}, ${targets.toLocaleString("en")} targets every ${size.fleetInterval / 1000} s`,
    unit,
    better: "lower",
    values: Object.fromEntries(
      [...results]
        .filter(([peer]) => peer !== "bare" || ofScrapes.has(key))
        .map(([peer, result]) => [peer, result[key]])
    ),
    ...(goal && { goal })
  })
  return [
    figure("CPU, scraped twice an interval", "% of one core", "cpu", atMost(25)),
    figure("CPU, scraped thirty times", "% of one core", "busy"),
    figure("p50 of a scrape", "ms", "plain"),
    figure("worst scrape", "ms", "worstPlain", atMost(50)),
    figure("p50 of a scrape with gzip", "ms", "gzip"),
    figure("worst scrape with gzip", "ms", "worstGzip", atMost(50)),
    figure("latest tick", "ms late", "late", atMost(1000)),
    figure("polls that did not come", "polls", "missed", atMost(0)),
    figure("resident memory", "MB", "resident")
  ]
}

/** Many small targets with 10 rows of two series. */
export const fleet = async (bench: Bench): Promise<ReadonlyArray<Figure>> => {
  const figures: Array<Figure> = []
  for (const targets of bench.size.targets) figures.push(...(await measure(bench, targets)))
  return figures
}
