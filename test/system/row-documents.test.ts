import { readFileSync, writeFileSync } from "node:fs"
import type { IncomingMessage, ServerResponse } from "node:http"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { Program, startDaemon } from "./program.ts"
import { scrape } from "./samples-of-page.ts"
import { startUpstream, type TestUpstream } from "./test-upstream.ts"

const example = join(import.meta.dirname, "../../deploy/examples/redfish")
const read = (name: string) => readFileSync(join(example, name), "utf8")

const root = "/redfish/v1"
const storage = `${root}/Systems/System.Embedded.1/Storage/RAID.Integrated.1-1`
/** The documents of the device, by path. */
const tree: Readonly<Record<string, string>> = {
  [`${root}/Chassis`]: "chassis.json",
  [`${root}/Chassis/System.Embedded.1`]: "chassis-system.json",
  [`${root}/Chassis/Enclosure.Internal.0-1`]: "chassis-enclosure.json",
  [storage]: "storage.json",
  [`${storage}/Drives/Disk.Bay.0`]: "drive-0.json",
  [`${storage}/Drives/Disk.Bay.1`]: "drive-1.json"
}

/** A device with a Redfish service. It has one or two sessions, and gives documents only to requests with a session. */
class Device {
  readonly tokens = new Map<string, string>()
  logins = 0
  /** Paths that never answer, or answer with a status. */
  readonly faults = new Map<string, "hang" | number>()
  readonly unauthorized: Array<string> = []
  /** Called with each path before it is answered. */
  onRequest: (path: string) => void = () => undefined

  answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { url = "", method } = request
    if (url === `${root}/SessionService/Sessions`) {
      const body: unknown = JSON.parse(await text(request))
      expect(body).toEqual({ UserName: "poller", Password: "swordfish" })
      const number = ++this.logins
      this.tokens.set(`${root}/SessionService/Sessions/${number}`, `hunter2-${number}`)
      const headers = { "x-auth-token": `hunter2-${number}`, location: `${root}/SessionService/Sessions/${number}` }
      return response.writeHead(201, headers).end("{}")
    }
    const token = String(request.headers["x-auth-token"])
    if (![...this.tokens.values()].includes(token)) {
      this.unauthorized.push(url)
      return response.writeHead(401).end()
    }
    if (method === "DELETE") return response.writeHead(this.tokens.delete(url) ? 204 : 404).end()
    this.onRequest(url)
    const fault = this.faults.get(url)
    if (fault === "hang") return undefined
    const file = tree[url]
    return response.writeHead(fault ?? (file === undefined ? 404 : 200)).end(file && read(file).padEnd(50_000))
  }
}

let device: Device
let upstream: TestUpstream
let folder: string
beforeEach(async () => {
  device = new Device()
  upstream = await startUpstream(device.answer)
  folder = temporaryFolder()
  writeFileSync(join(folder, "bmc-password"), "swordfish\n")
})
afterEach(() => upstream[Symbol.asyncDispose]())

/** The example's configuration for the device of the test. */
const configured = (change: (text: string) => string = (text) => text) => {
  const file = join(folder, "redfish.yaml")
  writeFileSync(file, change(read("redfish.yaml").replaceAll("https://bmc.example.com", upstream.url)))
  return file
}

const often = (text: string) =>
  text.replace("interval: 60s", "interval: 500ms").replace("interval: 5m\n    timeout: 30s", "interval: 1s")

const start = async (file: string, ...flags: ReadonlyArray<string>) => {
  const daemon = await startDaemon(["--config", file, ...flags])
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  return daemon
}

const seriesOf = (samples: ReadonlyMap<string, number>) =>
  [...samples].flatMap(([name, value]) => (name.startsWith("redfish_") ? [`${name} ${value}`] : [])).toSorted()

const wanted = (...files: ReadonlyArray<string>) =>
  files
    .flatMap((file) =>
      read(file)
        .split("\n")
        .filter((line) => line.startsWith("redfish_"))
    )
    .toSorted()

describe("the tree of a Redfish device", () => {
  test("is one session and the documents that its collections lead to; `once` prints their series", async () => {
    const { code, stdout, stderr } = await new Program(["once", "--config", configured()]).ended
    expect([code, stderr]).toEqual([0, ""])
    expect(
      stdout
        .split("\n")
        .filter((line) => line.startsWith("redfish_"))
        .toSorted()
    ).toEqual(wanted("chassis.prom", "storage.prom"))
    expect([device.logins, device.tokens.size, device.unauthorized]).toEqual([1, 0, []])
  })

  test("loses the series of a document that hangs, and no others; the page of the target says why", async () => {
    device.faults.set(`${storage}/Drives/Disk.Bay.0`, "hang")
    const daemon = await start(configured(often))
    const good = async () => (await scrape(daemon.url)).get('poll_up{target="drives"}')
    await expect.poll(good, { timeout: 10_000 }).toBe(1)
    const samples = await scrape(daemon.url)
    expect(seriesOf(samples)).toEqual(
      wanted("chassis.prom", "storage.prom").filter((line) => !line.includes("Disk.Bay.0"))
    )
    expect(samples.get('poll_samples_dropped_total{reason="detail",target="drives"}')).toBeGreaterThan(0)
    expect(samples.get('poll_samples_dropped_total{reason="detail",target="chassis"}')).toBe(0)
    expect(samples.get('poll_errors_total{reason="timeout",target="drives"}')).toBe(0)
    const page = await (await fetch(`${daemon.url}/targets/drives`)).text()
    expect(page).toMatch(/detail.*no complete response within/)
    const { code, stderr } = await daemon.stop()
    expect([code, device.tokens.size]).toEqual([0, 0])
    expect([page, stderr].join("")).not.toMatch(/hunter2|swordfish/)
  })

  test("fails as a whole if a document that has to be there fails, and names it", async () => {
    device.faults.set(`${root}/Chassis/Enclosure.Internal.0-1`, 500)
    const { code, stderr } = await new Program(["once", "--config", configured(), "--only", "chassis"]).ended
    expect([code, stderr]).toEqual([1, "chassis: status: get: document 2 of 2: status 500\n"])
  })

  test("is read with a new session when the old one ends between the list and its documents", async () => {
    let ended = false
    device.onRequest = (path) => {
      if (path === storage && !ended) device.tokens.clear()
      ended ||= path === storage
    }
    const { code, stderr } = await new Program(["once", "--config", configured(), "--only", "drives"]).ended
    expect([code, stderr]).toEqual([0, ""])
    expect(device.logins).toBe(2)
    expect(device.unauthorized.toSorted()).toEqual([`${storage}/Drives/Disk.Bay.0`, `${storage}/Drives/Disk.Bay.1`])
  })

  test("keeps its session over a reload that changes `get`", async () => {
    const file = configured(often)
    const daemon = await start(file)
    const up = async () => {
      const samples = await scrape(daemon.url)
      return ["chassis", "drives"].map((name) => samples.get(`poll_up{target="${name}"}`))
    }
    await expect.poll(up, { timeout: 10_000 }).toEqual([1, 1])
    writeFileSync(file, readFileSync(file, "utf8").replace("max: 200", "max: 1"))
    daemon.child.kill("SIGHUP")
    const [line] = await daemon.line(/"target down" target=drives .*/)
    expect(line).toContain('reason=too_large error="2 rows with a document each: get: max allows 1"')
    expect(device.logins).toBe(1)
  })

  test("with --state is on the page after a restart, with its documents, while the device is down", async () => {
    // a single target is polled at once
    const file = configured((text) => text.replace(/ {2}- name: chassis[\s\S]*?(?= {2}- name: drives)/, ""))
    const state = join(folder, "state")
    const first = await start(file, "--state", state)
    await expect.poll(async () => seriesOf(await scrape(first.url))).toEqual(wanted("storage.prom"))
    await first.stop()
    upstream.answer = (request) => void request.socket.destroy()
    const second = await start(file, "--state", state)
    await expect.poll(async () => seriesOf(await scrape(second.url))).toEqual(wanted("storage.prom"))
  })
})

test("rows that need the same document share it", async () => {
  let requests = 0
  upstream.answer = ({ url = "" }, response) => {
    if (url === "/same") requests++
    response.end(url === "/same" ? '{"load":7}' : '{"nodes":[{"id":"a"},{"id":"b"}]}')
  }
  const file = join(folder, "same.yml")
  const row = {
    path: "nodes[*]",
    labels_from: { node: "id" },
    get: { url: "/same" },
    metrics: { redfish_load: "load" }
  }
  writeFileSync(file, JSON.stringify({ targets: [{ name: "list", url: `${upstream.url}/list`, each: [row] }] }))
  const { code, stdout, stderr } = await new Program(["once", "--config", file]).ended
  expect([code, stderr, requests]).toEqual([0, "", 1])
  expect(stdout).toContain('redfish_load{node="a"} 7\nredfish_load{node="b"} 7\n')
})

test("all pages of a response are on the page after a restart", async () => {
  upstream.answer = ({ url = "" }, response) => {
    const page = Number(new URL(url, upstream.url).searchParams.get("page"))
    // the memory of a longer body is freed by its conversion
    response.end(JSON.stringify({ items: page > 3 ? [] : [{ id: `n${page}`, load: page }] }).padEnd(100_000))
  }
  const file = join(folder, "pages.yml")
  const each = [{ path: "items[*]", labels_from: { node: "id" }, metrics: { redfish_load: "load" } }]
  const pages = { param: "page", until_empty: "$.items" }
  writeFileSync(
    file,
    JSON.stringify({ targets: [{ name: "list", url: `${upstream.url}/list`, interval: "10m", pages, each }] })
  )
  const series = [1, 2, 3].map((page) => `redfish_load{node="n${page}"} ${page}`)
  const first = await start(file, "--state", join(folder, "state"))
  await expect.poll(async () => seriesOf(await scrape(first.url))).toEqual(series)
  await first.stop()
  upstream.answer = (request) => void request.socket.destroy()
  const second = await start(file, "--state", join(folder, "state"))
  await expect.poll(async () => seriesOf(await scrape(second.url))).toEqual(series)
})
