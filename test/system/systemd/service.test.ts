import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { json, startUpstream } from "../test-upstream.ts"
import { onInstalled as test } from "./fixtures.ts"
import { makeInstance } from "./instance.ts"
import { until } from "./machine.ts"

const runbook = readFileSync(join(import.meta.dirname, "../../../docs/alerts.md"), "utf8")

/** A configuration of one target, polled five times a second. */
const polling = (url: string, more = "") =>
  `targets: [{ name: shop, url: ${url}, interval: 200ms, timeout: 150ms, metrics: { shop_queue_depth: depth }${more} }]`

describe.concurrent("under systemd", () => {
  test("systemctl start returns when the port answers", async ({ machine }) => {
    const poller = await makeInstance(machine, "start", { config: polling("http://127.0.0.1:1/") })
    await poller.start()
    expect(await poller.scrape()).toContain("poller_build_info{")
  })

  test("systemctl status says how many targets are up", async ({ machine }) => {
    await using upstream = await startUpstream(json({ depth: 7 }))
    const poller = await makeInstance(machine, "status", { config: polling(upstream.url) })
    await poller.start()
    const says = (text: string) => until(text, 5, async () => (await poller.show("StatusText")).StatusText === text)
    await says("1/1 targets up")
    upstream.answer = (_, response) => response.writeHead(500).end()
    await says("0/1 targets up, down: shop")
  })

  test("an outage is two lines in the journal, each with its level", async ({ machine }) => {
    await using upstream = await startUpstream((_, response) => response.writeHead(500).end())
    const poller = await makeInstance(machine, "outage", { config: polling(upstream.url) })
    await poller.start()
    await upstream.request(10)
    upstream.answer = json({ depth: 7 })
    await until("the target is up", 5, async () => (await poller.scrape()).includes('poll_up{target="shop"} 1'))
    await poller.systemctl("stop")

    const lines = (await poller.journal()).filter(({ _SYSTEMD_UNIT }) => _SYSTEMD_UNIT === poller.unit)
    expect(lines.map(({ PRIORITY, MESSAGE }) => `${PRIORITY} ${/message=("[^"]+"|\S+)/.exec(MESSAGE)?.[1]}`)).toEqual([
      "6 polling",
      '4 "target down"',
      '6 "target up"',
      "6 stopped"
    ])
    expect(lines.map(({ MESSAGE }) => MESSAGE).join()).not.toMatch(/timestamp=|level=|ExperimentalWarning/)
  })

  test("systemctl stop takes less than a second, with a poll in flight that never ends", async ({ machine }) => {
    await using upstream = await startUpstream(() => {})
    const poller = await makeInstance(machine, "stop", {
      config: `targets: [{ name: shop, url: ${upstream.url}, metrics: { shop_queue_depth: depth } }]`
    })
    await poller.start()
    await upstream.request(1)
    const start = performance.now()
    expect(await poller.systemctl("stop")).toMatchObject({ code: 0 })
    expect(performance.now() - start).toBeLessThan(1000)
    expect(await poller.show("Result", "ExecMainCode", "ExecMainStatus")).toEqual({
      Result: "success",
      ExecMainCode: "1",
      ExecMainStatus: "0"
    })
  })

  test("systemctl reload applies a good configuration and rejects a bad one", async ({ machine }) => {
    await using upstream = await startUpstream(json({ depth: 7, wait: 2 }))
    const poller = await makeInstance(machine, "reload", { config: polling(upstream.url) })
    await poller.start()
    const { MainPID } = await poller.show("MainPID")

    poller.configure(polling(upstream.url, ", labels: { site: ams1 }"))
    expect(await poller.systemctl("reload")).toMatchObject({ code: 0 })
    const series = 'shop_queue_depth{site="ams1"} 7'
    await until("the label is there", 5, async () => (await poller.scrape()).includes(series))

    poller.configure(polling(upstream.url, ", lables: { site: ams2 }"))
    expect(await poller.systemctl("reload")).toMatchObject({ code: 1 })
    const journal = (await poller.journal()).map(({ MESSAGE }) => MESSAGE)
    expect(journal).toContainEqual(expect.stringMatching(/reload\.yml:1:\d+: .*lables/))
    expect(await poller.scrape()).toContain(series)
    await until("the metric says so", 5, async () =>
      (await poller.scrape()).includes("poller_config_last_reload_successful 0\n")
    )
    const problems = (await poller.journal()).filter(({ MESSAGE }) => /lables/.test(MESSAGE))
    expect(new Set(problems.map(({ PRIORITY }) => PRIORITY))).toEqual(new Set(["3"]))
    await until(
      "the status says so",
      5,
      async () => (await poller.show("StatusText")).StatusText === "1/1 targets up, the last reload failed"
    )
    expect(await poller.show("MainPID", "SubState")).toEqual({ MainPID, SubState: "running" })
  })

  test("a start with a bad configuration fails, and systemd does not try again", async ({ machine }) => {
    const poller = await makeInstance(machine, "bad", { config: "targets: 7" })
    expect(await poller.systemctl("start")).toMatchObject({ code: 1 })
    const problem = "/etc/poller/bad.yml:1:10: targets: expected a list, got 7; one item is a list too: [7]"
    expect(await poller.show("StatusText")).toEqual({ StatusText: problem })
    const lines = (await poller.journal()).filter(({ MESSAGE }) => MESSAGE === problem)
    expect(lines.map(({ PRIORITY }) => PRIORITY)).toEqual(["3"])
    expect(await poller.show("ExecMainStatus", "NRestarts", "ActiveState")).toEqual({
      ExecMainStatus: "78",
      NRestarts: "0",
      ActiveState: "failed"
    })
  })

  test("a missing credential fails only its own target, at the start and at a reload, which reports it", async ({
    machine
  }) => {
    await using upstream = await startUpstream(json({ depth: 7 }))
    const config = (auth: string) =>
      `targets: [{ name: shop, url: ${upstream.url}, interval: 200ms, timeout: 150ms, metrics: { shop_queue_depth: depth }, auth: { bearer_token_file: ${auth} } }]`
    machine.write("/etc/poller/credentials/there", "s3cret\n", 0o600)
    const poller = await makeInstance(machine, "missing", {
      config: config("there"),
      service: ["LoadCredential=there:/etc/poller/credentials/there"]
    })
    await poller.start()
    await until("the target is up", 5, async () => (await poller.scrape()).includes('poll_up{target="shop"} 1'))
    poller.configure(config("absent"))
    expect(await poller.systemctl("reload")).toMatchObject({ code: 1 })
    await until("the target is down", 5, async () =>
      /poll_errors_total\{reason="credential",target="shop"\} [1-9]/.test(await poller.scrape())
    )
    const journal = (await poller.journal()).map(({ MESSAGE }) => MESSAGE)
    expect(journal).toContainEqual(
      expect.stringMatching(/missing\.yml:1:\d+: .*bearer_token_file: no such file in \$CREDENTIALS_DIRECTORY/)
    )
    expect(await poller.systemctl("restart")).toMatchObject({ code: 0 })
    await until("the target is down", 5, async () => (await poller.scrape()).includes('poll_up{target="shop"} 0'))
  })

  test("after a restart, the series of a rarely polled target come from the StateDirectory at once", async ({
    machine
  }) => {
    await using upstream = await startUpstream(json({ depth: 7 }))
    const poller = await makeInstance(machine, "state", {
      config: `targets: [{ name: shop, url: ${upstream.url}, interval: 1h, metrics: { shop_queue_depth: depth } }]`
    })
    await poller.start()
    await upstream.request(1)
    await until("it is up", 5, async () => (await poller.scrape()).includes("shop_queue_depth 7"))
    await new Promise((resolve) => setTimeout(resolve, 500))
    expect(await poller.systemctl("restart")).toMatchObject({ code: 0 })
    await until("the series is there", 5, async () => (await poller.scrape()).includes("shop_queue_depth 7"))
    expect(upstream.requests).toBe(1)
  })

  test("a credential that only root can read reaches the request", async ({ machine }) => {
    await using upstream = await startUpstream(json({ depth: 7 }))
    machine.write("/etc/poller/credentials/fleet-token", "s3cret\n", 0o600)
    const poller = await makeInstance(machine, "credential", {
      config: polling(upstream.url, ", auth: { bearer_token_file: fleet-token }"),
      service: ["LoadCredential=fleet-token:/etc/poller/credentials/fleet-token"]
    })
    const seen = new Promise((resolve) => {
      upstream.answer = (request, response) => {
        resolve(request.headers.authorization)
        response.end("{}")
      }
    })
    await poller.start()
    expect(await seen).toBe("Bearer s3cret")
  })

  test("the command of docs/alerts.md polls a target with a credential that only the unit has", async ({ machine }) => {
    await using upstream = await startUpstream((request, response) => {
      response.statusCode = request.headers.authorization === "Bearer s3cret" ? 200 : 401
      response.end('{ "depth": 7 }')
    })
    machine.write("/etc/poller/credentials/shop-token", "s3cret\n", 0o600)
    const poller = await makeInstance(machine, "once", {
      config: polling(upstream.url, ", auth: { bearer_token_file: shop-token }"),
      service: ["LoadCredential=shop-token:/etc/poller/credentials/shop-token"]
    })
    await poller.start()
    const [, line = ""] = /^(CREDENTIALS_DIRECTORY=\S+ poller once .* --only NAME)$/m.exec(runbook) ?? []
    const command = line
      .replace("poller.service", poller.unit)
      .replace("poller.yml", "once.yml")
      .replace("NAME", "shop")
    expect(command).toMatch(/^CREDENTIALS_DIRECTORY=\S+once\.service poller once --config \S+once\.yml --only shop$/)
    const once = await machine.run("sh", "-c", command)
    expect(once).toMatchObject({ code: 0, stderr: "", stdout: expect.stringContaining("\nshop_queue_depth 7\n") })

    const without = await machine.run("sh", "-c", command.replace(/^\S+ /, ""))
    expect(without.code).toBe(1)
    expect(without.stderr).toMatch(/^shop: credential: .*shop-token.*CREDENTIALS_DIRECTORY[^\n]*\n$/)
  })

  test("the service sees a machine that is read-only and almost empty", async ({ machine }) => {
    const attempts = {
      "write to /etc": "touch /etc/written",
      "write to its own program": "touch /usr/bin/poller",
      "see a home": "ls /root",
      "see another process": "test -e /proc/1",
      "become another user": "setpriv --reuid=nobody true",
      "make a namespace": "unshare --user true"
    }
    for (const command of Object.values(attempts)) await machine.must("sh", "-c", command)
    const poller = await makeInstance(machine, "sandbox", {
      config: polling("http://127.0.0.1:1/"),
      service: Object.entries(attempts).map(
        ([what, command]) =>
          `ExecStartPre=/bin/sh -c 'if ${command}; then echo can ${what}; else echo cannot ${what}; fi'`
      )
    })
    await poller.start()
    const said = (await poller.journal()).map(({ MESSAGE }) => MESSAGE).filter((line) => /^can(not)? /.test(line))
    expect(said).toEqual(Object.keys(attempts).map((what) => `cannot ${what}`))
    expect(await poller.show("User", "NoNewPrivileges", "ProtectSystem", "CapabilityBoundingSet")).toEqual({
      User: "poller",
      NoNewPrivileges: "yes",
      ProtectSystem: "strict",
      CapabilityBoundingSet: ""
    })
  })
})

// not concurrent: the daemon-reload of another test would make systemd forget the longer timeout
test("a grace longer than TimeoutStopSec is respected", async ({ machine }) => {
  await using upstream = await startUpstream(() => {})
  const poller = await makeInstance(machine, "grace", {
    config: `targets: [{ name: shop, url: ${upstream.url}, metrics: { shop_queue_depth: depth } }]`,
    environment: { POLLER_GRACE: "2s" },
    service: ["TimeoutStopSec=1"]
  })
  await poller.start()
  await upstream.request(1)
  expect(await poller.systemctl("stop")).toMatchObject({ code: 0 })
  expect(await poller.show("Result", "ExecMainStatus")).toEqual({ Result: "success", ExecMainStatus: "0" })
})
