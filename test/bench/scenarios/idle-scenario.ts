import { setTimeout as sleep } from "node:timers/promises"
import { executable, type Peer, startDaemon, withExecutable } from "../bench-daemon.ts"
import type { Bench } from "../bench-size.ts"
import { atMost, type Figure, withRowOfExecutable } from "../figure.ts"
import { cpu, forget, memory, sleeps } from "../process-usage.ts"

/** Between two polls of 100 series: memory, CPU, and wake-ups of threads. */
export const idle = async ({ peers, size, upstream }: Bench): Promise<ReadonlyArray<Figure>> => {
  const settle = 10 * size.window
  const watch = 20 * size.window
  const resident: Partial<Record<Peer, number>> = {}
  const wakes: Partial<Record<Peer, number>> = {}
  const used: Partial<Record<Peer, number>> = {}
  const task = { url: `${upstream.url}/rows/50`, interval: 3_600_000, rows: 50 }
  await using stack = new AsyncDisposableStack()
  const daemons = []
  const all = withExecutable(peers)
  if (all.includes("executable")) forget(executable)
  for (const peer of all) daemons.push([peer, stack.use(await startDaemon(peer, task))] as const)
  await sleep(settle)
  const before = daemons.map(([, { pid }]) => ({ sleeps: sleeps(pid), cpu: cpu(pid) }))
  await sleep(watch)
  for (const [index, [peer, { pid }]] of daemons.entries()) {
    resident[peer] = memory(pid).now
    wakes[peer] = (sleeps(pid) - (before[index]?.sleeps ?? 0)) / (watch / 1000)
    used[peer] = (cpu(pid) - (before[index]?.cpu ?? 0)) / (watch / 1000)
  }
  const figures: ReadonlyArray<Figure> = [
    {
      scenario: "idle",
      what: "resident memory, 100 series",
      unit: "MB",
      better: "lower",
      values: resident,
      goal: atMost(60)
    },
    { scenario: "idle", what: "wake-ups", unit: "a second", better: "lower", values: wakes, goal: atMost(2) },
    { scenario: "idle", what: "CPU", unit: "ms a second", better: "lower", values: used }
  ]
  return figures.flatMap(withRowOfExecutable)
}
