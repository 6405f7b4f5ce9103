import { execFileSync } from "node:child_process"
import { once } from "node:events"
import { expect, onTestFinished, test } from "vitest"
import { type Faulty, faults, startFaulty } from "../client/faulty.ts"
import { freePort } from "../free-port.ts"
import { Program, program, startDaemon } from "./program.ts"
import { scrape } from "./samples-of-page.ts"
import { configuration } from "./temporary-config.ts"

const started = async (): Promise<Faulty> => {
  const upstream = await startFaulty()
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  return upstream
}

const killedAtEnd = <A extends Program>(program: A): A => {
  onTestFinished(() => void program.child.kill("SIGKILL"))
  return program
}

/** Starts the built daemon by a shell, with redirections. */
const inShell = (script: (poller: string) => string) =>
  killedAtEnd(new Program(["-c", script(`exec ${program.join(" ")}`)], { command: "/bin/sh" }))

const requests = (upstream: Faulty, n: number) =>
  expect.poll(() => upstream.requests.length, { timeout: 20_000, interval: 20 }).toBeGreaterThanOrEqual(n)

test("out of file descriptors, the daemon keeps running and polls again when it can", async () => {
  const upstream = await started()
  const targets = Array.from({ length: 100 }, (_, i) => {
    upstream.also[`t${i}`] = faults.hang
    return { name: `t${i}`, url: `${upstream.url}/t${i}`, labels: { n: String(i) } }
  })
  const file = configuration({ defaults: { interval: "2s", timeout: "1900ms" }, targets })
  const daemon = killedAtEnd(await startDaemon(["--config", file]))
  // after the start, because poller stays within the limit that it finds at its start
  execFileSync("prlimit", ["--pid", String(daemon.child.pid), "--nofile=64"])
  await daemon.line(/target down.* reason=connection error=".*EMFILE/)
  for (const { name } of targets)
    upstream.also[name] = (response) => void response.setHeader("connection", "close").end("{}")
  const up = async () =>
    [...(await scrape(daemon.url))].filter(([series, value]) => series.startsWith("poll_up{") && value === 1)
  await expect.poll(async () => (await up()).length, { timeout: 20_000, interval: 200 }).toBe(100)
  const { code } = await daemon.stop()
  expect(code).toBe(0)
})

test.each([
  ["a full disk under its log", "2>/dev/full"],
  ["a full disk under all its output", ">/dev/full 2>&1"],
  ["its log closed", "2>&-"],
  ["all its output and its input closed", "<&- >&- 2>&-"]
])("with %s it polls and serves as usual", async (_what, redirection) => {
  const upstream = await started()
  const port = await freePort()
  const daemon = inShell(
    (poller) =>
      `${poller} run --addr 127.0.0.1:${port} --target ${upstream.url}/flapping --interval 50ms --timeout 40ms ${redirection}`
  )
  let answers = 0
  upstream.also.flapping = (...exchange) => (answers++ % 2 === 0 ? faults.status_500 : faults.good)(...exchange)
  await requests(upstream, 20)
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200)
  expect((await daemon.stop()).code).toBe(0)
})

test("the daemon polls and serves after the reader of its log has gone", async () => {
  const upstream = await started()
  upstream.also.flapping = (...exchange) =>
    (upstream.requests.length % 2 === 0 ? faults.status_500 : faults.good)(...exchange)
  const daemon = killedAtEnd(
    await startDaemon(["--target", `${upstream.url}/flapping`, "--interval", "50ms", "--timeout", "40ms"])
  )
  daemon.child.stderr?.destroy()
  daemon.child.stdout?.destroy()
  await requests(upstream, 20)
  expect((await fetch(`${daemon.url}/healthz`)).status).toBe(200)
  daemon.child.kill("SIGTERM")
  expect(await once(daemon.child, "exit")).toEqual([0, null])
})

test("after SIGSTOP and SIGCONT, the daemon skips the ticks that it missed", async () => {
  const upstream = await started()
  const interval = 200
  const daemon = killedAtEnd(
    await startDaemon(["--target", `${upstream.url}/good`, "--interval", `${interval}ms`, "--timeout", "100ms"])
  )
  await requests(upstream, 3)
  daemon.child.kill("SIGSTOP")
  await new Promise((resolve) => setTimeout(resolve, 20 * interval))
  const before = upstream.requests.length
  const start = performance.now()
  daemon.child.kill("SIGCONT")
  await requests(upstream, before + 5)
  const intervals = (performance.now() - start) / interval
  // the poll that was due, then one at each tick
  expect(upstream.requests.length - before).toBeLessThanOrEqual(Math.ceil(intervals) + 1)
  const samples = await scrape(daemon.url)
  const skipped = [...samples].find(([series]) => series.startsWith("poll_ticks_skipped_total"))?.[1]
  expect(skipped).toBeGreaterThanOrEqual(18)
  expect((await fetch(`${daemon.url}/healthz`)).status).toBe(200)
})

test("a million keys fail the poll and delay the pages only for a moment", async () => {
  const upstream = await started()
  const document = `{${Array.from({ length: 1_000_000 }, (_, i) => `"k${i}":1`).join()}}`
  upstream.also.keys = (response) => void response.end(document)
  const daemon = killedAtEnd(
    await startDaemon(["--target", `${upstream.url}/keys`, "--interval", "60s", "--timeout", "30s"])
  )
  await daemon.line(/target down.* reason=too_many_series error="the response yields more than max_series 10000"/)
  expect((await fetch(`${daemon.url}/healthz`)).status).toBe(200)
})

test("Retry-After skips ticks", async () => {
  const upstream = await started()
  upstream.also.busy = (response) => void response.writeHead(503, { "retry-after": "2" }).end()
  const daemon = killedAtEnd(
    await startDaemon(["--target", `${upstream.url}/busy`, "--interval", "100ms", "--timeout", "90ms"])
  )
  await requests(upstream, 1)
  const start = performance.now()
  await requests(upstream, 2)
  expect(performance.now() - start).toBeGreaterThan(1900)
  expect(daemon.stderr.match(/target down/g)).toHaveLength(1)
})
