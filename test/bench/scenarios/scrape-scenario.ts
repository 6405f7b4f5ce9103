import { type Daemon, type Peer, pageOf, polled, startDaemon } from "../bench-daemon.ts"
import type { Bench } from "../bench-size.ts"
import { type Figure, times } from "../figure.ts"
import { type Connection, open } from "../http-connection.ts"
import { median } from "../statistics.ts"

/** The goals, as multiples of Go. */
const goals: Record<string, Record<number, number>> = {
  plain: { 1: 4, 1000: 20, 10000: 150, 100000: 400 },
  gzip: { 1: 5, 1000: 45, 10000: 600, 100000: 2000 }
}

/** One scrape after the other for some milliseconds, at least two. Returns the duration of each. */
export const scrapes = async (connection: Connection, path: string, gzip: boolean, window: number) => {
  const taken: Array<number> = []
  const end = performance.now() + window
  while (performance.now() < end || taken.length < 2) {
    taken.push((await connection.get(path, { gzip })).milliseconds)
  }
  return taken
}

const perSecond = async (port: number, gzip: boolean, window: number) => {
  const connections = await Promise.all(Array.from({ length: 4 }, () => open(port)))
  const begin = performance.now()
  const counts = await Promise.all(connections.map((connection) => scrapes(connection, "/metrics", gzip, window)))
  const seconds = (performance.now() - begin) / 1000
  for (const connection of connections) connection[Symbol.dispose]()
  return counts.flat().length / seconds
}

const measureRows = async ({ peers, size, upstream }: Bench, rows: number): Promise<ReadonlyArray<Figure>> => {
  const task = { url: `${upstream.url}/rows/${rows}`, interval: 3_600_000, rows }
  await using stack = new AsyncDisposableStack()
  const poller = stack.use(await startDaemon("poller", task))
  await polled(poller)
  const daemons = new Map<Peer, Daemon>([["poller", poller]])
  for (const peer of peers.filter((peer) => peer !== "poller")) {
    const daemon = stack.use(await startDaemon(peer, task, await pageOf(poller)))
    await polled(daemon)
    daemons.set(peer, daemon)
  }
  const figures: Array<Figure> = []
  for (const encoding of ["plain", "gzip"]) {
    const gzip = encoding === "gzip"
    const alone = new Map<Peer, Array<number>>()
    const crowd = new Map<Peer, Array<number>>()
    for (const { port } of daemons.values()) {
      using connection = await open(port)
      await scrapes(connection, "/metrics", gzip, size.warmUp / 10)
    }
    // a measurement takes half a second, so count twice
    for (let round = 0; round < 2 * size.rounds; round++) {
      for (const [peer, { port }] of daemons) {
        using connection = await open(port)
        await scrapes(connection, "/metrics", gzip, size.window / 4)
        const latency = 1000 * median(await scrapes(connection, "/metrics", gzip, size.window))
        alone.set(peer, [...(alone.get(peer) ?? []), latency])
        crowd.set(peer, [...(crowd.get(peer) ?? []), await perSecond(port, gzip, size.window)])
      }
    }
    const figure = (what: string, unit: string, better: Figure["better"], taken: typeof alone): Figure => {
      const values = Object.fromEntries(Array.from(taken, ([peer, values]) => [peer, median(values)]))
      const goal = goals[encoding]?.[rows]
      return { scenario: "scrape", what, unit, better, values, ...(goal && { goal: times("go", goal) }) }
    }
    const of = `${encoding}, ${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"}`
    figures.push(figure(`p50, ${of}`, "µs", "lower", alone))
    figures.push(figure(`on 4 connections, ${of}`, "scrapes/s", "higher", crowd))
  }
  return figures
}

/** A page that does not change: p50 on one connection, scrapes a second on four. */
export const scrape = async (bench: Bench): Promise<ReadonlyArray<Figure>> => {
  const figures: Array<Figure> = []
  for (const rows of bench.size.rows) figures.push(...(await measureRows(bench, rows)))
  return figures
}
