import { readdirSync } from "node:fs"
import { errorReasons } from "../../src/client/error-reasons.ts"
import { type Fault, faults, startFaulty } from "../client/faulty.ts"
import { seededRandom } from "../seeded-random.ts"
import { type BadClients, badClients } from "./bad-clients.ts"
import { env, heapOf } from "./heap.ts"
import { startDaemon } from "./program.ts"
import { scrape } from "./samples-of-page.ts"
import { type StormTarget, stormLogin, stormTarget, type Weather } from "./storm-targets.ts"
import { configuration } from "./temporary-config.ts"

export interface Storm {
  readonly seed: number
  /** How many polls it lasts. */
  readonly polls: number
  readonly targets: number
}

/** The figures of a storm: bytes, seconds and counts. */
export interface Figures {
  readonly polls: number
  readonly failed: Readonly<Record<string, number>>
  /** Documents of rows that failed. */
  readonly dropped: number
  readonly skipped: number
  readonly scrapes: number
  /** Connections of bad clients that have ended, of each kind. */
  readonly clients: BadClients["ended"]
  readonly seconds: number
  readonly heap: { readonly first: number; readonly last: number }
  readonly files: { readonly before: number; readonly after: number }
  readonly sockets: number
  readonly lines: number
  readonly exit: number | null
}

/** The faults that are over at once or at the deadline; others would only measure this machine. */
const quick = (Object.keys(faults) as ReadonlyArray<keyof typeof faults>).filter(
  (name) =>
    !["good", "bomb", "flood", "endless_headers", "many_keys", "long_key", "status_429", "status_503"].includes(name)
)

/** Those of them that fail a poll. */
const bad = quick.filter(
  (name) =>
    ![
      "coding_empty",
      "byte_order_mark",
      "bare_number",
      "bare_null",
      "no_numbers",
      "infinite",
      "duplicate_keys",
      "lone_surrogate",
      "nul_in_string",
      "proto",
      "deep",
      "deep_array"
    ].includes(name)
)

/** Clients whose connections end at once. */
const brief = [
  "pipelines_pages",
  "pipelines_and_reads",
  "half_closes",
  "resets",
  "leaves",
  "not_http",
  "tls",
  "http2",
  "huge_head",
  "two_lengths"
] as const

const sum = (samples: ReadonlyMap<string, number>, name: string) =>
  [...samples].reduce((total, [series, value]) => (series.startsWith(`${name}{`) ? total + value : total), 0)

const isCounter = (series: string) => /^[^{]*_total(\{|$)/.test(series)

/** Throws if a counter fell, or if the series of a target are not those of one poll. */
const check = (
  samples: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
  targets: ReadonlyArray<{ readonly name: string } & StormTarget>
) => {
  for (const [series, value] of before) {
    if (isCounter(series) && !((samples.get(series) ?? -1) >= value)) throw new Error(`${series} fell from ${value}`)
  }
  for (const { name, isPartial } of targets) {
    const own = [...samples].filter(
      ([series]) => /^(upstream|mapped)_/.test(series) && series.includes(`storm="${name}"`)
    )
    // a fault may be a good answer as well, only an odd one
    const n = own.find(([series]) => /^\w+_storm\{/.test(series))?.[1]
    if (n === undefined) continue
    const isWhole = isPartial ? own.length <= 1 + (n % 6) : own.length === 1 + (n % 6)
    if (own.some(([, value]) => value !== n) || !isWhole) {
      throw new Error(`${name} is a mixture: ${JSON.stringify(own)}`)
    }
  }
}

/** Throws unless the lines of each target are down, up, down, up. Returns how many lines there are. */
const checkLines = (stderr: string) => {
  const last = new Map<string, string>()
  const lines = stderr.split("\n").filter((line) => line.includes('message="target '))
  for (const line of lines) {
    const [, change = "", target = ""] = /message="target (up|down)".* target=(\S+)/.exec(line) ?? []
    if (change === (last.get(target) ?? "up")) throw new Error(`${target} went ${change} twice`)
    last.set(target, change)
  }
  return lines.length
}

/**
 * Polls every fault in random order, at intervals of milliseconds, while bad clients of every kind and scrapes request
 * pages of the built daemon. Throws at the first page that is wrong; the caller judges the figures (`damage`).
 */
export const storm = async ({ seed, polls, targets }: Storm): Promise<Figures> => {
  await using upstream = await startFaulty()
  const random = seededRandom(seed)
  let answers = 0
  let calm = true
  const chance = (names: typeof quick, odds: number) => (good: Fault) =>
    calm || random() > odds ? good : faults[names[Math.floor(random() * names.length)] ?? "good"]
  const weather: Weather = {
    next: () => ++answers,
    any: chance(quick, 0.5),
    bad: (good, odds = 0.1) => chance(bad, odds)(good)
  }
  const all = Array.from({ length: targets }, (_, i) => ({
    name: `t${i}`,
    ...stormTarget(upstream, `t${i}`, i, weather)
  }))
  const file = configuration({
    defaults: { interval: "50ms", timeout: "40ms", stale_after: "100ms", max_body: "100KB" },
    logins: { storm: stormLogin(upstream, weather) },
    targets: all.map(({ name, settings }) => ({ name, labels: { storm: name }, ...settings }))
  })
  const daemon = await startDaemon(["--config", file], { env })
  try {
    const heap = heapOf(daemon)
    /** Open files that are no connection to the upstream. */
    const files = async () => readdirSync(`/proc/${daemon.child.pid}/fd`).length - (await upstream.openSockets())
    let samples = await scrape(daemon.url)
    let scrapes = 0
    const until = async (enough: () => boolean) => {
      while (!enough()) {
        const next = await scrape(daemon.url)
        scrapes++
        check(next, samples, all)
        samples = next
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    }
    const allUp = () => sum(samples, "poll_up") === targets
    const polled = () => sum(samples, "polls_total")

    await until(allUp)
    const before = await files()
    const start = performance.now()
    calm = false
    using clients = badClients(daemon.port)
    await until(() => polled() >= polls / 3)
    const first = await heap()
    await until(() => polled() >= polls)
    const last = await heap()
    const seconds = (performance.now() - start) / 1000
    calm = true
    clients[Symbol.dispose]()
    await until(allUp)
    // until the sockets that the storm broke are gone on both sides
    await new Promise((resolve) => setTimeout(resolve, 200))
    const after = await files()
    const sockets = await upstream.openSockets()
    const { code, stderr } = await daemon.stop()
    const errors = (reason: string) =>
      sum(new Map([...samples].filter(([series]) => series.includes(`{reason="${reason}"`))), "poll_errors_total")
    return {
      polls: polled(),
      failed: Object.fromEntries(errorReasons.map((reason) => [reason, errors(reason)])),
      dropped: sum(
        new Map([...samples].filter(([name]) => name.includes('reason="detail"'))),
        "poll_samples_dropped_total"
      ),
      skipped: sum(samples, "poll_ticks_skipped_total"),
      scrapes,
      clients: clients.ended,
      seconds,
      heap: { first, last },
      files: { before, after },
      sockets,
      lines: checkLines(stderr),
      exit: code
    }
  } finally {
    daemon.child.kill("SIGKILL")
  }
}

/** What is wrong with the figures of a storm. */
export const damage = (
  { failed, dropped, clients, heap, files, sockets, exit }: Figures,
  { targets }: Storm
): ReadonlyArray<string> =>
  [
    failed.internal === 0 ? "" : `${failed.internal} polls died of a bug`,
    ...["timeout", "connection", "status", "not_json", "too_large", "login", "pages"].map((reason) =>
      (failed[reason] ?? 0) > 10 ? "" : `too few polls failed with the reason ${reason}`
    ),
    ...brief.map((kind) => (clients[kind] > 10 ? "" : `too few clients of the kind ${kind}`)),
    dropped > 10 ? "" : "too few documents of rows failed",
    heap.last < heap.first * 1.1 ? "" : `the heap grew from ${heap.first} to ${heap.last} bytes`,
    files.after <= files.before + 5 ? "" : `${files.before} open files beside the sockets before, ${files.after} after`,
    // some targets request several documents at once
    sockets <= 2 * targets ? "" : `${sockets} sockets for ${targets} targets`,
    exit === 0 ? "" : `exit ${exit}`
  ].filter((text) => text !== "")
