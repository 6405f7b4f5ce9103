import { setTimeout as sleep } from "node:timers/promises"
import { type Daemon, executable, findCommonPeers, type Peer, startDaemon } from "../bench-daemon.ts"
import type { Bench } from "../bench-size.ts"
import { atMost, type Figure, type Goal, times, withRowOfExecutable } from "../figure.ts"
import { getOnce } from "../http-connection.ts"
import { cpu, forget, memory } from "../process-usage.ts"
import { median } from "../statistics.ts"

/** One daemon while it runs. */
interface Run {
  readonly peer: Peer
  readonly targets: number
  readonly daemon: Daemon
  /** CPU time after the warm-up, in milliseconds. */
  cpu: number
  /** Resident memory after each scrape, in megabytes. */
  readonly resident: Array<number>
}

interface Result {
  readonly cpu: number
  readonly resident: number
  readonly anonymous: number
  readonly growth: number
}

const rows = 10

/** Five to a hundred small targets, polled and scraped as often as most people do it, all daemons side by side. */
export const common = async ({ peers, size, upstream }: Bench): Promise<ReadonlyArray<Figure>> => {
  const { common, copies, commonInterval: interval, commonScrapes, commonWarmUp, commonDuration } = size
  const all = findCommonPeers(peers)
  if (all.includes("executable")) forget(executable)
  await using stack = new AsyncDisposableStack()
  const runs: Array<Run> = []
  for (const targets of common) {
    for (const peer of Array<ReadonlyArray<Peer>>(copies).fill(all).flat()) {
      const task = { url: `${upstream.url}/changing`, interval, rows, targets }
      runs.push({ peer, targets, daemon: stack.use(await startDaemon(peer, task)), cpu: 0, resident: [] })
    }
  }

  const scrape = async (run: Run) => {
    const { status } = await getOnce(run.daemon.port, "/metrics", { gzip: true })
    if (status !== 200) throw new Error(`${run.peer} answered a scrape with ${status}`)
    run.resident.push(memory(run.daemon.pid).now)
  }
  /** Scrapes all daemons at the pace of Prometheus, one after the other. */
  const scrapeUntil = async (end: number) => {
    while (performance.now() < end) {
      for (const run of runs) {
        await scrape(run)
        await sleep(commonScrapes / runs.length)
      }
    }
  }

  const begin = performance.now()
  await scrapeUntil(begin + commonWarmUp)
  const warm = performance.now()
  for (const run of runs) run.cpu = cpu(run.daemon.pid)
  await scrapeUntil(begin + commonDuration)
  const results = runs.map((run) => ({ run, result: finish(run, performance.now() - warm) }))

  const figure = (targets: number, name: string, unit: string, key: keyof Result, goal?: Goal): Figure => ({
    scenario: "common",
    what: `${name}, ${targets} targets every ${interval / 1000} s`,
    unit,
    better: "lower",
    values: Object.fromEntries(
      all.map((peer) => [
        peer,
        median(
          results.filter(({ run }) => run.peer === peer && run.targets === targets).map(({ result }) => result[key])
        )
      ])
    ),
    ...(goal && { goal })
  })
  const minutes = `${Number((commonDuration / 60_000).toFixed(1))} minutes`
  return common
    .flatMap((targets) => [
      figure(targets, "CPU", "% of one core", "cpu", times("plain", 1 / 1.3)),
      figure(targets, `resident memory after ${minutes}`, "MB", "resident", times("plain", 1 / 1.25)),
      figure(targets, "of which anonymous", "MB", "anonymous"),
      figure(targets, "growth of the resident memory in the second half", "MB", "growth", atMost(3))
    ])
    .flatMap(withRowOfExecutable)
}

/** The memory is the median of a few samples, as a collection may be due at any of them. */
const finish = ({ daemon, cpu: before, resident }: Run, milliseconds: number): Result => {
  const half = Math.floor(resident.length / 2)
  const few = Math.max(1, Math.floor(resident.length / 10))
  const last = median(resident.slice(-few))
  return {
    cpu: (100 * (cpu(daemon.pid) - before)) / milliseconds,
    resident: last,
    anonymous: memory(daemon.pid).anonymous,
    growth: last - median(resident.slice(half - few, half + few))
  }
}
