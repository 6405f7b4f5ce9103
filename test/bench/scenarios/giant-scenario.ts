import { setTimeout as sleep } from "node:timers/promises"
import { type Peer, startDaemon } from "../bench-daemon.ts"
import type { Bench } from "../bench-size.ts"
import { atMost, type Figure } from "../figure.ts"
import { open } from "../http-connection.ts"
import { worst } from "../statistics.ts"

/**
 * Scrapes from the start of a daemon until the large response is on its page. Returns the duration of each scrape, and
 * of everything.
 */
const sample = async (port: number) => {
  using connection = await open(port)
  const begin = performance.now()
  const taken: Array<number> = []
  for (;;) {
    const { milliseconds, body } = await connection.get("/metrics", { keep: true })
    taken.push(milliseconds)
    if (body.includes("\nbench_queue_depth{")) return { taken, whole: performance.now() - begin }
    await sleep(3)
  }
}

/** Scrapes while one response of 100 MB is fetched and converted. */
export const giant = async ({ peers, size, upstream }: Bench): Promise<ReadonlyArray<Figure>> => {
  const rows = size.giant
  const slowest: Partial<Record<Peer, number>> = {}
  const whole: Partial<Record<Peer, number>> = {}
  for (const peer of peers.filter((peer) => peer !== "bare")) {
    await using daemon = await startDaemon(peer, { url: `${upstream.url}/wide/${rows}`, interval: 3_600_000, rows })
    const result = await sample(daemon.port)
    slowest[peer] = worst(result.taken)
    whole[peer] = result.whole
  }
  const answer = `one response of ${rows.toLocaleString("en")} kB`
  return [
    {
      scenario: "giant",
      what: `worst scrape while it is converted, ${answer}`,
      unit: "ms",
      better: "lower",
      values: slowest,
      goal: atMost(100)
    },
    { scenario: "giant", what: `until it is on the page, ${answer}`, unit: "ms", better: "lower", values: whole }
  ]
}
