import type { Document } from "./json.ts"
import { type Label, labelRow, present, type RowLabels } from "./labels.ts"
import { describe, lookup, nodesAt } from "./lookup.ts"
import { location, type Node } from "./node.ts"
import { find, type Path } from "./path.ts"
import type { List, Plan, Scope } from "./plan.ts"
import { collectProblems } from "./problems.ts"
import type { DropReason, Labels, Sample, Transformed } from "./sample.ts"
import type { Series } from "./series.ts"
import { distinctRows, distinctSeries } from "./unique.ts"

/**
 * All that a mapping yields of a document; it goes on to one sample over the plan's `maxSeries` and no further. Total:
 * what a document lacks, or has in a form that makes no number, costs a sample and is a problem.
 */
export const transform = (plan: Plan, document: Document): Transformed => {
  const look = lookup(document)
  const samples: Array<Sample> = []
  const isNewSeries = distinctSeries(samples)
  const { dropped, problems, drop } = collectProblems()

  const lost = (reason: DropReason, metric: string, path: Path | undefined, row: Node, found?: string) =>
    drop(reason, () => ({
      metric,
      path: path?.text ?? "",
      row: location(row),
      found: found ?? (path === undefined ? "nothing" : describe(look, path, row))
    }))
  const labelLost = (label: string, path: Path, row: Node) => lost("ambiguous", label, path, row)

  const isFull = () => samples.length > plan.maxSeries

  const add = ({ family, path, oncePerRow }: Series, labels: Labels, value: number, row: Node, isRowNew: boolean) => {
    if (isFull()) return
    if (isNewSeries(family, labels, oncePerRow && isRowNew)) samples.push({ family, labels, value })
    else lost("duplicate", family.name, path, row, labels.map(([name, value]) => `${name}="${value}"`).join(","))
  }

  const take = (series: Series, row: Node, rowLabels: RowLabels, asTheRow: Labels, isRowNew: boolean) => {
    const reading = series.read(look, row)
    if (typeof reading === "string") lost(reading, series.family.name, series.path, row)
    const isState = series.states !== undefined && reading === "unknown_state"
    if (typeof reading !== "number" && !isState) return
    const labels =
      series.labels === undefined ? asTheRow : present(labelRow(series.labels, rowLabels, look, row, labelLost))
    if (series.states === undefined) add(series, labels, Number(reading), row, isRowNew)
    else {
      for (const [index, state] of series.states.entries()) {
        add(series, withState(labels, state), index === reading ? 1 : 0, row, isRowNew)
      }
    }
  }

  const visit = (scope: Scope, row: Node, rowLabels: RowLabels, isRowNew: boolean) => {
    const labels = present(rowLabels)
    for (const series of scope.series) take(series, row, rowLabels, labels, isRowNew)
    for (const list of scope.lists) walk(list, row, rowLabels, isRowNew)
  }

  const walk = ({ path, scopes }: List, around: Node, labelsAround: RowLabels, isAroundNew: boolean) => {
    const rows = nodesAt(look, path, around)
    if (rows.length === 0 && around === look.root && isGone(path, around)) {
      lost("missing", firstName(scopes), path, around)
    }
    for (const scope of scopes) {
      const isNew = distinctRows(rows.length)
      for (const row of rows) {
        if (isFull() || look.effort.left-- < 0) return
        const labels = labelRow(scope.labels, labelsAround, look, row, labelLost)
        visit(scope, row, labels, isAroundNew && scope.inheritsAll && isNew(labels))
      }
    }
  }

  visit(plan.root, look.root, labelRow(plan.root.labels, [], look, look.root, labelLost), true)
  return { samples, dropped, problems }
}

/** The labels with one more in its place. */
const withState = (labels: Labels, state: Label): Labels => {
  const after = labels.findIndex(([name]) => name > state[0])
  return labels.toSpliced(after === -1 ? labels.length : after, 0, state)
}

/**
 * No rows because the list itself is not there, nor null: the answer is no longer what the mapping was written for.
 * An empty list is none the worse for that; nor is a list within a row, which many APIs leave out when it is empty.
 */
const isGone = ({ keys, list }: Path, { value }: Node): boolean => {
  if (keys !== undefined) return true
  return list !== undefined && typeof find(list, value) !== "object"
}

/** What stands for all metrics of a list. */
const firstName = (scopes: ReadonlyArray<Scope>): string => {
  for (const { series, lists } of scopes) {
    const name = series[0]?.family.name ?? lists.map((list) => firstName(list.scopes)).find((name) => name !== "")
    if (name !== undefined) return name
  }
  return ""
}
