import { readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"
import { temporaryFolder } from "../temporary-folder.ts"
import { mountDead, mountFull } from "./dead-mount.ts"
import { Program, startDaemon } from "./program.ts"
import { scrape } from "./samples-of-page.ts"
import { json, startUpstream } from "./test-upstream.ts"

const start = async (args: ReadonlyArray<string>, env: NodeJS.ProcessEnv = {}) => {
  const daemon = await startDaemon(args, { env })
  onTestFinished(() => daemon.stop("SIGKILL").then(() => undefined))
  return daemon
}

const startTarget = async () => {
  const upstream = await startUpstream(json({ price: 42 }))
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  return upstream
}

/** Names whose first polls come within half a second of a start: the name decides when. */
const names = ["price-245", "price-107"] as const

const configure = (folder: string, url: string, rest: object = {}, path = "price") => {
  const config = join(folder, "poller.yml")
  const target = (name: string) => ({
    name,
    url,
    labels: { target_name: name },
    metrics: { price_euros: { value: path, help: "Price." } },
    interval: "1h",
    timeout: "5s",
    ...rest
  })
  writeFileSync(config, JSON.stringify({ targets: names.map(target) }))
  return config
}

const eventually = <A>(now: () => A | Promise<A>) => expect.poll(now, { timeout: 40_000 })

/** Runs a daemon until its two targets are polled and their responses saved. Returns its page. */
const polledOnce = async (config: string, state: string) => {
  const daemon = await start(["--config", config, "--state", state])
  await eventually(async () => (await fetch(`${daemon.url}/readyz`)).status).toBe(200)
  await eventually(() => readdirSync(state).filter((name) => name.endsWith(".response")).length).toBe(2)
  const page = await scrape(daemon.url)
  expect(await daemon.stop()).toMatchObject({ code: 0 })
  return page
}

const success = (name: string) => `poll_last_success_timestamp_seconds{target="${name}"}`

describe("a restart with --state", () => {
  test.each([
    ["an interval", {}],
    ["a schedule", { interval: undefined, schedule: "0 0 1 1 *", stale_after: "1d" }]
  ])(
    "shows the series of %s at once with their age, and does not ask again before it is due",
    async (_, rest) => {
      const [upstream, folder] = [await startTarget(), temporaryFolder()]
      const state = join(folder, "state")
      const config = configure(folder, upstream.url, rest)
      const before = await polledOnce(config, state)
      expect(upstream.requests).toBe(2)

      upstream.answer = json({ price: 43 })
      const daemon = await start(["--config", config], { STATE_DIRECTORY: state })
      await eventually(async () => (await scrape(daemon.url)).get(`price_euros{target_name="${names[0]}"}`)).toBe(42)
      const page = await scrape(daemon.url)
      expect(page.get(`price_euros{target_name="${names[1]}"}`)).toBe(42)
      for (const name of names) {
        expect(page.get(success(name))).toBe(before.get(success(name)))
        expect(page.get(`poll_up{target="${name}"}`)).toBe(1)
        expect(page.get(`polls_total{target="${name}"}`)).toBe(0)
      }
      expect((await fetch(`${daemon.url}/readyz`)).status).toBe(200)
      await new Promise((resolve) => setTimeout(resolve, 1500))
      expect(upstream.requests).toBe(2)
      expect(daemon.stderr).not.toMatch(/WARN|ERROR/)
    },
    60_000
  )

  test("ignores a saved response that is damaged or of another mapping, with a line", async () => {
    const [upstream, folder] = [await startTarget(), temporaryFolder()]
    const state = join(folder, "state")
    await polledOnce(configure(folder, upstream.url), state)
    const [first = ""] = readdirSync(state)
    writeFileSync(join(state, first), "damaged")
    upstream.answer = json({ cost: 44 })
    const daemon = await start(["--config", configure(folder, upstream.url, {}, "cost"), "--state", state])
    await daemon.line(/saved response ignored.* problem="another program or version has written it"/)
    await daemon.line(/saved response ignored.* problem="the configuration of the target has changed"/)
    await eventually(async () => (await scrape(daemon.url)).get(`price_euros{target_name="${names[1]}"}`)).toBe(44)
    expect(upstream.requests).toBeGreaterThan(2)
  }, 60_000)

  test("on a full disk polls all the same, with one line", async (context) => {
    const disk = mountFull()
    if (disk === undefined) return context.skip("this user may not mount a file system")
    onTestFinished(() => disk[Symbol.dispose]())
    const [upstream, folder] = [await startTarget(), temporaryFolder()]
    const daemon = await start(["--config", configure(folder, upstream.url), "--state", disk.folder])
    await eventually(async () => (await fetch(`${daemon.url}/readyz`)).status).toBe(200)
    await daemon.line(/responses are not saved.* problem="no space left on the disk"/)
    expect(daemon.stderr.match(/responses are not saved/g)).toHaveLength(1)
    expect((await scrape(daemon.url)).get(`price_euros{target_name="${names[0]}"}`)).toBe(42)
    expect(await daemon.stop()).toMatchObject({ code: 0 })
  }, 60_000)

  test("removes the responses of a target that is gone, once they are stale", async () => {
    const [upstream, folder] = [await startTarget(), temporaryFolder()]
    const state = join(folder, "state")
    await polledOnce(configure(folder, upstream.url, { stale_after: "2s" }), state)
    await new Promise((resolve) => setTimeout(resolve, 2000))
    writeFileSync(join(state, "notes.txt"), "of somebody else")
    const other = await start(["--target", upstream.url, "--state", state])
    await eventually(() => readdirSync(state)).toEqual(["notes.txt"])
    expect(await other.stop()).toMatchObject({ code: 0 })
  }, 60_000)

  test("by two daemons at once, with one directory: each has the series after it", async () => {
    const [upstream, folder] = [await startTarget(), temporaryFolder()]
    const state = join(folder, "state")
    const config = configure(folder, upstream.url)
    await Promise.all([polledOnce(config, state), polledOnce(config, state)])
    expect(readdirSync(state)).toHaveLength(2)
    const { requests } = upstream
    for (const daemon of await Promise.all([1, 2].map(() => start(["--config", config, "--state", state])))) {
      for (const name of names)
        await eventually(async () => (await scrape(daemon.url)).get(`price_euros{target_name="${name}"}`)).toBe(42)
      expect(daemon.stderr).not.toMatch(/WARN|ERROR/)
    }
    expect(upstream.requests).toBe(requests)
  }, 60_000)

  test("on a file system that hangs polls all the same, which is logged, and ends at once", async (context) => {
    const mount = mountDead()
    if (mount === undefined) return context.skip("this user may not mount a file system")
    onTestFinished(() => mount[Symbol.dispose]())
    const [upstream, folder] = [await startTarget(), temporaryFolder()]
    const daemon = await start(["--config", configure(folder, upstream.url), "--state", mount.folder])
    await eventually(async () => (await fetch(`${daemon.url}/readyz`)).status).toBe(200)
    await daemon.line(/saved response ignored.* problem="no answer in 5s: its file system hangs"/)
    await daemon.line(/responses are not saved.* problem="no answer in 5s: its file system hangs"/)
    expect((await scrape(daemon.url)).get(`price_euros{target_name="${names[0]}"}`)).toBe(42)
    const { code, took } = await daemon.stop()
    expect([code, took < 3000]).toEqual([0, true])
  }, 60_000)

  test("fails if the directory is a file", async () => {
    const folder = temporaryFolder()
    const config = configure(folder, "http://127.0.0.1:1/")
    const { code, stderr } = await new Program(["run", "--config", config, "--state", config]).ended
    expect([code, stderr]).toEqual([78, `--state ${config}: there is a file of this name\n`])
  })
})
