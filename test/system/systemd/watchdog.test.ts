import { describe, expect } from "vitest"
import { json, startUpstream } from "../test-upstream.ts"
import { onInstalled as test } from "./fixtures.ts"
import { type Instance, makeInstance } from "./instance.ts"
import { inside, type Machine, until } from "./machine.ts"

/** WatchdogSec= of these tests, in seconds. */
const period = 2

const makeWatched = (machine: Machine, name: string, url: string, ...service: ReadonlyArray<string>) =>
  makeInstance(machine, name, {
    config: `targets: [{ name: shop, url: ${url}, interval: 200ms, timeout: 150ms }]`,
    service: [`WatchdogSec=${period}`, "RestartSec=200ms", ...service]
  })

/** The daemon with a defect that SIGUSR2 triggers (broken.ts). */
const withDefect = (defect: string) => [
  "ExecStart=",
  `ExecStart=${inside.node} ${inside.root}/test/system/systemd/broken.ts ${defect} run`
]

/** Seconds until systemd starts another process in its place, which then serves. */
const secondsUntilRestarted = async (poller: Instance, harm: () => Promise<unknown>) => {
  const before = await poller.show("MainPID")
  const start = performance.now()
  await harm()
  await until("there is a new process", period + 10, async () => {
    const { MainPID } = await poller.show("MainPID")
    return MainPID !== "0" && MainPID !== before.MainPID
  })
  const seconds = (performance.now() - start) / 1000
  await until("it serves", 10, async () => (await poller.show("SubState")).SubState === "running")
  expect(await poller.scrape()).toContain("poller_build_info")
  return seconds
}

describe.concurrent("poller comes back", () => {
  test.for([
    { how: "killed", defect: [], signal: "SIGKILL" },
    { how: "aborted", defect: [], signal: "SIGABRT" },
    { how: "thrown", defect: withDefect("fail"), signal: "SIGUSR2" }
  ])("when it is $how", async ({ how, defect, signal }, { machine }) => {
    await using upstream = await startUpstream(json({ depth: 7 }))
    const poller = await makeWatched(machine, how, upstream.url, ...defect)
    await poller.start()
    expect(await secondsUntilRestarted(poller, () => poller.kill(signal))).toBeLessThan(3)
  })

  test.for([
    { how: "stopped", what: "its process is stopped", defect: [], signal: "SIGSTOP" },
    { how: "blocked", what: "its event loop is blocked", defect: withDefect("block"), signal: "SIGUSR2" },
    { how: "wedged", what: "a poll loop hangs and the event loop turns", defect: withDefect("hang"), signal: "SIGUSR2" }
  ])("within WatchdogSec + 5 s when $what", async ({ how, defect, signal }, { machine }) => {
    await using upstream = await startUpstream(json({ depth: 7 }))
    const poller = await makeWatched(machine, how, upstream.url, ...defect)
    await poller.start()
    await upstream.request(2)
    expect(await secondsUntilRestarted(poller, () => poller.kill(signal))).toBeLessThan(period + 5)
    const messages = (await poller.journal()).map(({ MESSAGE }) => MESSAGE)
    expect(messages).toContainEqual(expect.stringContaining("Watchdog timeout"))
  })

  test("but a dead upstream never restarts it", async ({ machine }) => {
    const poller = await makeWatched(machine, "patient", "http://127.0.0.1:1/", `WatchdogSec=${period / 2}`)
    await poller.start()
    const before = await poller.show("MainPID", "ExecMainStartTimestampMonotonic")
    await until("ten periods have passed", period * 10, async () => {
      const [uptime = ""] = (await machine.must("cat", "/proc/uptime")).split(" ")
      return Number(uptime) - Number(before.ExecMainStartTimestampMonotonic) / 1e6 > (10 * period) / 2
    })
    expect(await poller.show("MainPID", "NRestarts", "SubState", "StatusText")).toEqual({
      MainPID: before.MainPID,
      NRestarts: "0",
      SubState: "running",
      StatusText: "0/1 targets up, down: shop"
    })
  })
})
