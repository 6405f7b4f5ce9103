import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { hashSync } from "bcryptjs"
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { Program, program, startDaemon } from "./program.ts"
import { configuration } from "./temporary-config.ts"
import { startUpstream } from "./test-upstream.ts"

const status = async (...args: ReadonlyArray<string>) => new Program(["status", ...args]).ended

// biome-ignore lint/suspicious/noExplicitAny: the test is about the shape of this JSON
const getJson = async (url: string): Promise<any> => (await fetch(url)).json()

/** Daemons of the same targets: one that is open to all, and one that asks for a password. */
let [open, guarded] = [{ addr: "", url: "" }, { addr: "" }]

/** What runs until the end of the file. */
const started = new AsyncDisposableStack()
afterAll(() => started.disposeAsync())

/** Starts a daemon whose targets are up, down, and up with a dropped sample, and waits for their first polls. */
const start = async (...flags: ReadonlyArray<string>) => {
  const upstream = await startUpstream((request, response) => {
    if (request.url === "/down") return void response.writeHead(503).end()
    response.end(JSON.stringify({ depth: request.url === "/part" ? "many" : 7 }))
  })
  started.use(upstream)
  const target = (name: string, path: string) => ({
    name,
    url: `${upstream.url}/${path}`,
    labels: { n: name },
    metrics: { shop_depth: "depth" }
  })
  const targets = [target("node-10", "up"), target("node-9", "up"), target("shop", "down"), target("blog", "part")]
  const daemon = await startDaemon(["--config", configuration({ defaults: { interval: "10m" }, targets }), ...flags])
  started.defer(() => void daemon.child.kill("SIGKILL"))
  const headers = { authorization: `Basic ${btoa("alice:sesame")}` }
  while ((await fetch(`${daemon.url}/readyz`, { headers })).status !== 200) await sleep(50)
  return { addr: `127.0.0.1:${daemon.port}`, url: daemon.url }
}

beforeAll(async () => {
  const web = configuration({ basic_auth_users: { alice: hashSync("sesame", 4) } })
  ;[open, guarded] = await Promise.all([start(), start("--web-config", web)])
})

test("prints a table: what is down first, names by their numbers", async () => {
  const { addr } = open
  const { stdout, code } = await status("--addr", addr)
  const lines = stdout.trimEnd().split("\n")
  expect(lines[0]).toMatch(/^STATE +TARGET +LAST POLL +TOOK +SERIES +REASON$/)
  expect(lines.slice(1).map((line) => line.split(/ +/).slice(0, 2).join(" "))).toEqual([
    "down shop",
    "partial blog",
    "up node-9",
    "up node-10"
  ])
  expect(lines[1]).toMatch(/ago +\d+ m?s +0 +status 503 \(since .*, 1 polls\)$/)
  expect(lines[2]).toMatch(/1 samples dropped$/)
  expect(code).toBe(0)
  const down = await status("--addr", addr, "--show", "down")
  expect(down.stdout.trimEnd().split("\n")).toHaveLength(2)
})

test("prints one target in detail, and JSON for scripts", async () => {
  const { addr, url } = open
  const { stdout } = await status("--addr", addr, "blog")
  expect(stdout).toMatch(/^state +partial$/m)
  expect(stdout).toMatch(/^dropped +not_a_number: shop_depth: depth of \$, found "many"$/m)
  expect(stdout).toMatch(/^curl +curl --silent .*\/part'$/m)
  const json = await status("--addr", addr, "--json")
  const direct = await getJson(`${url}/api/targets`)
  expect(JSON.parse(json.stdout).targets.map(({ name }: { readonly name: string }) => name)).toEqual(
    direct.targets.map(({ name }: { readonly name: string }) => name)
  )
})

test("/api/targets has the documented keys, and nothing secret", async () => {
  const { url } = open
  const { targets } = await getJson(`${url}/api/targets`)
  expect(targets.find(({ name }: { readonly name: string }) => name === "shop")).toMatchObject({
    name: "shop",
    state: "down",
    mapping: null,
    interval_seconds: 600,
    outage: { reason: "status", error: "status 503", failed_polls: 1 },
    last_poll: { outcome: "failed", status: 503, series: null, dropped: 0, reason: "status" },
    last_success: null,
    paused_until: null,
    series: 0,
    polls: 1,
    failed_polls: 1
  })
  const details = await getJson(`${url}/api/targets/node-9`)
  expect(details).toMatchObject({
    state: "up",
    last_request: { status: 200, address: "127.0.0.1", connection_reused: expect.any(Boolean) },
    problems: [],
    last_polls: [{ outcome: "good", series: 1 }]
  })
  expect(details.last_request.times.end).toBeGreaterThanOrEqual(details.last_request.times.firstByte)
  const only = await getJson(`${url}/api/targets?state=partial`)
  expect(only.targets).toHaveLength(1)
  const missing = await fetch(`${url}/api/targets/nope`)
  expect([missing.status, await missing.json()]).toEqual([404, { error: 'no target "nope"' }])
})

test("sends a password", async () => {
  const folder = temporaryFolder()
  writeFileSync(join(folder, "password"), "sesame\n")
  const { addr } = guarded
  const refused = await status("--addr", addr)
  expect([refused.code, refused.stderr]).toEqual([
    1,
    `http://${addr}/api/targets: the pages need a password: --basic USER:FILE\n`
  ])
  const { stdout, code } = await status("--addr", addr, "--basic", `alice:${join(folder, "password")}`)
  expect([code, stdout.split("\n").length]).toEqual([0, 6])
})

test("connects to the socket that the unit listens on", async () => {
  const folder = temporaryFolder()
  const socket = join(folder, "poller.sock")
  const script = `
import os, socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
s.bind(sys.argv[1])
s.listen()
os.dup2(s.fileno(), 3)
os.set_inheritable(3, True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="poller.socket")
os.execvp(sys.argv[2], sys.argv[2:])`
  const daemon = new Program(["-c", script, socket, ...program, "--target", "http://127.0.0.1:1/"], {
    command: "python3"
  })
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  await daemon.line(/message=polling/)
  const { stdout, code } = await status("--addr", socket)
  expect(stdout).toContain("127.0.0.1:1")
  expect(code).toBe(0)
})

test.each([
  [
    "nobody there",
    () => ["--addr", "127.0.0.1:1"],
    /^http:\/\/127\.0\.0\.1:1\/api\/targets: connect ECONNREFUSED.*\n$/,
    1
  ],
  ["no address", () => ["--addr", "x"], /^--addr x: expected HOST:PORT.*\n$/, 78],
  ["no file", () => ["--basic", "alice"], /^--basic: expected USER:FILE\n$/, 78]
])("%s is one line", async (_what, args, line, code) => {
  const ended = await status(...args())
  expect(ended.stderr).toMatch(line)
  expect(ended.code).toBe(code)
})

test("another server, and an unknown target, are one line", async () => {
  const server = createServer((_request, response) => response.end("hello"))
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => void server.close())
  const address = server.address()
  const port = typeof address === "object" ? address?.port : 0
  expect((await status("--addr", `127.0.0.1:${port}`)).stderr).toBe(
    `http://127.0.0.1:${port}/api/targets: the response is not JSON: is this a poller?\n`
  )
  const { addr } = open
  expect((await status("--addr", addr, "nope")).stderr).toBe(`http://${addr}/api/targets/nope: no target nope\n`)
})

test("another server that has the port, and sends something else or without end, is an error of one line", async () => {
  const answers: Readonly<Record<string, string>> = { "/api/targets": '{"targets":[null]}', "/api/targets/a": "[]" }
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ""]
    if (answer !== undefined) return void response.end(answer)
    const chunk = Buffer.alloc(1_000_000, "x")
    const write = () => {
      while (!response.destroyed && response.write(chunk));
      response.once("drain", write)
    }
    write()
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const addr = ["--addr", `127.0.0.1:${port}`]
  const foreign = "the response does not describe targets: is this a poller of this version?"
  expect(await status(...addr)).toMatchObject({ code: 1, stderr: `${url}/api/targets: ${foreign}\n` })
  expect(await status(...addr, "a")).toMatchObject({ code: 1, stderr: `${url}/api/targets/a: ${foreign}\n` })
  const endless = /^http:\S+: (the response is longer than 100 MB: is this a poller\?|no response in 5 seconds)\n$/
  for (const program of [new Program(["healthcheck", ...addr]), new Program(["status", ...addr, "endless"])]) {
    expect(await program.ended).toMatchObject({ code: 1, stderr: expect.stringMatching(endless) })
  }
})
