import { readdirSync } from "node:fs"
import type { OutgoingHttpHeaders } from "node:http"
import { describe, expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { fakeClock, noFakeClock } from "./fake-clock.ts"
import { startDaemon } from "./program.ts"
import { samplesOf } from "./samples-of-page.ts"
import { configuration } from "./temporary-config.ts"
import { type Answer, json, startUpstream } from "./test-upstream.ts"

const upstreamThat = async (answer: Answer) => {
  const upstream = await startUpstream(answer)
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  return upstream
}

const daemonOn = async (target: object, env: NodeJS.ProcessEnv, ...args: ReadonlyArray<string>) => {
  const config = configuration({ targets: [{ name: "shop", ...target }] })
  const daemon = await startDaemon(["--config", config, ...args], { env })
  onTestFinished(() => void daemon.child.kill("SIGKILL"))
  return daemon
}

type Daemon = Awaited<ReturnType<typeof daemonOn>>

const refuse =
  (status: number, headers: OutgoingHttpHeaders = {}): Answer =>
  (_request, response) =>
    void response.writeHead(status, headers).end()

/** Gets a page on a new connection: a kept one would time out when the clock jumps. */
const read = async ({ url }: Daemon, path: string) => {
  const response = await fetch(`${url}${path}`, { headers: { connection: "close" } })
  expect(response.status).toBe(200)
  return response.text()
}

const scrape = async (daemon: Daemon) => samplesOf(await read(daemon, "/metrics"))

const own = async (daemon: Daemon, name: string) => (await scrape(daemon)).get(`${name}{target="shop"}`) ?? 0

const eventually = <A>(now: () => A | Promise<A>) => expect.poll(now, { timeout: 20_000, interval: 20 })

const quick = { interval: "100ms", timeout: "90ms" }

describe.skipIf(noFakeClock)("a change of the time of day", () => {
  test.each(["-1d", "+1d"])("by %s during a pause neither prolongs nor ends the pause", async (offset) => {
    const clock = fakeClock("wall")
    const upstream = await upstreamThat(refuse(429, { "retry-after": "2" }))
    const daemon = await daemonOn({ url: upstream.url, ...quick }, clock.env)
    await upstream.request(1)
    const start = performance.now()
    clock.set(offset)
    await Promise.race([upstream.request(2), new Promise((resolve) => setTimeout(resolve, 20_000))])
    expect(performance.now() - start).toBeGreaterThan(1900)
    expect(upstream.requests).toBe(2)
    expect((await daemon.stop()).code).toBe(0)
  })

  test.each(["-1d", "+1d"])(
    "by %s affects neither the ticks, nor when series expire, nor the health",
    async (offset) => {
      const clock = fakeClock("wall")
      const upstream = await upstreamThat(json({ depth: 7 }))
      const daemon = await daemonOn(
        { url: upstream.url, ...quick, stale_after: "3s", metrics: { shop_depth: { value: "depth", help: "Depth." } } },
        clock.env
      )
      await upstream.request(3)
      clock.set(offset)
      const before = { at: performance.now(), polls: upstream.requests }
      await upstream.request(before.polls + 20)
      // 20 intervals
      expect(performance.now() - before.at).toBeGreaterThan(1850)
      expect(await read(daemon, "/healthz")).toBe("ok\n")

      upstream.answer = refuse(500)
      await daemon.line(/target down/)
      expect((await scrape(daemon)).get("shop_depth")).toBe(7)
      await eventually(async () => (await scrape(daemon)).get("shop_depth")).toBe(undefined)
      upstream.answer = json({ depth: 8 })
      const [, after] = await daemon.line(/target up.* after=(\S+|"[^"]*")/)
      expect(after).toMatch(/^"?\d{1,2}s/)
      expect((await daemon.stop()).code).toBe(0)
    }
  )

  test("during an outage does not make its length negative", async () => {
    const clock = fakeClock("wall")
    const upstream = await upstreamThat(refuse(500))
    const daemon = await daemonOn({ url: upstream.url, ...quick }, clock.env)
    await daemon.line(/target down/)
    clock.set("-40d")
    await upstream.request(upstream.requests + 3)
    for (const path of ["/", "/targets/shop", "/api/targets/shop"]) {
      const page = await read(daemon, path)
      expect(page).toMatch(/shop/)
      expect(page.replace(/<style>.*?<\/style>/s, "")).not.toMatch(/-\d+(\.\d+)? ?(ms|s|min|h|d)\b/)
    }
    upstream.answer = json({ depth: 7 })
    const [, after] = await daemon.line(/target up.* after=(\S+)/)
    expect(after).toMatch(/^\d{1,2}s?$/)
  })

  test("to the past puts saved responses into the future: they are ignored with a line, and the target is polled", async () => {
    const state = temporaryFolder()
    const clock = fakeClock("wall")
    const upstream = await upstreamThat(json({ depth: 7 }))
    const target = { url: upstream.url, interval: "1h", metrics: { shop_depth: { value: "depth", help: "Depth." } } }
    const first = await daemonOn(target, clock.env, "--state", state)
    await eventually(() => readdirSync(state).filter((name) => name.endsWith(".response")).length).toBe(1)
    expect((await first.stop()).code).toBe(0)

    clock.set("-1d")
    upstream.answer = json({ depth: 8 })
    const second = await daemonOn(target, clock.env, "--state", state)
    await second.line(/saved response ignored.* target=shop .*problem="it is from the future: the clock was set back"/)
    await eventually(async () => (await scrape(second)).get("shop_depth")).toBe(8)
    expect(second.stderr.match(/saved response ignored/g)).toHaveLength(1)
    expect(upstream.requests).toBe(2)
    expect((await second.stop()).code).toBe(0)
  })
})

describe.skipIf(noFakeClock)("a pause that the upstream asks for", () => {
  test.each([
    { asked: "10000000", interval: "1s", before: "+59m", after: "+61m", says: "(it asked for 115 d 17 h)" },
    { asked: "Fri, 31 Dec 2055 23:59:59 GMT", interval: "1s", before: "+59m", after: "+61m", says: "(it asked for " },
    { asked: "10000000", interval: "10m", before: "+99m", after: "+111m", says: "(it asked for 115 d 17 h)" }
  ])("of $asked is an hour or ten intervals of $interval at most, and the page says so", async (row) => {
    const clock = fakeClock("all")
    const upstream = await upstreamThat(refuse(503, { "retry-after": row.asked }))
    const daemon = await daemonOn({ url: upstream.url, interval: row.interval, timeout: "500ms" }, clock.env)
    await daemon.line(/target down/)
    const page = async () => (await read(daemon, "/targets/shop")).replaceAll(/<[^>]*>/g, "")
    expect(await page()).toContain("the upstream asked for a pause (Retry-After)")
    expect(await page()).toContain(row.says)

    clock.set(row.before)
    // the ticks of the time that has passed are skipped; so is the next one
    await eventually(() => own(daemon, "poll_ticks_skipped_total")).toBeGreaterThan(5)
    expect(upstream.requests).toBe(1)
    clock.set(row.after)
    await upstream.request(2)
    expect(await read(daemon, "/healthz")).toBe("ok\n")
    expect((await daemon.stop()).code).toBe(0)
  })
})

/** The argument of `set` that makes a clock show a time (ISO 8601). */
const showing = (time: string) => `+${Math.round((Date.parse(time) - Date.now()) / 1000)}`

describe.skipIf(noFakeClock)("a schedule", () => {
  const scheduled = async (at: string, schedule: string, timezone: string) => {
    const clock = fakeClock("wall")
    clock.set(showing(at))
    const upstream = await upstreamThat(json({ price: 42 }))
    const daemon = await daemonOn(
      { url: upstream.url, schedule, timezone, stale_after: "400d", timeout: "5s" },
      clock.env
    )
    await upstream.request(1)
    return { clock, upstream, daemon }
  }

  /** Without the fraction of a second, which varies. */
  const nextPoll = async (daemon: Daemon) =>
    JSON.parse(await read(daemon, "/api/targets/shop")).next_poll?.replace(/\.\d+Z$/, "Z")

  test.each([
    ["29 February", "2027-12-24T12:00:00Z", "0 0 29 2 *", "UTC", "2028-02-29T00:00:00Z"],
    [
      "a time that the clock skips: an hour later",
      "2027-03-27T12:00:00Z",
      "30 2 * * *",
      "Europe/Berlin",
      "2027-03-28T01:30:00Z"
    ],
    ["the day after: the usual time", "2027-03-28T12:00:00Z", "30 2 * * *", "Europe/Berlin", "2027-03-29T00:30:00Z"],
    [
      "a time that comes twice: the first",
      "2027-10-30T12:00:00Z",
      "30 2 * * *",
      "Europe/Berlin",
      "2027-10-31T00:30:00Z"
    ],
    [
      "a time that comes twice: not the second",
      "2027-10-31T00:45:00Z",
      "30 2 * * *",
      "Europe/Berlin",
      "2027-11-01T01:30:00Z"
    ],
    [
      "an hourly schedule in the hour that comes twice: both",
      "2027-10-31T00:45:00Z",
      "30 * * * *",
      "Europe/Berlin",
      "2027-10-31T01:30:00Z"
    ],
    ["working days: after the weekend", "2027-12-24T15:00:00Z", "30 14 * * MON-FRI", "UTC", "2027-12-27T14:30:00Z"]
  ])("next poll: %s", async (_what, at, schedule, timezone, next) => {
    const { daemon } = await scheduled(at, schedule, timezone)
    await eventually(() => nextPoll(daemon)).toBe(next)
    expect((await daemon.stop()).code).toBe(0)
  })

  test("polls at the start, and at its time", async () => {
    const { upstream, daemon } = await scheduled("2028-02-28T23:59:57Z", "0 0 29 2 *", "UTC")
    await upstream.request(2)
    await eventually(() => nextPoll(daemon)).toBe("2032-02-29T00:00:00Z")
    expect(upstream.requests).toBe(2)
  })
})
