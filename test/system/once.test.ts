import { readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { Program, startDaemon } from "./program.ts"
import { json, startUpstream } from "./test-upstream.ts"

const document = {
  uptime_ms: 1500,
  nodes: [
    {
      id: "n1",
      cpu: 12.5,
      disks: [
        { dev: "sda", free: 10 },
        { dev: "sdb", free: null }
      ]
    },
    { id: 9007199254740993n, cpu: "abc", disks: [] }
  ]
}
const answer = JSON.stringify(document, (_, value) => (typeof value === "bigint" ? Number(value) : value)).replace(
  "9007199254740992",
  "9007199254740993"
)

const folder = temporaryFolder()
const file = (name: string, text: string) => {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const saved = file("answer.json", answer)

const configuration = (fleet: string, shop: string) =>
  file(
    "poller.yml",
    `targets:
  - name: fleet
    url: ${fleet}
    labels: { site: ams1 }
    each:
      - path: nodes[*]
        labels_from: { node: id }
        metrics: { node_cpu_ratio: { value: cpu, scale: 0.01, help: CPU in use. } }
        each:
          - path: disks[*]
            labels_from: { device: dev }
            metrics: { node_disk_free_bytes: { value: free, help: Free disk space. } }
  - name: shop
    url: ${shop}
    metrics: { shop_uptime_seconds: { value: uptime_ms, scale: 0.001, help: Time since the start. } }
`
  )

const fleetPage = `# HELP node_cpu_ratio CPU in use.
# TYPE node_cpu_ratio gauge
node_cpu_ratio{node="n1",site="ams1"} 0.125
# HELP node_disk_free_bytes Free disk space.
# TYPE node_disk_free_bytes gauge
node_disk_free_bytes{device="sda",node="n1",site="ams1"} 10
`
const fleetProblems = `fleet: node_disk_free_bytes: missing: free of $['nodes'][0]['disks'][1]: null
fleet: node_cpu_ratio: not_a_number: cpu of $['nodes'][1]: "abc"
`
const shopPage = `# HELP shop_uptime_seconds Time since the start.
# TYPE shop_uptime_seconds gauge
shop_uptime_seconds 1.5
`

const once = (...args: ReadonlyArray<string>) => new Program(["once", ...args]).ended

const upstreamThat = async (body: string) => {
  const upstream = await startUpstream((_request, response) => response.end(body))
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  return upstream
}

/** A port of loopback on which nobody listens. */
const closedPort = () =>
  new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0))
    })
  })

test("every target is polled once: series on stdout, problems with their place and what was found on stderr", async () => {
  const upstream = await upstreamThat(answer)
  const { code, stdout, stderr } = await once("--config", configuration(upstream.url, upstream.url))
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: fleetPage + shopPage, stderr: fleetProblems })
  expect(upstream.requests).toBe(2)
})

test("a target that fails makes the exit status 1, and the others are printed", async () => {
  const upstream = await upstreamThat(answer)
  const port = await closedPort()
  const { code, stdout, stderr } = await once("--config", configuration(upstream.url, `http://127.0.0.1:${port}/`))
  expect({ code, stdout }).toEqual({ code: 1, stdout: fleetPage })
  expect(stderr).toBe(`${fleetProblems}shop: connection: connect ECONNREFUSED 127.0.0.1:${port}\n`)
})

test("--from reads a saved response for the target of --only, without the network", async () => {
  const upstream = await upstreamThat("{}")
  const config = configuration(upstream.url, upstream.url)
  const { code, stdout, stderr } = await once("--config", config, "--only", "fleet", "--from", saved)
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: fleetPage, stderr: fleetProblems })
  expect(upstream.requests).toBe(0)
})

test.each([
  [["--from", saved], 78, `--from ${saved}: one response is of one target: say which with --only NAME\n`],
  [["--only", "flet"], 78, "--only flet: there is no target of this name; did you mean fleet?\n"],
  [["--only", "fleet", "--from", "/nonexistent"], 78, "/nonexistent: cannot be read: no such file\n"],
  [
    ["--only", "fleet", "--from", file("bad.json", "{bad")],
    1,
    "fleet: not_json: the response is not JSON: expected a key at line 1, column 2\n"
  ]
])("once %j says what is wrong in a line", async (args, code, stderr) => {
  const config = configuration("http://127.0.0.1:1/", "http://127.0.0.1:1/")
  expect(await once("--config", config, ...args)).toMatchObject({ code, stdout: "", stderr })
})

test("once prints the same series of the targets as a scrape of the daemon", async () => {
  const upstream = await startUpstream(json({ uptime_ms: 1500, nodes: [] }))
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  const config = configuration(upstream.url, upstream.url)
  const daemon = await startDaemon(["--config", config, "--interval", "1s"])
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  // the first polls come within an interval
  await expect.poll(async () => (await fetch(`${daemon.url}/readyz`)).status, { timeout: 5000 }).toBe(200)
  const page = await (await fetch(`${daemon.url}/metrics`)).text()
  const { stdout } = await once("--config", config)
  expect(stdout).toBe(shopPage)
  expect(page).toContain(stdout)
})

test("--diff compares with a saved exposition and exits 1 if they differ", async () => {
  const config = configuration("http://127.0.0.1:1/", "http://127.0.0.1:1/")
  const diff = (text: string) => once("--only", "fleet", "--from", saved, "--diff", file("saved.prom", text), config)
  expect(await diff(fleetPage.replace("0.125", "0.1250"))).toMatchObject({ code: 0, stdout: "" })
  expect(await diff(fleetPage.replace("0.125", "0.5"))).toMatchObject({
    code: 1,
    stdout: '- node_cpu_ratio{node="n1",site="ams1"} 0.5\n+ node_cpu_ratio{node="n1",site="ams1"} 0.125\n'
  })
})

test("--watch prints again at each save of the response or of the configuration, with what changed marked", async () => {
  const config = configuration("http://127.0.0.1:1/", "http://127.0.0.1:1/")
  const response = file("watched.json", '{"uptime_ms":1500}')
  const program = new Program(["once", "--watch", "--only", "shop", "--from", response, config])
  onTestFinished(() => void program.child.kill("SIGKILL"))
  const shows = (text: string) => expect.poll(() => program.stdout, { timeout: 10_000 }).toContain(text)
  await shows(shopPage)
  file("watched.json", '{"uptime_ms":2500}')
  await shows("\n  # TYPE shop_uptime_seconds gauge\n- shop_uptime_seconds 1.5\n+ shop_uptime_seconds 2.5\n")
  const text = readFileSync(config, "utf8")
  writeFileSync(config, "targets: [")
  await program.line(/poller\.yml:1:/)
  writeFileSync(config, text.replace("Time since the start.", "Uptime."))
  await shows("+ # HELP shop_uptime_seconds Uptime.\n  # TYPE shop_uptime_seconds gauge\n  shop_uptime_seconds 2.5\n")
  expect(await program.stop("SIGTERM")).toMatchObject({ code: 143 })
})

test("fifty slow targets are polled at the same time", async () => {
  const waiting: Array<() => void> = []
  const upstream = await startUpstream((_request, response) => {
    waiting.push(() => response.end('{"up":1}'))
    // nobody gets a response before all have asked
    if (waiting.length === 50) for (const respond of waiting) respond()
  })
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  const targets = Array.from({ length: 50 }, (_, n) => ({
    name: `t${n}`,
    url: `${upstream.url}/${n}`,
    metrics: { [`t${n}_up`]: "up" }
  }))
  const { code, stdout } = await once(file("fifty.json", JSON.stringify({ targets })))
  expect(code).toBe(0)
  expect(stdout.match(/^t\d+_up 1$/gm)).toHaveLength(50)
})
