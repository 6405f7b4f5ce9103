import { setTimeout as sleep } from "node:timers/promises"
import { seededRandom } from "../seeded-random.ts"
import { ClusterProcesses, DatabaseProxy, type Member, ownersOf, PolledUpstream } from "./cluster-processes.ts"
import { Postgres } from "./postgres.ts"

/*
 * `npm run soak:cluster [SEED] [SECONDS]`: three processes share 300 targets that are polled every second. Twenty
 * times, spread over five minutes, a process chosen at random is killed, stopped, frozen or cut off from the database.
 * Fails if a target was without a poll for longer than twelve seconds, or has not exactly one process at the end.
 */
const seed = Number(process.argv[2] ?? Date.now() % 1_000_000)
const seconds = Number(process.argv[3] ?? 300)
const events = 20
const targets = 300
const maxGap = 12_000

const random = seededRandom(seed)
const pick = <A>(items: ReadonlyArray<A>): A => items[Math.floor(random() * items.length)] as A

console.log({ seed, seconds, events, targets })
await using postgres = await Postgres.start()
await using upstream = await PolledUpstream.start()
await using cluster = new ClusterProcesses({ postgres, upstream, targets })

interface Slot {
  member: Member
  readonly proxy: DatabaseProxy
  /** While its process is disturbed, which happens once at a time. */
  isBusy: boolean
}

const start = async (proxy: DatabaseProxy, port?: number) => {
  const member = await cluster.start({ cluster: postgres.url(proxy.port), ...(port !== undefined && { port }) })
  await member.line(/message=polling/)
  return member
}

const slots: Array<Slot> = []
for (let index = 0; index < 3; index++) {
  const proxy = await DatabaseProxy.to(postgres.port)
  slots.push({ member: await start(proxy), proxy, isBusy: false })
}

const isSettled = async () => {
  const owners = await ownersOf(slots.map(({ member }) => member))
  return owners.size === targets && [...owners.values()].every(({ length }) => length === 1)
}
const settle = async (limit: number) => {
  const end = performance.now() + limit
  while (!(await isSettled())) {
    if (performance.now() > end) return false
    await sleep(100)
  }
  return true
}
await settle(30_000)

const began = performance.now()
const restart = async (slot: Slot) => {
  slot.member = await start(slot.proxy, Number(new URL(slot.member.url).port))
}
const disturbances = {
  kill: async (slot: Slot) => {
    await slot.member.stop("SIGKILL")
    await sleep(random() * 10_000)
    await restart(slot)
  },
  stop: async (slot: Slot) => {
    await slot.member.stop()
    await sleep(random() * 5000)
    await restart(slot)
  },
  freeze: async (slot: Slot) => {
    slot.member.child.kill("SIGSTOP")
    await sleep(random() * 20_000)
    slot.member.child.kill("SIGCONT")
  },
  cut: async (slot: Slot) => {
    slot.proxy.isCut = true
    await sleep(random() * 20_000)
    slot.proxy.heal()
  }
} as const

const running: Array<Promise<void>> = []
for (let event = 0; event < events; event++) {
  await sleep((seconds * 1000) / events)
  const free = slots.filter(({ isBusy }) => !isBusy)
  // with all of them away at once nobody can poll
  if (free.length < 2) {
    console.log(`event ${event}: skipped, two processes are away`)
    continue
  }
  const slot = pick(free)
  const name = pick(Object.keys(disturbances) as ReadonlyArray<keyof typeof disturbances>)
  console.log(`${Math.round((performance.now() - began) / 1000)}s: ${name} ${slot.member.address}`)
  slot.isBusy = true
  running.push(
    disturbances[name](slot).then(() => {
      slot.isBusy = false
    })
  )
}
await Promise.all(running)
const isWell = await settle(20_000)
const gap = upstream.longestGap(began)
console.log({
  exactlyOneOwner: isWell,
  longestGap: Math.round(gap.milliseconds),
  target: gap.target,
  load: Number(upstream.load(began).toFixed(2))
})
if (!isWell || gap.milliseconds > maxGap) {
  for (const { address, stderr } of cluster.all) console.error(`${address}\n${stderr}`)
  process.exitCode = 1
}
for (const { proxy } of slots) proxy[Symbol.dispose]()
