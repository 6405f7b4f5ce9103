import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { setTimeout as sleep } from "node:timers/promises"
import { chromium } from "playwright-core"
import { terminalRecording } from "./terminal-recording.ts"

/*
 * Makes the pictures of the documentation again: `npm run pictures`, which builds dist/poller.js first. Needs Chromium.
 */

const root = join(import.meta.dirname, "..")
const program = join(root, "dist/poller.js")

const statuses: Readonly<Record<string, number>> = { payments: 503, payouts: 503, partners: 502 }
const targets = [
  "billing",
  "checkout",
  "inventory",
  "mail-gateway",
  "search",
  "shop",
  "stock",
  ...Object.keys(statuses)
]

/** APIs with some latency. The value of `stock` is not a number, and those in `statuses` fail. */
const upstream = createServer(async (request, response) => {
  const name = request.url?.slice(1) ?? ""
  response.statusCode = statuses[name] ?? 200
  if (response.statusCode === 200) await sleep(20 + 80 * Math.random() ** 3)
  response.end(JSON.stringify({ depth: name === "stock" ? "unknown" : 7 }))
})

const configuration = (url: string) => `defaults: { interval: 500ms, timeout: 400ms }
targets:
${targets.map((name) => `  - { name: ${name}, url: ${url}/${name}, metrics: { ${name.replace("-", "_")}_queue_depth: { value: depth, help: Waiting. } } }\n`).join("")}`

/** The status page after 30 seconds of polls. */
const takeStatusPage = async (file: string) => {
  const folder = mkdtempSync(join(tmpdir(), "poller-pictures-"))
  upstream.listen(0, "127.0.0.1")
  await once(upstream, "listening")
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`
  writeFileSync(join(folder, "poller.yml"), configuration(url))
  const daemon = spawn(process.execPath, [program, "--addr", "127.0.0.1:0", "poller.yml"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"]
  })
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] })
  try {
    const [line] = await once(createInterface(daemon.stderr), "line")
    const [, address = ""] = /address=(\S+)/.exec(line) ?? []
    await sleep(30_000)
    const page = await browser.newPage({ viewport: { width: 1280, height: 840 } })
    await page.goto(`http://${address}/`)
    await page.screenshot({ path: file })
  } finally {
    await browser.close()
    daemon.kill()
    upstream.close()
    upstream.closeAllConnections()
    rmSync(folder, { recursive: true })
  }
}

writeFileSync(join(root, "docs/recording.svg"), terminalRecording([process.execPath, program]))
await takeStatusPage(join(root, "docs/status.png"))
