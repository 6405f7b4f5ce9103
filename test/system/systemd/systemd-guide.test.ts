import { once } from "node:events"
import { createServer } from "node:http"
import { expect, onTestFinished } from "vitest"
import { blocksFor } from "../../command-blocks.ts"
import { onMachine, packageFor } from "./fixtures.ts"
import { until } from "./machine.ts"

const scrape = async (port: number) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()

onMachine("every command of docs/systemd.md works, one after the other", async ({ machine }) => {
  const upstream = createServer((request, response) => {
    if (request.headers.authorization !== "Bearer s3cret") return response.writeHead(401).end()
    response.end('{ "queue": { "depth": 7 } }')
  }).listen(8080, "127.0.0.1")
  await once(upstream, "listening")
  onTestFinished(() => void upstream.close())

  packageFor(machine)
  const blocks = blocksFor("test/system/systemd/systemd-guide.test.ts")
  expect(blocks.length).toBeGreaterThan(5)
  for (const { commands } of blocks) await machine.must("sh", "-ec", `cd /root\n${commands}`)

  const up = (port: number) =>
    until(`the target is up on ${port}`, 5, async () => (await scrape(port)).includes("\nshop_queue_depth 7\n"))
  await up(9180)
  expect(await machine.show("poller.service", "TriggeredBy", "IPAddressDeny")).toEqual({
    TriggeredBy: "poller.socket",
    IPAddressDeny: expect.stringContaining("0.0.0.0/0")
  })
  expect(await scrape(9181)).toContain("poller_build_info")

  const ordinals = [0, 1, 2, 3]
  const shards = await Promise.all(ordinals.map((ordinal) => scrape(9190 + ordinal)))
  for (const ordinal of ordinals) {
    expect(shards[ordinal]).toContain(`\npoller_shard_ordinal ${ordinal}\n`)
    expect(shards[ordinal]).toContain("\npoller_total_shards 4\n")
  }
  expect(shards.filter((metrics) => metrics.includes('poll_up{target="shop"}'))).toHaveLength(1)
  const verified = await machine.run("systemd-analyze", "verify", "poller@0.service")
  expect(verified).toEqual({ code: 0, stdout: "", stderr: "" })
})
