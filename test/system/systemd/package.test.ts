import { createHash } from "node:crypto"
import { existsSync, readFileSync, rmSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { expect, onTestFinished, test } from "vitest"
import { makePackage } from "../../../deploy/build-package.ts"
import { temporaryFolder } from "../../temporary-folder.ts"
import { makeExecutable, onMachine, packageFor } from "./fixtures.ts"
import type { Machine } from "./machine.ts"

const url = "http://127.0.0.1:9180"

test("the same sources make the same package, byte for byte", () => {
  const directory = temporaryFolder()
  const digest = () =>
    createHash("sha256")
      .update(readFileSync(makePackage(directory, { compression: ["-Znone"] })))
      .digest("hex")
  const mask = process.umask(0o077)
  onTestFinished(() => void process.umask(mask))
  makeExecutable()
  const first = digest()
  process.umask(0o022)
  expect(digest()).toBe(first)
})

const install = (machine: Machine, version?: string) => machine.must("dpkg", "--install", packageFor(machine, version))

/** Scrapes again and again, each time on a new connection, until the returned function is called for the outcomes. */
const scrapeAllTheTime = () => {
  let stopped = false
  const outcomes = new Map<string, number>()
  const done = (async () => {
    while (!stopped) {
      const outcome = await fetch(`${url}/metrics`, { headers: { connection: "close" } })
        .then((response) => response.text())
        .then((page) => (page.includes("poller_build_info") ? "answered" : page))
        .catch((error: Error) => String(error.cause ?? error))
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
      await sleep(10)
    }
  })()
  onTestFinished(() => {
    stopped = true
  })
  return async () => {
    stopped = true
    await done
    return outcomes
  }
}

/** Every file with poller in its name, except dpkg's own records. */
const filesOf = (machine: Machine) =>
  machine.must("sh", "-c", "find /etc /usr /var -name '*poller*' | grep -v ^/var/lib/dpkg/ || :")

let before = ""

// these tests share one machine and build on each other
onMachine("an installation starts poller, now and at every boot", async ({ machine }) => {
  before = await filesOf(machine)
  await install(machine)
  expect(await machine.show("poller.service", "ActiveState", "UnitFileState", "StatusText")).toEqual({
    ActiveState: "active",
    UnitFileState: "enabled",
    StatusText: "0/0 targets up"
  })
  expect(await (await fetch(`${url}/healthz`)).text()).toBe("ok\n")
  expect(await machine.must("dpkg", "--verify", "poller")).toBe("")
})

onMachine("systemd-analyze finds nothing wrong with the units", async ({ machine }) => {
  const units = ["poller.service", "poller@x.service", "poller.socket"]
  expect(await machine.run("systemd-analyze", "verify", ...units)).toEqual({ code: 0, stdout: "", stderr: "" })
})

onMachine("the exposure of the service is at most 1.1, and 0.9 with a list of addresses", async ({ machine }) => {
  const exposure = async () => {
    const report = await machine.must("systemd-analyze", "security", "--no-pager", "poller.service")
    return Number(/Overall exposure level for poller.service: ([0-9.]+)/.exec(report)?.[1])
  }
  expect(await exposure()).toBeLessThanOrEqual(1.1)
  const dropIn = "/etc/systemd/system/poller.service.d/allow-list.conf"
  machine.write(dropIn, readFileSync(machine.path("/usr/share/doc/poller/examples/allow-list.conf"), "utf8"))
  await machine.must("systemctl", "daemon-reload")
  expect(await exposure()).toBeLessThanOrEqual(0.9)
  rmSync(machine.path(dropIn))
  await machine.must("systemctl", "daemon-reload")
})

onMachine("an upgrade keeps the configuration and, with poller.socket, drops no scrape", async ({ machine }) => {
  const config = "targets: [{ name: shop, url: http://127.0.0.1:1/ }]\n"
  machine.write("/etc/poller/poller.yml", config)
  machine.write("/etc/default/poller", "POLLER_LOG_LEVEL=debug\n")
  await machine.must("systemctl", "stop", "poller.service")
  await machine.must("systemctl", "enable", "--now", "poller.socket")
  await machine.must("systemctl", "start", "poller.service")
  const { MainPID } = await machine.show("poller.service", "MainPID")

  const outcomes = scrapeAllTheTime()
  await install(machine, "99.0.0")
  expect([...(await outcomes()).keys()]).toEqual(["answered"])

  const after = await machine.show("poller.service", "MainPID", "ActiveState")
  expect(after.ActiveState).toBe("active")
  expect(after.MainPID).not.toBe(MainPID)
  expect(await machine.must("dpkg-query", "--show", "poller")).toBe("poller\t99.0.0\n")
  expect(readFileSync(machine.path("/etc/poller/poller.yml"), "utf8")).toBe(config)
  expect(readFileSync(machine.path("/etc/default/poller"), "utf8")).toBe("POLLER_LOG_LEVEL=debug\n")
})

onMachine("a removal stops it and leaves the configuration, a purge leaves nothing", async ({ machine }) => {
  await machine.must("systemctl", "enable", "poller@another.service")
  await machine.must("dpkg", "--remove", "poller")
  await expect(fetch(url)).rejects.toThrow()
  expect(existsSync(machine.path("/usr/bin/poller"))).toBe(false)
  expect(existsSync(machine.path("/etc/poller/poller.yml"))).toBe(true)
  await machine.must("dpkg", "--purge", "poller")
  expect(await filesOf(machine)).toBe(before)
  expect(await machine.must("systemctl", "list-units", "--all", "--no-legend", "poller*")).toBe("")
})
