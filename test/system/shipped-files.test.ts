import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { beforeAll, describe, expect, test, vi } from "vitest"
import { metricsIn } from "../deploy/promql.ts"
import { alerts, panels } from "../deploy/shipped-files.ts"
import { parsePage } from "../exposition/parse.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { startDaemon } from "./program.ts"
import { noPrometheus, promtool } from "./prometheus.ts"
import { configuration } from "./temporary-config.ts"
import { json, startUpstream } from "./test-upstream.ts"

const path = (name: string) => join(import.meta.dirname, "../..", name)

/** The configurations of Prometheus that docs/scaling.md shows. */
const shown = Array.from(
  readFileSync(path("docs/scaling.md"), "utf8").matchAll(/```yaml\n(.*?)```/gs),
  ([, text = ""]) => text
).filter((text) => text.includes("scrape_configs:"))

describe.skipIf(noPrometheus)("promtool", () => {
  test.each([
    ["finds the scrape configuration good", ["check", "config", path("deploy/prometheus/scrape.yml")]],
    ["finds the alerts good", ["check", "rules", path("deploy/prometheus/alerts.yml")]],
    ["sees every alert fire when it should, and only then", ["test", "rules", path("test/deploy/alerts.yml")]]
  ])("%s", (_, args) => {
    const { status, output } = promtool(args)
    expect(status, output).toBe(0)
  })

  test.each(shown)("finds configuration %# of docs/scaling.md good", (text) => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, "prometheus.yml"), text)
    const { status, output } = promtool(["check", "config", join(folder, "prometheus.yml")])
    expect(status, output).toBe(0)
  })
})

describe("alerts and dashboard use only metrics that poller exposes", () => {
  const exposed = new Set(["up"]) // Prometheus' own

  beforeAll(async () => {
    await using upstream = await startUpstream(json({ depth: 1 }))
    const targets = [{ name: "shop", url: upstream.url }]
    const config = configuration({ targets, targets_from: { files: ["none/*.yml"] } })
    // the metrics of a cluster are there without its database as well
    const cluster = ["--cluster", "postgres://poller@127.0.0.1:1/poller"]
    const daemon = await startDaemon(["--config", config, ...cluster])
    // a success has a time only when there was one
    await vi.waitUntil(async () => (await fetch(`${daemon.url}/readyz`)).ok, { timeout: 10_000 })
    for (const { name } of parsePage(await (await fetch(`${daemon.url}/metrics`)).text(), "text")) exposed.add(name)
    await daemon.stop()
  })

  test.each(alerts.map(({ alert, expr }) => [alert, expr] as const))("alert %s", (_, expression) => {
    for (const name of metricsIn(expression)) expect(exposed).toContain(name)
  })

  test.each(panels.map(({ title, targets }) => [title, targets] as const))("panel %s", (_, targets) => {
    for (const name of targets.flatMap(({ expr }) => metricsIn(expr))) expect(exposed).toContain(name)
  })
})
