import { expect, onTestFinished, test } from "vitest"
import { startFaulty } from "../client/faulty.ts"
import { startDaemon } from "./program.ts"
import { scrape } from "./samples-of-page.ts"
import { configuration } from "./temporary-config.ts"

/** An upstream whose response has an ETag, and a daemon that polls it. `conditions` are its If-None-Match headers. */
const scene = async (body: string) => {
  const upstream = await startFaulty()
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  upstream.also.versioned = (response, _socket, { headers }) => {
    const same = headers["if-none-match"] === '"1"'
    response.writeHead(same ? 304 : 200, { etag: '"1"' }).end(same ? undefined : body)
  }
  const target = { name: "shop", url: `${upstream.url}/versioned`, interval: "250ms", stale_after: "1s" }
  const daemon = await startDaemon(["--config", configuration({ targets: [target] })])
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  const polls = (n: number) =>
    expect.poll(() => upstream.requests.length, { timeout: 20_000, interval: 20 }).toBeGreaterThanOrEqual(n)
  const conditions = () => upstream.requests.map(({ headers }) => headers["if-none-match"])
  return { upstream, daemon, polls, conditions }
}

test("an unchanged response is a good poll and keeps its series", async () => {
  const { daemon, polls, conditions } = await scene('{"depth":7}')
  await polls(8)
  expect(conditions().slice(0, 3)).toEqual([undefined, '"1"', '"1"'])
  const samples = await scrape(daemon.url)
  expect(samples.get("upstream_depth")).toBe(7)
  expect(samples.get('poll_up{target="shop"}')).toBe(1)
  expect(samples.get('poll_series{target="shop"}')).toBe(1)
})

test("after a response that was not usable, the next request is unconditional", async () => {
  const { daemon, polls, conditions } = await scene("<html>")
  await polls(5)
  expect(new Set(conditions())).toEqual(new Set([undefined]))
  expect((await scrape(daemon.url)).get('poll_up{target="shop"}')).toBe(0)
})

test("after an outage in which the series expired, the next request is unconditional", async () => {
  const { upstream, daemon, polls, conditions } = await scene('{"depth":7}')
  await polls(3)
  const versioned = upstream.also.versioned
  upstream.also.versioned = (response) => void response.writeHead(500).end()
  await daemon.line(/target down/)
  await expect
    .poll(() => scrape(daemon.url).then((samples) => samples.has("upstream_depth")), { timeout: 5000 })
    .toBe(false)
  if (versioned !== undefined) upstream.also.versioned = versioned
  const before = upstream.requests.length
  await daemon.line(/target up/)
  expect(conditions()[before]).toBeUndefined()
  expect((await scrape(daemon.url)).get("upstream_depth")).toBe(7)
})
