import { spawn } from "node:child_process"
import { once } from "node:events"
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs"
import { get, type IncomingMessage } from "node:http"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { setTimeout as sleep } from "node:timers/promises"
import { expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { Program, program, startDaemon } from "./program.ts"
import { json, startUpstream } from "./test-upstream.ts"

const folder = temporaryFolder()

/** The local TCP ports on which a process listens: its sockets among those of proc_pid_net(5). */
const listeningPorts = (pid: number | undefined) => {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`).map((fd) => /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1])
  )
  const sockets = ["tcp", "tcp6"].flatMap((name) =>
    readFileSync(`/proc/${pid}/net/${name}`, "utf8").split("\n").slice(1)
  )
  return sockets.flatMap((line) => {
    const [, local = "", , state, , , , , , inode] = line.trim().split(/\s+/)
    return state === "0A" && inodes.has(inode) ? [Number.parseInt(local.slice(local.indexOf(":") + 1), 16)] : []
  })
}

const upstreamThat = async (handler = json({ up: 1 })) => {
  const upstream = await startUpstream(handler)
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  return upstream
}

const daemonOn = async (args: ReadonlyArray<string>, env: NodeJS.ProcessEnv = {}) => {
  const daemon = await startDaemon(args, { env })
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  return daemon
}

test("SIGUSR1 does not open Node's inspector", async () => {
  const upstream = await upstreamThat()
  const daemon = await daemonOn(["--target", upstream.url])
  for (let n = 0; n < 3; n++) {
    daemon.child.kill("SIGUSR1")
    await sleep(200)
  }
  expect(listeningPorts(daemon.child.pid)).toEqual([daemon.port])
  expect((await fetch(`${daemon.url}/healthz`)).status).toBe(200)
  expect((await daemon.stop()).stderr).not.toMatch(/debugger|inspector/i)
})

test("SIGUSR1 while Node starts opens the inspector until poller has started; the executable never opens it", async () => {
  const upstream = await upstreamThat()
  let opened = 0
  for (const delay of [0, 5, 10, 15, 20, 30, 40, 60]) {
    const daemon = new Program(["run", "--addr", "127.0.0.1:0", "--target", upstream.url])
    onTestFinished(() => void daemon.child.kill("SIGKILL"))
    await once(daemon.child, "spawn")
    await sleep(delay)
    daemon.child.kill("SIGUSR1")
    // before Node has a handler the signal ends the process
    const port = await Promise.race([daemon.line(/address=127\.0\.0\.1:(\d+)/), daemon.ended.then(() => undefined)])
    if (port === undefined) continue
    await expect.poll(() => listeningPorts(daemon.child.pid), { timeout: 10_000 }).toEqual([Number(port[1])])
    const { code, stderr } = await daemon.stop()
    expect(code).toBe(0)
    if (/debugger listening/i.test(stderr)) opened++
  }
  if (process.env.EXECUTABLE === undefined) expect(opened).toBeGreaterThan(0)
  else expect(opened).toBe(0)
})

// Node itself takes these options for dist/poller.js, before the program runs
if (process.env.EXECUTABLE !== undefined)
  test.each(["--inspect=127.0.0.1:0", "--inspect-brk=127.0.0.1:0", "--inspect-wait=127.0.0.1:0"])(
    "the executable opens no port for NODE_OPTIONS=%s",
    async (option) => {
      const upstream = await upstreamThat()
      const daemon = await daemonOn(["--target", upstream.url], { NODE_OPTIONS: option })
      expect(listeningPorts(daemon.child.pid)).toEqual([daemon.port])
      expect((await daemon.stop()).stderr).not.toMatch(/debugger/i)
    }
  )

/** A configuration of many targets with long names. Each target goes down or up with every poll, and logs a line. */
const flapping = (url: string) => {
  const names = Array.from({ length: 50 }, (_, index) => `${"x".repeat(20_000)}${index}`)
  const file = join(folder, "flapping.json")
  const target = (name: string) => ({ name, url, interval: "50ms", metrics: { up_value: "up" } })
  writeFileSync(
    file,
    JSON.stringify({ targets: names.map(target).map((target, n) => ({ ...target, labels: { n: `${n}` } })) })
  )
  return file
}

test("log lines above 1 MB without a reader are dropped, and counted when the reader is back", async () => {
  let requests = 0
  const upstream = await upstreamThat((_request, response) => {
    requests += 1
    // good and bad in turn, for all targets alike
    if (Math.floor(performance.now() / 100) % 2 === 0) response.end('{"up":1}')
    else response.writeHead(500).end()
  })
  const [command, ...first] = program
  const child = spawn(
    command,
    [...first, "--config", flapping(upstream.url), "--addr", "127.0.0.1:0", "--log-format", "logfmt"],
    { env: { PATH: process.env.PATH }, stdio: ["ignore", "ignore", "pipe"] }
  )
  onTestFinished(() => void child.kill("SIGKILL"))
  let log = ""
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    log += chunk
  })
  await expect.poll(() => log, { timeout: 10_000 }).toMatch(/message=polling/)
  child.stderr.pause()
  const from = requests
  const paused = log.length
  // some hundred lines of 20 kB
  await expect.poll(() => requests - from, { timeout: 25_000, interval: 100 }).toBeGreaterThan(1500)
  child.stderr.resume()
  await expect
    .poll(() => log, { timeout: 10_000 })
    .toMatch(/level=WARN message="log lines dropped because nobody read stderr" count=\d+\n/)
  const notice = /count=(\d+)/.exec(log)
  expect(Number(notice?.[1])).toBeGreaterThan(50)
  // what was queued, in the program and in the pipe
  expect((notice?.index ?? 0) - paused).toBeLessThan(1_500_000)
  // lines are written again
  const length = log.length
  await expect.poll(() => log.slice(length), { timeout: 5000 }).toMatch(/message="target (up|down)"/)
})

test("at the limit of the heap the process dies with SIGABRT, and the client sees that its page is incomplete", async () => {
  // a page of 17 MB: more than the kernel holds for a client that does not read
  const rows = Array.from({ length: 18_000 }, (_, n) => ({ id: String(n), value: n }))
  const upstream = await upstreamThat(json({ text: "x".repeat(900), rows }))
  const config = join(folder, "page.json")
  const labels_from = { id: "id", text: "$.text" }
  const each = [{ path: "rows[*]", labels_from, metrics: { row_value: "value" } }]
  writeFileSync(config, JSON.stringify({ targets: [{ name: "rows", url: upstream.url, max_series: 20_000, each }] }))
  const env = { NODE_OPTIONS: `--require ${join(import.meta.dirname, "heap-limit.cjs")} --max-old-space-size=60` }
  const daemon = await daemonOn(["--config", config], env)
  const page = () => fetch(`${daemon.url}/metrics`).then((response) => response.text())
  await expect.poll(page, { timeout: 10_000 }).toContain("row_value{")

  const [response] = (await once(get(`${daemon.url}/metrics`), "response")) as [IncomingMessage]
  // what the kernel's buffers do not hold is not sent yet
  response.pause()
  await sleep(200)
  daemon.child.kill("SIGUSR2")
  const { signal, stderr } = await daemon.ended
  expect(signal).toBe("SIGABRT")
  expect(stderr).toContain("JavaScript heap out of memory")
  await expect(text(response)).rejects.toThrow("aborted")
})
