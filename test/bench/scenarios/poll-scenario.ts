import { setTimeout as sleep } from "node:timers/promises"
import { type Daemon, type Peer, polled, startDaemon } from "../bench-daemon.ts"
import type { Bench } from "../bench-size.ts"
import type { Upstream } from "../bench-upstream.ts"
import { type Figure, type Goal, times } from "../figure.ts"
import { getOnce } from "../http-connection.ts"
import { cpu } from "../process-usage.ts"
import { median } from "../statistics.ts"

/** The goal, as a share of the CPU time of Go. */
const goals: Record<number, number> = { 100: 1.5, 10000: 0.5, 100000: 0.3 }

/** Enough polls, as the kernel counts in hundredths of a second. */
const intervals: Record<number, number> = { 100: 20, 10000: 250, 100000: 2000 }

/** CPU time of a poll in milliseconds; with `scraped`, including a compressed scrape after each poll. */
const cost = async ({ pid, port }: Daemon, upstream: Upstream, interval: number, window: number, scraped: boolean) => {
  const polls = await upstream.requests()
  const used = cpu(pid)
  const end = performance.now() + window
  while (performance.now() < end) {
    await sleep(Math.min(interval, window))
    if (scraped) await getOnce(port, "/metrics", { gzip: true })
  }
  return (cpu(pid) - used) / Math.max(1, (await upstream.requests()) - polls)
}

const measure = async ({ peers, size, upstream }: Bench, rows: number): Promise<ReadonlyArray<Figure>> => {
  const interval = intervals[rows] ?? 20
  const window = Math.max(5 * size.window, 3 * interval)
  const unscraped = new Map<Peer, Array<number>>()
  const scraped = new Map<Peer, Array<number>>()
  for (let round = 0; round < size.rounds; round++) {
    for (const peer of peers.filter((peer) => peer !== "bare")) {
      await using daemon = await startDaemon(peer, { url: `${upstream.url}/rows/${rows}`, interval, rows })
      await polled(daemon)
      // Go is compiled ahead, so it needs no warm-up
      await sleep(peer === "go" ? 3 * interval : size.warmUp)
      const figures = [
        [unscraped, await cost(daemon, upstream, interval, window, false)],
        [scraped, await cost(daemon, upstream, interval, window, true)]
      ] as const
      for (const [taken, figure] of figures) taken.set(peer, [...(taken.get(peer) ?? []), figure])
    }
  }
  const share = goals[rows]
  const figure = (what: string, taken: ReadonlyMap<Peer, ReadonlyArray<number>>, goal?: Goal): Figure => ({
    scenario: "poll",
    what: `${rows.toLocaleString("en")} rows, ${what}`,
    unit: "ms of CPU",
    better: "lower",
    values: Object.fromEntries(Array.from(taken, ([peer, values]) => [peer, median(values)])),
    ...(goal && { goal })
  })
  return [
    figure("not scraped", unscraped, share === undefined ? undefined : times("go", 1 / share)),
    figure("and one compressed scrape of each", scraped)
  ]
}

/** CPU time of a poll, from the request to the finished bytes, in a warm daemon. */
export const poll = async (bench: Bench): Promise<ReadonlyArray<Figure>> => {
  const sizes = bench.size.rows.filter((rows) => rows !== 1 && rows !== 1000)
  const figures: Array<Figure> = []
  for (const rows of sizes.some((rows) => rows >= 100) ? [100, ...sizes] : sizes) {
    figures.push(...(await measure(bench, rows)))
  }
  return figures
}
