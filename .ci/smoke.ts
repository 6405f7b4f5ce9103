import { spawn } from "node:child_process"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { createInterface } from "node:readline"

/* Tests a built poller with one upstream, one scrape and one stop. */
const [program = "dist/poller.js"] = process.argv.slice(2)
const fail = (what: string): never => {
  console.error(`smoke: ${what}`)
  process.exit(1)
}

const upstream = createServer((_request, response) => response.end('{"queue": {"depth": 7}}')).listen(0, "127.0.0.1")
await once(upstream, "listening")
const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/`

const poller = spawn(process.execPath, [program, "-addr", "127.0.0.1:0", "-target", url], {
  stdio: ["ignore", "inherit", "pipe"]
})
const lines = createInterface(poller.stderr)
const [line] = (await once(lines, "line")) as [string]
const port = /address=127\.0\.0\.1:(\d+)/.exec(line)?.[1] ?? fail(`it did not start: ${line}`)

const deadline = Date.now() + 5000
let page = ""
while (!page.includes("\nupstream_queue_depth 7\n")) {
  if (Date.now() > deadline) fail(`the series did not come:\n${page}`)
  page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
}

poller.kill("SIGTERM")
const [code] = await once(poller, "close")
if (code !== 0) fail(`it ended with ${code}`)
upstream.close()
console.log(`smoke: ${program} polled, served and stopped`)
