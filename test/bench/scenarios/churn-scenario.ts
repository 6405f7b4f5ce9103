import { setTimeout as sleep } from "node:timers/promises"
import { type Peer, serving } from "../bench-daemon.ts"
import type { Bench } from "../bench-size.ts"
import { atMost, type Figure, type Goal } from "../figure.ts"
import { open } from "../http-connection.ts"
import { percentile, worst } from "../statistics.ts"

/**
 * Scrapes one after the other for some time, with pauses of a few milliseconds. Returns the duration of each.
 */
const sample = async (port: number, path: string, gzip: boolean, milliseconds: number) => {
  using connection = await open(port)
  await connection.get(path, { gzip })
  const taken: Array<number> = []
  const end = performance.now() + milliseconds
  while (performance.now() < end) {
    taken.push((await connection.get(path, { gzip })).milliseconds)
    await sleep(3)
  }
  return taken
}

const views = [
  { path: "/metrics", gzip: false, p99: atMost(15), worst: atMost(100) },
  { path: "/metrics", gzip: true, p99: atMost(15), worst: atMost(100) },
  { path: "/healthz", gzip: false, p99: undefined, worst: undefined }
] as const

/** Scrapes while the largest response of the bench is polled every second. */
export const churn = async ({ peers, size, upstream }: Bench): Promise<ReadonlyArray<Figure>> => {
  const rows = size.rows.at(-1) ?? 1
  const task = { url: `${upstream.url}/rows/${rows}`, interval: 1000, rows }
  const taken = new Map(views.map((view) => [view, new Map<Peer, Array<number>>()]))
  for (let round = 0; round < size.rounds; round++) {
    for (const peer of peers) {
      await using stack = new AsyncDisposableStack()
      // Go is compiled ahead, so it needs no warm-up
      const { port } = await serving(peer, task, peer === "go" ? 0 : size.warmUp, stack)
      for (const [{ path, gzip }, times] of taken) {
        times.set(peer, [...(times.get(peer) ?? []), ...(await sample(port, path, gzip, 12 * size.window))])
      }
    }
  }
  return [...taken].flatMap(([view, taken]) => {
    const figure = (name: string, of: (taken: ReadonlyArray<number>) => number, goal?: Goal): Figure => ({
      scenario: "churn",
      what: `${name}, ${view.path}${view.gzip ? ", gzip" : ""}, ${rows.toLocaleString("en")} rows a second`,
      unit: "ms",
      better: "lower",
      values: Object.fromEntries(Array.from(taken, ([peer, taken]) => [peer, of(taken)])),
      ...(goal && { goal })
    })
    return [
      figure("p50", (taken) => percentile(taken, 0.5)),
      figure("p99", (taken) => percentile(taken, 0.99), view.p99),
      figure("worst", worst, view.worst)
    ]
  })
}
