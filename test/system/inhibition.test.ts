import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { expect, onTestFinished, test } from "vitest"
import { parse, stringify } from "yaml"
import { alertCases } from "../deploy/shipped-files.ts"
import { temporaryFolder } from "../temporary-folder.ts"
import { isMissing } from "./counterpart.ts"

const noAlertmanager = isMissing({
  name: "Alertmanager",
  probe: ["prometheus-alertmanager", "--version"],
  install: "apt-get install -y --no-install-recommends prometheus-alertmanager"
})

type Labels = Readonly<Record<string, string>>

/** Alertmanager with the inhibitions of deploy/prometheus/alertmanager.yml, on a free port. */
const startAlertmanager = async () => {
  const folder = temporaryFolder()
  const shipped = parse(readFileSync(join(import.meta.dirname, "../../deploy/prometheus/alertmanager.yml"), "utf8"))
  const file = join(folder, "alertmanager.yml")
  writeFileSync(file, stringify({ route: { receiver: "none" }, receivers: [{ name: "none" }], ...shipped }))
  const child = spawn(
    "prometheus-alertmanager",
    [
      `--config.file=${file}`,
      `--storage.path=${folder}/data`,
      "--cluster.listen-address=",
      "--web.listen-address=127.0.0.1:0"
    ],
    { stdio: ["ignore", "ignore", "pipe"] }
  )
  const ended = once(child, "close")
  onTestFinished(async () => {
    child.kill("SIGKILL")
    await ended
  })
  for await (const line of createInterface(child.stderr)) {
    const [, address] = /msg="Listening on" address=(\S+)/.exec(line) ?? []
    if (address === undefined) continue
    child.stderr.resume()
    return `http://${address}/api/v2/alerts`
  }
  throw new Error("Alertmanager did not start")
}

/** The labels of an alert that fires in test/deploy/alerts.yml. */
const labelsOf = (alertname: string): Labels => {
  const [first] = alertCases.filter((one) => one.alertname === alertname).flatMap(({ exp_alerts }) => exp_alerts)
  if (first === undefined) throw new Error(`${alertname} never fires in test/deploy/alerts.yml`)
  return { alertname, ...(first as { readonly exp_labels: Labels }).exp_labels }
}

test.skipIf(noAlertmanager)(
  "Alertmanager sends one alert for many targets, and those of other instances and shards",
  async () => {
    const url = await startAlertmanager()
    const alerts: ReadonlyArray<Labels> = [
      labelsOf("PollerManyTargetsDown"),
      ...["PollerTargetDown", "PollerTargetStale", "PollerErrors", "PollerSamplesDropped"].map(labelsOf),
      { ...labelsOf("PollerTargetDown"), instance: "b:9180" },
      { ...labelsOf("PollerDown"), job: "shards" },
      { ...labelsOf("PollerShardMissing"), job: "shards" },
      labelsOf("PollerShardMissing")
    ]
    const body = JSON.stringify(alerts.map((labels) => ({ labels })))
    const sent = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body })
    expect([sent.status, await sent.text()]).toEqual([200, ""])
    const received = async () => {
      // biome-ignore lint/suspicious/noExplicitAny: Alertmanager's API
      const all = (await (await fetch(url)).json()) as ReadonlyArray<any>
      return all.map(({ labels, status }) => [
        `${labels.alertname} ${labels.instance ?? labels.job}`,
        status.state === "suppressed" ? "inhibited" : status.state
      ])
    }
    await expect
      .poll(async () => Object.fromEntries(await received()))
      .toEqual({
        "PollerManyTargetsDown a:9180": "active",
        "PollerTargetDown a:9180": "inhibited",
        "PollerTargetStale a:9180": "inhibited",
        "PollerErrors a:9180": "inhibited",
        "PollerSamplesDropped a:9180": "active",
        "PollerTargetDown b:9180": "active",
        "PollerDown a:9180": "active",
        "PollerShardMissing shards": "inhibited",
        "PollerShardMissing three": "active"
      })
  }
)
