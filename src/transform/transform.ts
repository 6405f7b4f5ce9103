import { describeFound, describeLabels, describeRow } from "./describe.ts"
import type { Document } from "./json.ts"
import { type Label, labelRow, present, type RowLabels } from "./labels.ts"
import { lookup, nodesAt } from "./lookup.ts"
import type { Node } from "./node.ts"
import { find, type Path } from "./path.ts"
import type { List, Plan, Scope } from "./plan.ts"
import { collectProblems } from "./problems.ts"
import type { DropReason, Labels, Sample, Transformed } from "./sample.ts"
import type { Series } from "./series.ts"
import { distinctRows, distinctSeries } from "./unique.ts"

/** Where a scope is taken: the document, or one row of a list. */
interface Row {
  readonly node: Node
  /** As the rows within inherit them, and as its samples share them. */
  readonly rowLabels: RowLabels
  readonly labels: Labels
  /** No row of its scope before it has the same labels. */
  readonly isNew: boolean
}

/**
 * All that a mapping yields of a document; it goes on to one sample over the plan's `maxSeries` and no further. Total:
 * what a document lacks, or has in a form that makes no number, costs a sample and is a problem.
 */
export const transform = (plan: Plan, document: Document): Transformed => {
  const look = lookup(document)
  const samples: Array<Sample> = []
  const isNewSeries = distinctSeries(samples)
  const { dropped, problems, count } = collectProblems()

  const lost = (reason: DropReason, metric: string, path: Path | undefined, node: Node, duplicate?: Labels) => {
    if (!count(reason)) return
    const found =
      duplicate !== undefined ? describeLabels(duplicate) : path === undefined ? "" : describeFound(look, path, node)
    problems.push({ reason, metric, path: path?.text ?? "", row: describeRow(node), found })
  }
  const labelLost = (label: string, path: Path, node: Node) => lost("ambiguous", label, path, node)

  const isFull = () => samples.length > plan.maxSeries

  const add = ({ family, path, oncePerRow }: Series, labels: Labels, value: number, row: Row) => {
    if (isFull()) return
    if (isNewSeries(family, labels, oncePerRow && row.isNew)) samples.push({ family, labels, value })
    else lost("duplicate", family.name, path, row.node, labels)
  }

  const take = (series: Series, row: Row) => {
    const reading = series.read(look, row.node)
    if (typeof reading === "string") lost(reading, series.family.name, series.path, row.node)
    const isUnknownState = series.states !== undefined && reading === "unknown_state"
    if (typeof reading !== "number" && !isUnknownState) return
    const labels =
      series.labels === undefined
        ? row.labels
        : present(labelRow(series.labels, row.rowLabels, look, row.node, labelLost))
    if (series.states === undefined) return add(series, labels, Number(reading), row)
    for (const [index, state] of series.states.entries()) {
      add(series, withState(labels, state), index === reading ? 1 : 0, row)
    }
  }

  const visit = (scope: Scope, row: Row) => {
    for (const series of scope.series) take(series, row)
    for (const list of scope.lists) walk(list, row)
  }

  const walk = ({ path, scopes }: List, around: Row) => {
    const nodes = nodesAt(look, path, around.node)
    if (nodes.length === 0 && around.node === look.root && isGone(path, look.root)) {
      lost("missing", firstName(scopes), path, around.node)
    }
    for (const scope of scopes) {
      const isNewRow = distinctRows(nodes.length)
      for (const node of nodes) {
        if (isFull() || look.effort.left-- < 0) return
        const rowLabels = labelRow(scope.labels, around.rowLabels, look, node, labelLost)
        const isNew = around.isNew && scope.inheritsAll && isNewRow(rowLabels)
        visit(scope, { node, rowLabels, labels: present(rowLabels), isNew })
      }
    }
  }

  const rowLabels = labelRow(plan.root.labels, [], look, look.root, labelLost)
  visit(plan.root, { node: look.root, rowLabels, labels: present(rowLabels), isNew: true })
  return { samples, dropped, problems, gaveUp: look.effort.left < 0 }
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
