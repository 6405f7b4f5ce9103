import { mkdirSync, renameSync, unlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { Program, startDaemon } from "./program.ts"
import { noPrometheus, promtool } from "./prometheus.ts"
import { scrape } from "./samples-of-page.ts"
import { json, startUpstream, type TestUpstream } from "./test-upstream.ts"

const mappings = { node: { metrics: { node_up: { value: "up", help: "1 while the node serves." } } } }
const defaults = { interval: "500ms", timeout: "400ms", stale_after: "1m" }

/** A folder with a configuration, and what else the test puts there. */
const folderWith = (configuration: object) => {
  const folder = temporaryFolder()
  const write = (name: string, content: string | object) =>
    writeFileSync(join(folder, name), typeof content === "string" ? content : JSON.stringify(content))
  write("poller.yml", { defaults, mappings, ...configuration })
  mkdirSync(join(folder, "targets"))
  return { folder, write, config: join(folder, "poller.yml") }
}

const start = async (config: string, ...args: ReadonlyArray<string>) => {
  const daemon = await startDaemon(["--config", config, ...args])
  onTestFinished(() => daemon.stop("SIGKILL").then(() => undefined))
  return daemon
}

const startTarget = async (): Promise<TestUpstream & { readonly address: string }> => {
  const upstream = await startUpstream(json({ up: 1 }))
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  return Object.assign(upstream, { address: new URL(upstream.url).host })
}

const eventually = <A>(now: () => A | Promise<A>) => expect.poll(now, { timeout: 10_000 })

/** The series of `node_up` by their labels, in order. */
const nodes = async ({ url }: { readonly url: string }) =>
  [...(await scrape(url)).keys()].filter((series) => series.startsWith("node_up")).sort()

const series = (labels: Readonly<Record<string, string>>) =>
  `node_up{${Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`)}}`

const value = async ({ url }: { readonly url: string }, name: string) => (await scrape(url)).get(name)

const failures = ({ stderr }: Program) => stderr.split("\n").filter((line) => line.includes("targets_from"))

describe("targets from files", () => {
  const source = { files: ["targets/*.yml", "targets/more.json"], mapping: "node", name: "files" }

  test("follow the files: changed, added, renamed over and removed, while the others are polled on", async () => {
    const [a, b] = [await startTarget(), await startTarget()]
    const { folder, write, config } = folderWith({ targets_from: source })
    write("targets/a.yml", `- targets: ["${a.address}"]\n  labels: { rack: 7, __meta_zone: z }\n`)
    const daemon = await start(config)
    const instance = a.address
    await eventually(() => nodes(daemon)).toEqual([series({ instance, rack: "7" })])

    write("targets/a.yml", `- targets: ["${a.address}"]\n  labels: { rack: 8 }\n`)
    await eventually(() => nodes(daemon)).toEqual([series({ instance, rack: "8" })])
    const polls = await value(daemon, `polls_total{target="${instance}"}`)

    write("targets/b.yml", `- targets: ["${b.address}"]\n`)
    const both = [series({ instance, rack: "8" }), series({ instance: b.address })].sort()
    await eventually(() => nodes(daemon)).toEqual(both)

    write("targets/b.tmp", `- targets: ["${b.url}/stats?token=hush"]\n`)
    renameSync(join(folder, "targets/b.tmp"), join(folder, "targets/b.yml"))
    await eventually(() => nodes(daemon)).toContain(series({ instance: `${b.url}/stats` }))

    unlinkSync(join(folder, "targets/b.yml"))
    write("targets/more.json", [{ targets: [b.address], labels: { __metrics_path__: "/v1" } }])
    await eventually(() => nodes(daemon)).toEqual(both)
    expect(await value(daemon, `poll_up{target="${b.address}/v1"}`)).toBe(1)

    expect(await value(daemon, `polls_total{target="${instance}"}`)).toBeGreaterThan(polls ?? Number.NaN)
    expect(await value(daemon, 'poller_targets_from_targets{source="files"}')).toBe(2)
    expect(daemon.stderr).not.toMatch(/reload|WARN|hush/)
  })

  test("that are broken keep their last good list, which the log, a metric and the status page report until they are fixed", async () => {
    const a = await startTarget()
    const { write, config } = folderWith({ targets_from: source })
    write("targets/a.yml", `- targets: ["${a.address}"]\n`)
    const daemon = await start(config)
    const before = [series({ instance: a.address })]
    await eventually(() => nodes(daemon)).toEqual(before)
    const problems = () => value(daemon, 'poller_targets_from_problems{source="files"}')

    write("targets/a.yml", `- targets: ["${a.address}", "b:1"\n`)
    await eventually(problems).toBe(1)
    write("targets/b.yml", `- targets: ["b:1", "b 2"]\n  labels: { "9": x }\n`)
    await eventually(problems).toBe(3)
    expect(await nodes(daemon)).toEqual(before)
    const page = await (await fetch(daemon.url)).text()
    expect(page).toMatch(/targets\/a\.yml:1:12: this \[ is not closed/)
    expect(page).toMatch(/targets\/b\.yml:1:20: expected HOST:PORT or a URL/)

    write("targets/a.yml", `- targets: ["${a.address}"]\n`)
    write("targets/b.yml", "[]")
    await eventually(problems).toBe(0)
    expect(failures(daemon)).toHaveLength(4)
    expect(failures(daemon).at(-1)).toContain("targets_from good again")
    expect(daemon.stderr).not.toContain("target down")
  })

  test("may be missing at the start, with their folder, and are read when they are there", async () => {
    const a = await startTarget()
    const { folder, write, config } = folderWith({ targets_from: { files: ["later/*.json"], mapping: "node" } })
    const daemon = await start(config)
    expect((await fetch(`${daemon.url}/readyz`)).status).toBe(200)
    mkdirSync(join(folder, "later"))
    write("later/a.json", [{ targets: [a.address] }])
    await eventually(() => nodes(daemon)).toEqual([series({ instance: a.address })])
  })

  test("are read again by SIGHUP, with the sources that the configuration has then", async () => {
    const a = await startTarget()
    const { write, config } = folderWith({ targets_from: source })
    write("targets/a.yml", `- targets: ["${a.address}"]\n`)
    const daemon = await start(config)
    await eventually(() => nodes(daemon)).toHaveLength(1)
    write("poller.yml", { defaults, mappings, targets_from: [] })
    daemon.child.kill("SIGHUP")
    await daemon.line(/reloaded.*targets=0.*removed=1/)
    expect(await nodes(daemon)).toEqual([])
    expect([...(await scrape(daemon.url)).keys()].filter((name) => name.startsWith("poller_targets_from"))).toEqual([])
  })

  test("are sharded by their names", async () => {
    const targets = Array.from({ length: 12 }, (_, n) => `127.0.0.1:${n + 1}`)
    const { write, config } = folderWith({ targets_from: source })
    write("targets/a.yml", JSON.stringify([{ targets }]))
    const shards = await Promise.all(
      [0, 1].map(async (shard) => {
        const daemon = await start(config, "--shard", String(shard), "--total-shards", "2")
        return [...(await scrape(daemon.url)).keys()].flatMap((name) => /^poll_up\{target="(.*)"/.exec(name)?.[1] ?? [])
      })
    )
    expect(shards.flat().sort()).toEqual(targets.toSorted())
    for (const names of shards) expect(names).not.toEqual([])
  })

  test.skipIf(noPrometheus)("may be the files that Prometheus reads", () => {
    const { folder, write, config } = folderWith({ targets_from: source })
    write(
      "targets/a.yml",
      "- targets: [a:1, 'b:2']\n  labels: { rack: 7, version: 1.10, __metrics_path__: /v1 }\n- targets:\n    - c:3\n"
    )
    write("targets/more.json", [{ targets: ["d:4"], labels: { zone: "z" } }])
    const files = source.files.map((file) => join(folder, file))
    write("prometheus.yml", { scrape_configs: [{ job_name: "nodes", file_sd_configs: [{ files }] }] })
    const checked = promtool(["check", "config", join(folder, "prometheus.yml")])
    expect(checked).toMatchObject({ status: 0 })
    const found = promtool(["check", "service-discovery", "--timeout=1s", join(folder, "prometheus.yml"), "nodes"])
    expect(found.output).toMatch(/"instance": "a:1"[\s\S]*"version": "1\.10"/)
    return expect(new Program(["check", config]).ended).resolves.toMatchObject({
      code: 0,
      stdout: "4 targets, no problems\n"
    })
  })
})

describe("targets from a server", () => {
  const startInventory = async (...targets: ReadonlyArray<string>) => {
    const inventory = await startUpstream(json([{ targets }]))
    onTestFinished(() => inventory[Symbol.asyncDispose]())
    return inventory
  }

  test("are requested at every refresh as Prometheus does, and stay while the server is down", async () => {
    const [a, b] = [await startTarget(), await startTarget()]
    const inventory = await startInventory(a.address)
    const answer = inventory.answer
    const received: Array<readonly [string | undefined, ...ReadonlyArray<string | ReadonlyArray<string> | undefined>]> =
      []
    inventory.answer = (request, response) => {
      const { authorization, accept } = request.headers
      received.push([request.url, accept, authorization, request.headers["x-prometheus-refresh-interval-seconds"]])
      answer(request, response)
    }
    const { write, config } = folderWith({
      targets_from: {
        http: { url: `${inventory.url}/nodes?token=hush`, auth: { bearer_token_file: "token" } },
        refresh: "1s",
        mapping: "node",
        metrics_path: "/stats"
      }
    })
    write("token", "hush-hush\n")
    const daemon = await start(config)
    await eventually(() => nodes(daemon)).toEqual([series({ instance: a.address })])
    expect(received[0]).toEqual(["/nodes?token=hush", "application/json", "Bearer hush-hush", "1"])

    inventory.answer = (_request, response) => void response.writeHead(503).end()
    const line = await daemon.line(/targets_from failed.*/)
    expect(line[0]).toContain(`${inventory.url}/nodes: status 503`)
    await inventory.request(inventory.requests + 2)
    expect(await nodes(daemon)).toEqual([series({ instance: a.address })])
    expect(await value(daemon, `poller_targets_from_problems{source="${inventory.url}/nodes"}`)).toBe(1)

    inventory.answer = json([{ targets: [b.address] }])
    await eventually(() => nodes(daemon)).toEqual([series({ instance: b.address })])
    await daemon.line(/targets_from good again/)
    expect(failures(daemon)).toHaveLength(2)
    const page = await (await fetch(daemon.url)).text()
    expect(daemon.stderr + page + [...(await scrape(daemon.url)).keys()]).not.toContain("hush")
  })

  test("delay neither the start nor the stop when the server never answers", async () => {
    const inventory = await startInventory()
    inventory.answer = () => {}
    const { config } = folderWith({ targets_from: { http: inventory.url, mapping: "node" } })
    const daemon = await start(config)
    await inventory.request(1)
    const ready = await fetch(`${daemon.url}/readyz`)
    expect([ready.status, await ready.text()]).toEqual([503, `${inventory.url}/ was not asked for its targets yet\n`])
    expect((await fetch(`${daemon.url}/healthz`)).status).toBe(200)
    expect(await daemon.stop()).toMatchObject({ code: 0 })
  })
})

describe("the other commands", () => {
  const listing = async () => {
    const [a, b] = [await startTarget(), await startTarget()]
    const inventory = await startUpstream(json([{ targets: [b.address] }]))
    onTestFinished(() => inventory[Symbol.asyncDispose]())
    const sources = [
      { files: ["targets/*.yml", "none.yml"], mapping: "node" },
      { http: inventory.url, mapping: "node" }
    ]
    const { folder, write, config } = folderWith({ targets_from: sources })
    write("targets/a.yml", `- targets: ["${a.address}"]\n`)
    return { a, b, inventory, folder, write, config }
  }

  test("once reads all sources once", async () => {
    const { a, b, inventory, config } = await listing()
    const once = await new Program(["once", "--config", config]).ended
    expect(once).toMatchObject({ code: 0, stderr: "" })
    for (const { address } of [a, b]) expect(once.stdout).toContain(`${series({ instance: address })} 1\n`)
    expect(inventory.requests).toBe(1)
    const only = await new Program(["once", "--config", config, "--only", b.address]).ended
    expect(only.stdout.match(/^node_up.*$/gm)).toEqual([`${series({ instance: b.address })} 1`])
  })

  test("once prints the problems of a source, and fails", async () => {
    const { a, inventory, config } = await listing()
    inventory.answer = (_request, response) => void response.writeHead(404).end()
    const once = await new Program(["once", "--config", config]).ended
    expect(once).toMatchObject({ code: 1, stderr: `${inventory.url}/: status 404\n` })
    expect(once.stdout).toContain(`${series({ instance: a.address })} 1\n`)
  })

  test("check reads the files, and sends no request", async () => {
    const { inventory, folder, write, config } = await listing()
    const notes = `${folder}/none.yml: note: no such file: it lists no targets yet\n${inventory.url}/: note: not checked: it lists its targets over the network\n`
    expect(await new Program(["check", config]).ended).toMatchObject({
      code: 0,
      stdout: "1 target, no problems\n",
      stderr: notes
    })
    write("targets/b.yml", "- targets: [b:1]\n  labels: { 9x: y }\n- targets: b:2\n")
    write("targets/c.yml", "- targets: [c:1]\n  labels: { 9x: y }\n")
    expect(await new Program(["check", config]).ended).toMatchObject({
      code: 0,
      stdout: "1 target, no problems\n",
      stderr: `${folder}/targets/b.yml:3:12: warning: [1].targets: expected a list
${folder}/targets/c.yml:1:13: warning: labels.9x: expected a label name: letters, digits and _, no digit first, not __ first, neither le nor quantile; as in _9x
${notes}`
    })
    expect(await new Program(["check", "--strict", config]).ended).toMatchObject({ code: 78 })
    expect(inventory.requests).toBe(0)
  })
})
