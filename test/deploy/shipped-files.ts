import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parse } from "yaml"

const file = (path: string) => readFileSync(join(import.meta.dirname, "../..", path), "utf8")

export interface Alert {
  readonly alert: string
  readonly expr: string
  readonly annotations: Readonly<Record<string, string>>
}

/** The alerts of deploy/prometheus/alerts.yml, in their order. */
export const alerts: ReadonlyArray<Alert> = parse(file("deploy/prometheus/alerts.yml")).groups.flatMap(
  (group: { readonly rules: ReadonlyArray<Alert> }) => group.rules.filter(({ alert }) => alert !== undefined)
)

export interface AlertCase {
  readonly alertname: string
  readonly exp_alerts: ReadonlyArray<unknown>
}

/** The cases in test/deploy/alerts.yml, which promtool runs. */
export const alertCases: ReadonlyArray<AlertCase> = parse(file("test/deploy/alerts.yml")).tests.flatMap(
  (test: { readonly alert_rule_test: ReadonlyArray<AlertCase> }) => test.alert_rule_test
)

export interface Panel {
  readonly title: string
  readonly description: string
  readonly targets: ReadonlyArray<{ readonly expr: string; readonly instant?: boolean }>
}

/** deploy/grafana/poller.json. */
export const dashboard = JSON.parse(file("deploy/grafana/poller.json"))

/** The panels of the dashboard. */
export const panels: ReadonlyArray<Panel> = dashboard.panels

/** A query of the dashboard as Grafana sends it, with all targets chosen and a range of one minute. */
export const renderQuery = (expr: string): string =>
  expr
    .replaceAll(/\$(job|instance|target)\b/g, ".+")
    .replaceAll("${window}", "60")
    .replaceAll("$__range", "60s")

/** The alerts that docs/alerts.md has a section for, in its order. */
export const runbooks: ReadonlyArray<string> = Array.from(
  file("docs/alerts.md").matchAll(/^## (.+)$/gm),
  ([, title = ""]) => title
)

/** The rows of the tables of metrics in docs/metrics.md. */
export const documented = Array.from(
  file("docs/metrics.md").matchAll(/^\| `(\w+)` +\| (gauge|counter) +\|([^|]*)\|/gm),
  ([, name = "", type = "", labels = ""]) => ({
    name,
    type,
    labels: Array.from(labels.matchAll(/`(\w+)`/g), ([, label = ""]) => label).sort()
  })
)

/** The values that docs/metrics.md lists for `reason`. */
export const documentedReasons: ReadonlyArray<string> = Array.from(
  file("docs/metrics.md").matchAll(/^\| `(\w+)` +\| [A-Z]/gm),
  ([, reason = ""]) => reason
)
