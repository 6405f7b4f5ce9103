import { readFileSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Faulty, startFaulty } from "../client/faulty.ts"
import { Program, startDaemon } from "./program.ts"
import { scrape } from "./samples-of-page.ts"
import { configuration } from "./temporary-config.ts"

let upstream: Faulty
beforeAll(async () => {
  upstream = await startFaulty()
})
afterAll(() => upstream[Symbol.asyncDispose]())

/** Names that every object of JavaScript has. */
const codings = ["coding_constructor", "coding_proto", "coding_to_string"]

const wrongCoding = "the response has a content-encoding that was not asked for"

describe.each(codings)("%s crashes no command", (fault) => {
  test("once", async () => {
    const config = configuration({ targets: [{ name: "a", url: `${upstream.url}/${fault}` }] })
    const { code, stderr } = await new Program(["once", "--config", config]).ended
    expect([code, stderr]).toEqual([1, `a: connection: ${wrongCoding}\n`])
  })

  test("init", async () => {
    const { code, stderr } = await new Program(["init", `${upstream.url}/${fault}`]).ended
    expect([code, stderr]).toEqual([1, `${upstream.url}/${fault}: ${wrongCoding}\n`])
  })

  test("a daemon whose list of targets comes with it", async () => {
    const config = configuration({
      targets: [{ name: "a", url: `${upstream.url}/good` }],
      targets_from: [{ http: { url: `${upstream.url}/${fault}` }, refresh: "1s" }]
    })
    const daemon = await startDaemon(["--config", config])
    try {
      await daemon.line(new RegExp(wrongCoding))
      await expect.poll(async () => (await scrape(daemon.url)).get('poll_up{target="a"}'), { timeout: 20_000 }).toBe(1)
    } finally {
      expect((await daemon.stop()).code).toBe(0)
    }
  })
})

/** The most resident memory that a process ever had, in megabytes. */
const peak = (pid: number | undefined) =>
  Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) / 1000

/** The outcome of the first poll of one target, and the memory that it took. */
const firstPoll = async (target: object, env: NodeJS.ProcessEnv = {}) => {
  const daemon = await startDaemon(["--config", configuration({ targets: [{ name: "a", ...target }] })], { env })
  try {
    const before = peak(daemon.child.pid)
    const [, reason, message] = await daemon.line(/message="target down".* reason=(\w+) error="(.*)"/)
    return { reason, message, megabytes: peak(daemon.child.pid) - before }
  } finally {
    expect((await daemon.stop()).code).toBe(0)
  }
}

describe("a response costs no more memory than its bytes allow", () => {
  test("in chunks of one byte", async () => {
    const { reason, megabytes } = await firstPoll({
      url: `${upstream.url}/one_byte_chunks`,
      interval: "20s",
      timeout: "20s",
      max_body: "2MB"
    })
    expect(reason).toBe("too_large")
    expect(megabytes).toBeLessThan(200)
  })

  test("whatever Content-Length announces, under any max_body", async () => {
    const target = { url: `${upstream.url}/announces_100_gb`, max_body: "200GB" }
    const { reason, message, megabytes } = await firstPoll(target)
    expect([reason, message]).toEqual(["connection", "the connection was closed in the middle of the response"])
    expect(megabytes).toBeLessThan(200)
  })
})

test("a text of 4 MB that is a label of 10,000 rows fails the poll, before it is written 10,000 times", async () => {
  const rows = Array.from({ length: 10_000 }, (_, n) => ({ id: n, value: n }))
  const document = JSON.stringify({ text: "x".repeat(4_000_000), rows })
  upstream.also.text = (response) => void response.end(document)
  const labels_from = { id: "id", text: "$.text" }
  for (const duplicates of ["first", "sum"]) {
    const metrics = { row_value: duplicates === "sum" ? { value: "value", duplicates } : "value" }
    const each = [{ path: "rows[*]", labels_from, metrics }]
    const found = await firstPoll({ url: `${upstream.url}/text`, interval: "20s", timeout: "20s", each })
    expect([found.reason, found.message]).toEqual([
      "too_large",
      "the lines of the series are longer than 11 MB: does a label take a long text?"
    ])
    expect(found.megabytes).toBeLessThan(400)
  }
})

test("paths that visit each node of 100,000 levels for each of them fail the poll, within a heap of 300 MB", async () => {
  upstream.also.deepest = (response) => void response.end(`${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`)
  const metrics = { node_count: { value: { count: "$..*..*" } } }
  const target = { url: `${upstream.url}/deepest`, interval: "20s", timeout: "20s", metrics }
  const { reason, message } = await firstPoll(target, { NODE_OPTIONS: "--max-old-space-size=300" })
  expect(reason).toBe("too_large")
  expect(message).toContain("the paths of the mapping visit too much of the response")
})

/** Texts of 6 MB whose values would take 20 to 130 times as much memory. */
const costly = {
  brackets: () => "[".repeat(6_000_000),
  objects: () => `[${"{},".repeat(2_000_000)}0]`
}

test.each(Object.entries(costly))("6 MB of %s, three at once, fit into a heap of 300 MB", async (name, text) => {
  const body = text()
  upstream.also[name] = (response) => void response.end(body)
  const targets = ["a", "b", "c"].map((target) => ({
    name: target,
    url: `${upstream.url}/${name}`,
    interval: "4s",
    timeout: "4s",
    labels: { target }
  }))
  const env = { NODE_OPTIONS: "--max-old-space-size=300" }
  const daemon = await startDaemon(["--config", configuration({ targets })], { env })
  try {
    for (const { name } of targets) {
      await daemon.line(new RegExp(`"target down" target=${name} reason=too_large error="the values in the response`))
    }
    expect(peak(daemon.child.pid)).toBeLessThan(450)
  } finally {
    expect((await daemon.stop()).code).toBe(0)
  }
})

test.each([204, 304])("a %d with a Content-Length has no body, not even that of another response", async (status) => {
  upstream.also.secret = (response) => void response.end(`{"thief":4242,"pad":"${"x".repeat(2000)}"}`)
  // the server never ends the response, so it would not answer the next request of this connection
  upstream.also.bodiless = (_response, socket) =>
    void socket.write(`HTTP/1.1 ${status} X\r\nConnection: close\r\nContent-Length: 2100\r\n\r\n`)
  const quick = { interval: "200ms", timeout: "200ms", stale_after: "1m" }
  const config = configuration({
    targets: [
      { name: "a", url: `${upstream.url}/secret`, ...quick, labels: { from: "a" } },
      { name: "b", url: `${upstream.url}/bodiless`, ...quick, labels: { from: "b" }, accept_status: [`${status}`] }
    ]
  })
  const daemon = await startDaemon(["--config", config])
  try {
    const polls = async () => (await scrape(daemon.url)).get('poll_errors_total{reason="not_json",target="b"}')
    await expect.poll(polls, { timeout: 20_000 }).toBeGreaterThan(5)
    const samples = await scrape(daemon.url)
    expect(samples.get('upstream_thief{from="a"}')).toBe(4242)
    expect(samples.get('poll_series{target="b"}')).toBe(0)
  } finally {
    await daemon.stop()
  }
})
