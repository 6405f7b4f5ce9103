import { type Peer, startDaemon, withExecutable } from "../bench-daemon.ts"
import type { Bench } from "../bench-size.ts"
import { atMost, type Figure, withRowOfExecutable } from "../figure.ts"
import { median } from "../statistics.ts"

/** From exec to the first 200 on /metrics. */
export const start = async ({ peers, size, upstream }: Bench): Promise<ReadonlyArray<Figure>> => {
  const taken = new Map<Peer, Array<number>>()
  for (let round = 0; round < size.starts; round++) {
    for (const peer of withExecutable(peers)) {
      await using daemon = await startDaemon(peer, { url: `${upstream.url}/rows/10`, interval: 30_000, rows: 10 })
      taken.set(peer, [...(taken.get(peer) ?? []), daemon.start])
    }
  }
  return withRowOfExecutable({
    scenario: "start",
    what: "from exec to the first 200",
    unit: "ms",
    better: "lower",
    values: Object.fromEntries(Array.from(taken, ([peer, values]) => [peer, median(values)])),
    goal: atMost(90)
  })
}
