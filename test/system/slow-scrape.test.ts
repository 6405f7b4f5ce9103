import { once } from "node:events"
import { request } from "node:http"
import { buffer } from "node:stream/consumers"
import { gunzipSync } from "node:zlib"
import { test } from "vitest"
import { startDaemon } from "./program.ts"
import { configuration } from "./temporary-config.ts"
import { startUpstream } from "./test-upstream.ts"

/** Their page is larger than the kernel's buffers for a client that does not read. */
const rows = 20_000
const long = "x".repeat(1000)

const responses = [
  { where: "the main thread", row: (id: number, turn: number) => ({ id, turn }), labels: { site: long } },
  { where: "the worker", row: (id: number, turn: number) => ({ id, turn, site: long }), labels: {} }
]
const encodings = ["identity", "gzip"]

/** Scrapes, and reads the body only after `meanwhile`. */
const slowScrape = async (url: string, encoding: string, meanwhile: () => Promise<void>) => {
  const sent = request(url, { headers: { "accept-encoding": encoding } }).end()
  const [response] = await once(sent, "response")
  response.pause()
  await meanwhile()
  const body = await buffer(response)
  return String(encoding === "gzip" ? gunzipSync(body) : body)
}

test.concurrent.for(responses.flatMap((response) => encodings.map((encoding) => ({ ...response, encoding }))))(
  "a page that is read slowly has the series of one poll, whatever is polled meanwhile: converted by $where, $encoding",
  { timeout: 60_000 },
  async ({ row, labels, encoding }, { expect, onTestFinished }) => {
    const text = JSON.stringify({ items: Array.from({ length: rows }, (_, id) => row(id, 0)) })
    let turn = 100
    const upstream = await startUpstream((_request, response) => {
      turn++
      response.end(text.replaceAll('"turn":0', `"turn":${turn}`))
    })
    onTestFinished(() => upstream[Symbol.asyncDispose]())
    const labelsFrom = { id: "id", ...("site" in labels ? {} : { site: "site" }) }
    const daemon = await startDaemon([
      "--config",
      configuration({
        targets: [
          {
            name: "shop",
            url: upstream.url,
            interval: "3s",
            labels,
            max_series: rows,
            max_body: "100MB",
            each: [
              { path: "items[*]", labels_from: labelsFrom, metrics: { shop_turn: { value: "turn", help: "Turn." } } }
            ]
          }
        ]
      })
    ])
    onTestFinished(() => void daemon.child.kill("SIGKILL"))
    const polls = (more: number) => upstream.request(upstream.requests + more)
    await expect.poll(async () => (await fetch(`${daemon.url}/api/targets/shop`)).text()).toContain('"state":"up"')
    const page = await slowScrape(`${daemon.url}/metrics`, encoding, () => polls(3))
    const turns = page.match(/(?<=^shop_turn\{.*\} )\d+$/gm) ?? []
    expect(turns).toHaveLength(rows)
    expect(new Set(turns).size).toBe(1)
  }
)
