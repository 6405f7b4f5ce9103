import { describe, expect, test } from "vitest"
import { dashboard, runbooks } from "./shipped-files.ts"

/*
 * The rules of Grafana's dashboard linter (https://github.com/grafana/dashboard-linter/tree/main/docs) with two changes.
 * The window of rates follows the interval of the targets, since $__rate_interval depends only on the scrape interval.
 * Queries without an aggregation are limited by topk.
 */

interface Query {
  readonly expr: string
  readonly datasource: { readonly uid: string }
}

interface DashboardPanel {
  readonly title: string
  readonly description: string
  readonly type: string
  readonly datasource: { readonly uid: string }
  readonly targets: ReadonlyArray<Query>
  readonly fieldConfig: {
    readonly defaults: { readonly unit?: string; readonly links?: ReadonlyArray<{ readonly url: string }> }
  }
}

interface Variable {
  readonly name: string
  readonly label: string
  readonly type: string
  readonly query: unknown
  readonly refresh?: number
  readonly multi?: boolean
  readonly includeAll?: boolean
  readonly allValue?: string
}

const panels: ReadonlyArray<DashboardPanel> = dashboard.panels
const variables: ReadonlyArray<Variable> = dashboard.templating.list
const variable = (name: string) => variables.find((one) => one.name === name)

test("the dashboard is not editable, and a variable chooses the data source", () => {
  expect(dashboard.editable).toBe(false)
  expect(variable("datasource")).toMatchObject({ type: "datasource", label: "Data source", query: "prometheus" })
})

test.each(["job", "instance", "target"])(
  'the variable %s allows several values, and "all" is a regular expression instead of a list',
  (name) => {
    expect(variable(name)).toMatchObject({ type: "query", multi: true, includeAll: true, allValue: ".+", refresh: 2 })
  }
)

test("the window of rates follows the interval of the chosen targets", () => {
  expect(JSON.stringify(variable("window"))).toContain("4 * max(poll_interval_seconds")
  expect(JSON.stringify(dashboard)).not.toContain("$__rate_interval")
})

describe.each(panels.map((panel) => [panel.title, panel] as const))("panel %s", (_title, panel) => {
  test("has a title, a description, a unit and the data source", () => {
    expect(panel.title).not.toBe("")
    expect(panel.description).toMatch(/\.$/)
    expect(panel.fieldConfig.defaults.unit).toBeTypeOf("string")
    for (const { uid } of [panel.datasource, ...panel.targets.map(({ datasource }) => datasource)])
      expect(uid).toBe("${datasource}")
  })

  test("filters by job and instance in every selector", () => {
    expect(panel.targets.length).toBeGreaterThan(0)
    for (const { expr } of panel.targets) {
      const selectors = [...expr.matchAll(/\b\w+\{([^}]*)\}(?!s\])/g)].map(([, matchers]) => matchers)
      expect(selectors.length).toBeGreaterThan(0)
      for (const matchers of selectors) expect(matchers).toMatch(/job=~"\$job", instance=~"\$instance"/)
    }
  })

  test("shows counters only as rates or increases", () => {
    for (const { expr } of panel.targets) {
      // a comparison with 0 only finds targets that were polled
      const shown = expr.replaceAll(/\w+_total\{[^}]*\} > 0/g, "")
      for (const [counter, before] of shown.matchAll(/(?:(\w+)\()?\w+_total\{/g))
        expect(["rate", "increase"], counter).toContain(before)
    }
  })

  test("returns a bounded number of series", () => {
    for (const { expr } of panel.targets) expect(expr).toMatch(/topk\(|^(sum|max|count)\(|sum by \(reason\)/)
  })
})

test("series of targets link to their page, reasons to the runbook; reloads and takeovers are annotations", () => {
  const text = JSON.stringify(dashboard)
  const ofTargets = panels.filter(
    ({ type, targets }) =>
      type !== "stat" && targets.some(({ expr }) => expr.includes("topk") && expr.includes("target=~"))
  )
  expect(ofTargets.length).toBeGreaterThan(6)
  for (const panel of ofTargets) expect(JSON.stringify(panel), panel.title).toMatch(/\/targets\/\$\{__/)
  const anchors = Array.from(text.matchAll(/\$\{runbooks\}#(\w+)/g), ([, anchor]) => anchor)
  expect(anchors.length).toBeGreaterThan(0)
  expect(runbooks.map((name) => name.toLowerCase())).toEqual(expect.arrayContaining(anchors))
  expect(dashboard.annotations.list.map(({ name }: { readonly name: string }) => name)).toEqual([
    "Reloads",
    "Takeovers"
  ])
})
