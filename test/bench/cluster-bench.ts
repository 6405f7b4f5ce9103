import { setTimeout as sleep } from "node:timers/promises"
import { ClusterProcesses, ownersOf, PolledUpstream } from "../system/cluster-processes.ts"
import { Postgres } from "../system/postgres.ts"

/*
 * `npm run bench:cluster`: measures what a cluster costs its database, the time from the start until a target has one
 * process, and the time from a kill until others have polled all targets of the killed process.
 */
const processes = 3
const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [100, 1000, 10_000]

/** Each statement outside of a transaction is one of its own. */
const transactions = (postgres: Postgres) =>
  Number(postgres.query("SELECT pg_stat_get_db_xact_commit(oid) FROM pg_database WHERE datname = 'poller'")[0])

console.log(
  "| targets | statements a second, of each process | start to settled, s | kill to polled by others, s | CPU of PostgreSQL, % |"
)
for (const targets of sizes) {
  await using postgres = await Postgres.start()
  await using upstream = await PolledUpstream.start()
  await using cluster = new ClusterProcesses({ postgres, upstream, targets, interval: "30s" })
  const started = performance.now()
  for (let index = 0; index < processes; index++) await cluster.start()
  for (;;) {
    const listening = await Promise.all(cluster.running.map(({ url }) => fetch(url).then(Boolean, () => false)))
    if (listening.every(Boolean)) {
      const owners = await ownersOf(cluster.running)
      const isOnce = owners.size === targets && [...owners.values()].every(({ length }) => length === 1)
      if (isOnce && new Set([...owners.values()].flat()).size === processes) break
    }
    await sleep(50)
  }
  const settled = (performance.now() - started) / 1000
  // the first polls are spread over 30 s
  await sleep(35_000)
  const [before, cpuBefore] = [transactions(postgres), postgres.cpuSeconds()]
  const from = performance.now()
  await sleep(20_000)
  const elapsed = (performance.now() - from) / 1000
  const rate = (transactions(postgres) - before) / elapsed / processes
  const cpu = ((postgres.cpuSeconds() - cpuBefore) / elapsed) * 100
  const [victim] = cluster.running
  if (victim === undefined) throw new Error("no process")
  const its = await victim.targets()
  const killed = performance.now()
  await victim.stop("SIGKILL")
  const firstAfter = (name: string) => upstream.polls.get(name)?.find((time) => time > killed + 100)
  while (![...its].every((name) => firstAfter(name) !== undefined)) await sleep(100)
  const takeover = (Math.max(...Array.from(its, (name) => firstAfter(name) ?? 0)) - killed) / 1000
  console.log(
    `| ${targets.toLocaleString("en-US")} | ${rate.toFixed(1)} | ${settled.toFixed(1)} | ${takeover.toFixed(1)} | ${cpu.toFixed(1)} |`
  )
}
