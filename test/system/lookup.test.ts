import { createSocket } from "node:dgram"
import { once } from "node:events"
import { writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { startFaulty } from "../client/faulty.ts"
import { isMissing } from "./counterpart.ts"
import { Program, program } from "./program.ts"
import { scrape } from "./samples-of-page.ts"
import { configuration } from "./temporary-config.ts"

const nameserver = "127.0.0.99"

const noRoot = isMissing({
  name: "root, to give the daemon a name server of its own",
  probe: ["unshare", "--mount", "mount", "--bind", "/etc/hosts", "/etc/resolv.conf"],
  install: "run the tests as root"
})

test.skipIf(noRoot)("a name server that does not answer does not delay other targets", async () => {
  const silent = createSocket("udp4").bind(53, nameserver)
  await once(silent, "listening")
  onTestFinished(() => void silent.close())
  const upstream = await startFaulty()
  onTestFinished(() => upstream[Symbol.asyncDispose]())
  upstream.also.closing = (response) => void response.setHeader("connection", "close").end("{}")

  const lost = Array.from({ length: 20 }, (_, i) => ({ name: `lost-${i}`, url: `http://lost-${i}.example/` }))
  const found = { name: "found", url: `http://localhost:${upstream.port}/closing` }
  const targets = [...lost, found].map((target) => ({ ...target, labels: { name: target.name } }))
  const file = configuration({ defaults: { interval: "500ms", timeout: "400ms" }, targets })
  const resolv = join(dirname(file), "resolv.conf")
  writeFileSync(resolv, `nameserver ${nameserver}\n`)
  const run = `mount --bind ${resolv} /etc/resolv.conf; exec ${program.join(" ")} run --addr 127.0.0.1:0 --config ${file}`
  const daemon = new Program(["--mount", "/bin/sh", "-c", run], { command: "unshare" })
  onTestFinished(() => void daemon.child.kill("SIGKILL"))

  const [, port] = await daemon.line(/address=127\.0\.0\.1:(\d+)/)
  const value = async (series: string) => (await scrape(`http://127.0.0.1:${port}`)).get(series)
  await expect.poll(() => value('polls_total{target="found"}'), { timeout: 20_000 }).toBeGreaterThan(10)
  expect(await value('poll_errors_total{reason="timeout",target="found"}')).toBe(0)
  expect(await value('poll_up{target="lost-1"}')).toBe(0)
})
