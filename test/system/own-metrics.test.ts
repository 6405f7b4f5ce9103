import { describe, expect, onTestFinished, test } from "vitest"
import { documented, documentedReasons } from "../deploy/shipped-files.ts"
import { type ParsedFamily, parsePage } from "../exposition/parse.ts"
import { startDaemon } from "./program.ts"
import { noPrometheus, promtool } from "./prometheus.ts"
import { configuration } from "./temporary-config.ts"
import { type Answer, json, startUpstream } from "./test-upstream.ts"

const daemonOn = async (answer: Answer, mapping: object = {}) => {
  const upstream = await startUpstream(answer)
  const targets = [{ name: "first-look", url: upstream.url, ...mapping }]
  const config = configuration({ targets, targets_from: { files: ["none/*.yml"] } })
  // its metrics are there without a database as well
  const daemon = await startDaemon(["--config", config, "--cluster", "postgres://poller@127.0.0.1:1/poller"])
  onTestFinished(async () => {
    await daemon.stop("SIGKILL")
    await upstream[Symbol.asyncDispose]()
  })
  return { upstream, daemon }
}

const page = async (url: string) => (await fetch(`${url}/metrics`)).text()

const isPolled = ({ name }: ParsedFamily) => name.startsWith("upstream_")
/** The metrics of prom-client are documented by their prefixes only. */
const isForeign = ({ name }: ParsedFamily) => /^(process|nodejs)_/.test(name)

const own = async (url: string) =>
  parsePage(await page(url), "text").filter((family) => !isPolled(family) && !isForeign(family))

const labelsOf = ({ lines }: ParsedFamily) =>
  [...new Set(lines.flatMap(({ labels }) => labels.map(([name]) => name)))].sort()

const byName = (left: { readonly name: string }, right: { readonly name: string }) => (left.name < right.name ? -1 : 1)

describe("docs/metrics.md and the page agree", () => {
  test("on every metric of our own, its type and its labels", async () => {
    const { daemon } = await daemonOn(json({ depth: 1 }))
    await expect.poll(() => fetch(`${daemon.url}/readyz`).then(({ status }) => status)).toBe(200)
    const exposed = (await own(daemon.url)).map((family) => ({
      name: family.name,
      type: family.type,
      labels: labelsOf(family)
    }))
    expect(exposed).toEqual(documented.toSorted(byName))
  })

  test("on every reason, each there at 0 before the first poll has ended", async () => {
    // only a target with details has the reason `detail`
    const get = { url: "/disks/{id}" }
    const metrics = { disk_bytes: "size" }
    const { upstream, daemon } = await daemonOn(() => {}, { metrics, each: [{ path: "disks[*]", get, metrics }] })
    await upstream.request(1)
    const families = await own(daemon.url)
    const reasons = families.flatMap(({ lines }) =>
      lines.flatMap((line) => line.labels.filter(([name]) => name === "reason"))
    )
    expect(reasons.map(([, reason]) => reason).sort()).toEqual(documentedReasons.toSorted())
    expect(families.map(({ name }) => name)).toEqual(
      documented
        .map(({ name }) => name)
        .filter((name) => name !== "poll_last_success_timestamp_seconds")
        .toSorted()
    )
    for (const { name, lines } of families.filter(({ name }) => /^polls?_/.test(name))) {
      for (const { value } of lines) expect(value, name).toBe(name === "poll_interval_seconds" ? 30 : 0)
    }
  })
})

test.skipIf(noPrometheus)("promtool has no complaint about the page", async () => {
  const { daemon } = await daemonOn(json({ depth: 1 }))
  expect(promtool(["check", "metrics"], Buffer.from(await page(daemon.url)))).toEqual({ status: 0, output: "" })
})
