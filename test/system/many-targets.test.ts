import { readFileSync, renameSync, writeFileSync } from "node:fs"
import * as http from "node:http"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { Program, startDaemon } from "./program.ts"
import { json, startUpstream } from "./test-upstream.ts"

const folder = temporaryFolder()

const mappings = (help: string) => ({ node: { metrics: { node_up: { value: "up", help } } } })
const address = (index: number) => `127.0.0.1:${10_000 + (index % 50_000)}`
const defaults = { interval: "10m", timeout: "1s" }

/** Writes a configuration as YAML, which takes longest to read. */
const write = (name: string, count: number, help: string) => {
  const targets = Array.from(
    { length: count },
    (_, i) => `  - { name: t${i}, url: "http://${address(i)}/v1", labels: { i: "${i}" }, mapping: node }`
  )
  const head = [`defaults: ${JSON.stringify(defaults)}`, `mappings: ${JSON.stringify(mappings(help))}`, "targets:"]
  writeFileSync(join(folder, `${name}.tmp`), `${[...head, ...targets].join("\n")}\n`)
  renameSync(join(folder, `${name}.tmp`), join(folder, name))
  return join(folder, name)
}

const start = async (...args: ReadonlyArray<string>) => {
  const daemon = await startDaemon(args)
  onTestFinished(() => daemon.stop("SIGKILL").then(() => undefined))
  return daemon
}

const value = (pid: number | undefined, key: string) =>
  Number(new RegExp(`^${key}:\\s+(\\d+)`, "m").exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1])

/** Milliseconds of processor time that the main thread of a process has had. */
const processorTime = (pid: number | undefined) => {
  const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, "utf8")
  const [, , , , , , , , , , , user = "", system = ""] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  // in ticks of 10 ms
  return (Number(user) + Number(system)) * 10
}

/**
 * The longest wait for /healthz while something happens, in milliseconds of processor time of the daemon's main thread:
 * the time on the clock would depend on what else the machine does.
 */
const longestWait = async ({ url, child: { pid } }: Awaited<ReturnType<typeof start>>, happening: Promise<unknown>) => {
  const agent = new http.Agent({ keepAlive: true })
  const ask = () =>
    new Promise<number>((resolve, reject) => {
      const begin = processorTime(pid)
      http
        .get(`${url}/healthz`, { agent }, (response) =>
          response.resume().on("end", () => resolve(processorTime(pid) - begin))
        )
        .on("error", reject)
    })
  let done = false
  const end = () => {
    done = true
  }
  happening.then(end, end)
  let longest = 0
  while (!done) {
    longest = Math.max(longest, await ask())
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  agent.destroy()
  await happening
  return longest
}

test("10,000 targets are read and reloaded without blocking the event loop", async () => {
  const config = write("poller.yml", 10_000, "Up.")
  const daemon = await start("--config", config)
  for (const [help, line] of [
    ["Up.", /reloaded.* changed=0/],
    ["Other.", /reloaded.* changed=10000/]
  ] as const) {
    write("poller.yml", 10_000, help)
    daemon.child.kill("SIGHUP")
    const longest = await longestWait(daemon, daemon.line(line))
    console.log(`reload (${help}): /healthz waited for ${Math.round(longest)} ms of processor time at most`)
    // 4,800 ms when it was read in the event loop. The bound has room for a machine that does other things as well.
    expect(longest).toBeLessThan(300)
  }
}, 60_000)

test("a list of 300,000 targets is refused, and the last good list stays", async () => {
  const target = await startUpstream(json({ up: 1 }))
  onTestFinished(() => target[Symbol.asyncDispose]())
  const { host } = new URL(target.url)
  const inventory = await startUpstream(json([{ targets: [host] }]))
  onTestFinished(() => inventory[Symbol.asyncDispose]())
  const config = join(folder, "listed.yml")
  const source = { name: "inventory", http: inventory.url, refresh: "1s", mapping: "node" }
  writeFileSync(config, JSON.stringify({ mappings: mappings("Up."), targets_from: source }))
  const daemon = await start("--config", config)
  await target.request(1)
  const before = value(daemon.child.pid, "VmRSS")
  const list = JSON.stringify([{ targets: Array.from({ length: 300_000 }, (_, i) => address(i)) }])
  inventory.answer = (_request, response) => void response.setHeader("content-type", "application/json").end(list)
  const longest = await longestWait(
    daemon,
    daemon.line(/targets_from failed.* lists 300000 targets, more than max_targets 10000/)
  )
  console.log(`list: /healthz waited for ${Math.round(longest)} ms of processor time at most`)
  expect(longest).toBeLessThan(300)
  expect(value(daemon.child.pid, "VmHWM") - before).toBeLessThan(400_000)
  const page = await (await fetch(`${daemon.url}/metrics`)).text()
  expect(page).toContain(`poll_up{target="${host}"} 1\n`)
  expect(page).toContain('poller_targets_from_targets{source="inventory"} 1\n')
  expect(page).toContain('poller_targets_from_problems{source="inventory"} 1\n')
}, 60_000)

test("check warns of files that together list more than max_targets", async () => {
  const config = join(folder, "files.yml")
  for (const name of ["a", "b"])
    writeFileSync(join(folder, `list-${name}.json`), JSON.stringify([{ targets: ["a:1", `${name}:2`] }]))
  const source = { name: "files", files: ["list-*.json"], max_targets: 3, mapping: "node" }
  writeFileSync(config, JSON.stringify({ mappings: mappings("Up."), targets_from: source }))
  expect(await new Program(["check", config]).ended).toMatchObject({
    code: 0,
    stdout: "0 targets, no problems\n",
    stderr: "files: warning: its files list 4 targets, more than max_targets 3\n"
  })
})

/** Short lists whose targets would take far more memory than the lists: each target has what its group shares. */
const amplified = {
  "a label of 1 MB": { big: "x".repeat(1_000_000) },
  "10,000 labels": Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`label_${n}`, "x"])),
  "a path of 1 MB": { __metrics_path__: `/${"x".repeat(1_000_000)}` },
  "100,000 parameters": Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`__param_${n}`, "x"])),
  "2,000 characters": { big: "x".repeat(2000) }
}

test.each(Object.entries(amplified))(
  "10,000 targets that share %s are refused before they take memory, and the last list stays",
  async (_name, labels) => {
    const upstream = await startUpstream(json({ up: 1 }))
    onTestFinished(() => upstream[Symbol.asyncDispose]())
    const config = join(folder, "shared.json")
    const list = join(folder, "shared-list.json")
    const { host } = new URL(upstream.url)
    writeFileSync(list, JSON.stringify([{ targets: [host] }]))
    writeFileSync(config, JSON.stringify({ defaults, targets_from: [{ name: "list", files: [list], refresh: "1s" }] }))
    const daemon = await start("--config", config)
    await daemon.line(/message=polling/)
    const before = value(daemon.child.pid, "VmHWM")
    const targets = Array.from({ length: 10_000 }, (_, index) => address(index))
    writeFileSync(`${list}.tmp`, JSON.stringify([{ targets, labels }]))
    renameSync(`${list}.tmp`, list)
    await daemon.line(/targets_from failed.* characters, more than /)
    expect((await (await fetch(`${daemon.url}/api/targets`)).json()) as unknown).toMatchObject({
      targets: [{ name: host }]
    })
    // these targets took 500 to 3,400 MB
    expect(value(daemon.child.pid, "VmHWM") - before).toBeLessThan(300_000)
    expect((await daemon.stop()).code).toBe(0)
  }
)
