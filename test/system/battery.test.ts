import { readdirSync, readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest"
import { documents } from "../client/documents.ts"
import { type Faulty, faults, startFaulty } from "../client/faulty.ts"
import { type BadClients, badClients } from "./bad-clients.ts"
import { recover, type Step, stepsOf } from "./battery-steps.ts"
import { startDaemon } from "./program.ts"
import { samplesOf, scrape } from "./samples-of-page.ts"
import { configuration } from "./temporary-config.ts"

/** The outcome of each fault: the reason of the failed polls, or how many series the good ones have. */
const outcomes: Readonly<Record<keyof typeof faults | keyof typeof documents, string | number>> = {
  good: 1,
  hang: "timeout",
  hang_in_headers: "timeout",
  hang_in_body: "timeout",
  drip_headers: "timeout",
  drip_body: "timeout",
  informs_forever: "timeout",
  reset: "connection",
  reset_in_body: "connection",
  close: "connection",
  close_in_headers: "connection",
  close_in_body: "connection",
  close_in_chunk: "connection",
  bad_chunk: "connection",
  not_http: "connection",
  two_lengths: "connection",
  endless_headers: "connection",
  upgrade: "status",
  flood: "too_large",
  too_long: "too_large",
  bomb: "too_large",
  damaged_gzip: "connection",
  half_gzip: "connection",
  unknown_coding: "connection",
  coding_constructor: "connection",
  coding_proto: "connection",
  coding_to_string: "connection",
  coding_empty: 1,
  raw_deflate: "connection",
  one_byte_chunks: "too_large",
  brackets: "not_json",
  announces_100_gb: "too_large",
  no_content_with_length: "not_json",
  status_500: "status",
  status_500_unread: "status",
  status_404: "status",
  status_429: "status",
  status_503: "status",
  not_modified_unasked: "status",
  redirect_circle: "status",
  redirect_nowhere: "status",
  redirect_to_file: "status",
  redirect_to_closed: "connection",
  html: "not_json",
  empty: "not_json",
  blank: "not_json",
  half_json: "not_json",
  trailing_comma: "not_json",
  ndjson: "not_json",
  nan: "not_json",
  nul: "not_json",
  not_utf8: "not_json",
  utf16: "not_json",
  byte_order_mark: 1,
  bare_number: 1,
  bare_null: 0,
  no_numbers: 0,
  infinite: 2,
  duplicate_keys: 1,
  lone_surrogate: 1,
  nul_in_string: 1,
  proto: 3,
  deep: 0,
  deep_array: 0,
  many_keys: "too_many_series",
  long_key: 1
}

const reasons = [
  "timeout",
  "connection",
  "tls",
  "status",
  "too_large",
  "not_json",
  "too_many_series",
  "internal",
  "credential",
  "login",
  "pages"
]

/** Long enough for a response that takes long to convert, on a busy machine. */
const patience = { interval: "6s", timeout: "6s" }
const impatience = { interval: "1s", timeout: "800ms" }

let upstream: Faulty
let steps: ReadonlyArray<Step>
let daemon: Awaited<ReturnType<typeof startDaemon>>
let clients: BadClients
beforeAll(async () => {
  upstream = await startFaulty()
  const targets = Object.entries(outcomes).map(([name, outcome]) => ({
    name,
    url: `${upstream.url}/${name}`,
    labels: { fault: name },
    // a chunk of one byte costs the machine as much as thousands of bytes
    max_body: name === "one_byte_chunks" ? "50KB" : "2MB",
    ...(outcome === "timeout" ? impatience : patience)
  }))
  steps = stepsOf(upstream)
  const more = steps.map(({ name, settings, isFirst, reasons }) => ({
    name,
    labels: { fault: name },
    max_body: "2MB",
    ...settings,
    ...(isFirst && reasons.includes("timeout") ? impatience : patience)
  }))
  const logins = Object.fromEntries(steps.flatMap(({ name, login }) => (login === undefined ? [] : [[name, login]])))
  daemon = await startDaemon(["--config", configuration({ logins, targets: [...targets, ...more] })])
  clients = badClients(daemon.port)
  const ready = async () => expect((await fetch(`${daemon.url}/readyz`)).status).toBe(200)
  await vi.waitFor(ready, { timeout: 60_000, interval: 200 })
})
afterAll(async () => {
  clients[Symbol.dispose]()
  daemon.child.kill("SIGKILL")
  await upstream[Symbol.asyncDispose]()
})

const own = (samples: ReadonlyMap<string, number>, name: string, target: string) =>
  samples.get(`${name}{target="${target}"}`)

const errors = (samples: ReadonlyMap<string, number>, target: string) =>
  Object.fromEntries(
    reasons
      .map((reason) => [reason, samples.get(`poll_errors_total{reason="${reason}",target="${target}"}`)] as const)
      .filter(([, count]) => count !== undefined && count !== 0)
  )

const sumOf = (counts: ReadonlyArray<number | undefined>) =>
  counts.reduce<number>((sum, count) => sum + (count ?? 0), 0)

const lines = (target: string) => daemon.stderr.split("\n").filter((line) => `${line} `.includes(` target=${target} `))

describe("one daemon, with all faults of upstreams and clients at once", () => {
  test.each(Object.entries(outcomes))("%s: %s", async (target, outcome) => {
    const samples = await scrape(daemon.url)
    const polls = own(samples, "polls_total", target)
    const up = own(samples, "poll_up", target)
    const series = own(samples, "poll_series", target)
    const polled = [...samples.keys()].filter((series) => series.includes(`fault="${target}"`))
    const failed = typeof outcome === "string"
    expect(up).toBe(failed ? 0 : 1)
    expect(errors(samples, target)).toEqual(failed ? { [outcome]: polls } : {})
    expect([series, polled.length]).toEqual(failed ? [0, 0] : [outcome, outcome])
    expect(lines(target).map((line) => /message="([^"]*)".* reason=(\w+)/.exec(line)?.slice(1))).toEqual(
      failed ? [["target down", outcome]] : []
    )
  })

  test("a fault at any step fails the poll with the reason of the fault, and the message names the step", async () => {
    const samples = await scrape(daemon.url)
    for (const { name, reasons, step, series, dropped } of steps) {
      const polls = own(samples, "polls_total", name)
      const found = errors(samples, name)
      expect(
        Object.keys(found).filter((reason) => !reasons.includes(reason)),
        name
      ).toEqual([])
      expect(sumOf(Object.values(found)), name).toBe(reasons.length === 0 ? 0 : polls)
      expect([own(samples, "poll_up", name), own(samples, "poll_series", name)], name).toEqual([
        reasons.length === 0 ? 1 : 0,
        series
      ])
      const lost = samples.get(`poll_samples_dropped_total{reason="detail",target="${name}"}`)
      expect(lost ?? 0, name).toBe(dropped * (polls ?? 0))
      const down = lines(name).map((line) => /"target down".* error="?([^"]*)/.exec(line)?.[1] ?? line)
      expect(down, name).toEqual(reasons.length === 0 ? [] : [expect.stringMatching(step)])
    }
  })

  test("no more sockets than targets, and no more files", async () => {
    const targets = Object.keys(outcomes).length + 2 * steps.length
    expect(await upstream.openSockets()).toBeLessThanOrEqual(targets)
    expect(readdirSync(`/proc/${daemon.child.pid}/fd`).length).toBeLessThan(targets + 40)
  })

  test("no more memory than a few responses of the maximum length", () => {
    const status = readFileSync(`/proc/${daemon.child.pid}/status`, "utf8")
    const megabytes = Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) / 1000
    expect(megabytes).toBeLessThan(600)
  })

  test("the process is healthy and serves its pages", async () => {
    expect((await fetch(`${daemon.url}/healthz`)).status).toBe(200)
    expect((await fetch(`${daemon.url}/`)).status).toBe(200)
    samplesOf(await (await fetch(`${daemon.url}/metrics`)).text())
  })

  test("after the faults, all targets are up again, with one line each", async () => {
    for (const name of Object.keys(outcomes)) upstream.also[name] = faults.good
    recover(upstream)
    // logins wait for the end of their pause
    const failed = steps.flatMap(({ name, reasons, login }) =>
      reasons.length > 0 && login === undefined ? [name] : []
    )
    const down = Object.entries(outcomes).filter(([, outcome]) => typeof outcome === "string")
    for (const target of [...down.map(([name]) => name), ...failed]) {
      await daemon.line(new RegExp(`message="target up".* target=${target}( |$)`))
      expect(lines(target)).toHaveLength(2)
    }
  })
})
