import { readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { parse } from "yaml"
import { metricsIn } from "./promql.ts"
import { alertCases, alerts, panels, runbooks } from "./shipped-files.ts"

test("every alert has a section in docs/alerts.md, in the same order, and links to it", () => {
  expect(alerts.map(({ alert }) => alert)).toEqual(runbooks)
  for (const { alert, annotations } of alerts)
    expect(annotations.runbook_url).toBe(
      `{{ with query "poller:runbooks:info" }}{{ . | first | label "url" }}{{ end }}#${alert.toLowerCase()}`
    )
})

test.each(alerts.map(({ alert }) => alert))("%s has a case in which it fires and one in which it does not", (alert) => {
  const cases = alertCases.filter(({ alertname }) => alertname === alert)
  expect(cases.some(({ exp_alerts }) => exp_alerts.length > 0)).toBe(true)
  expect(cases.some(({ exp_alerts }) => exp_alerts.length === 0)).toBe(true)
})

test("the inhibition rules name alerts that exist", () => {
  const { inhibit_rules: rules } = parse(readFileSync("deploy/prometheus/alertmanager.yml", "utf8"))
  const named = [...JSON.stringify(rules).matchAll(/Poller\w+/g)].map(([name]) => name)
  expect(named.length).toBeGreaterThan(4)
  for (const name of named) expect(alerts.map(({ alert }) => alert)).toContain(name)
})

test("every panel has a description and a query", () => {
  expect(panels.length).toBeGreaterThanOrEqual(12)
  for (const { title, description, targets } of panels) {
    expect(description, title).not.toBe("")
    expect(targets, title).not.toEqual([])
    for (const { expr } of targets) expect(metricsIn(expr), expr).not.toEqual([])
  }
})

test.each([
  ["up", ["up"]],
  ['sum by (job) (rate(polls_total{job=~"a|b"}[5m])) > 0.1', ["polls_total"]],
  ["a / on (x, y) group_left () b unless c", ["a", "b", "c"]],
  ['count_values by (job) ("ordinal", poller_shard_ordinal)', ["poller_shard_ordinal"]],
  ["time() - d", ["d"]]
])("the metrics in %s", (expression, metrics) => {
  expect(metricsIn(expression)).toEqual(metrics)
})
