import { setTimeout as sleep } from "node:timers/promises"
import { type Peer, polled, startDaemon } from "../bench-daemon.ts"
import type { Bench } from "../bench-size.ts"
import { atMost, type Figure, type Goal, times } from "../figure.ts"
import { getOnce } from "../http-connection.ts"
import { memory as residentMemory } from "../process-usage.ts"

const goals: Record<number, Goal> = { 10000: atMost(95), 100000: times("go", 1 / 0.75) }

const measure = async ({ peers, size, upstream }: Bench, rows: number): Promise<ReadonlyArray<Figure>> => {
  const now: Partial<Record<Peer, number>> = {}
  const peak: Partial<Record<Peer, number>> = {}
  for (const peer of peers.filter((peer) => peer !== "bare")) {
    await using daemon = await startDaemon(peer, { url: `${upstream.url}/rows/${rows}`, interval: 1000, rows })
    await polled(daemon)
    for (let poll = 0; poll < size.polls; poll++) {
      await sleep(1000)
      await getOnce(daemon.port, "/metrics", { gzip: true })
    }
    const resident = residentMemory(daemon.pid)
    now[peer] = resident.now
    peak[peer] = resident.peak
  }
  const after = `${rows.toLocaleString("en")} rows, ${size.polls} polls, each scraped with gzip`
  const goal = goals[rows]
  return [
    {
      scenario: "memory",
      what: `resident, ${after}`,
      unit: "MB",
      better: "lower",
      values: now,
      ...(goal && { goal })
    },
    { scenario: "memory", what: `its peak, ${after}`, unit: "MB", better: "lower", values: peak }
  ]
}

/** Resident memory of a daemon that is polled and scraped every second. */
export const memory = async (bench: Bench): Promise<ReadonlyArray<Figure>> => {
  const figures: Array<Figure> = []
  for (const rows of bench.size.rows.filter((rows) => rows !== 1 && rows !== 1000)) {
    figures.push(...(await measure(bench, rows)))
  }
  return figures
}
