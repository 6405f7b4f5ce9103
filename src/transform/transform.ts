import { describeFound, describeLabels, describeRow } from "./describe.ts"
import type { Document } from "./json.ts"
import { type Label, type LabelProblem, labelRow, present, type RowLabels } from "./labels.ts"
import { eachNodeAt, type Lookup, lookup } from "./lookup.ts"
import type { Node } from "./node.ts"
import { find, type Path } from "./path.ts"
import type { List, Plan, Scope } from "./plan.ts"
import { collectProblems, type Problems } from "./problems.ts"
import type { DropReason, Labels, Samples, Transformed } from "./sample.ts"
import type { Series } from "./series.ts"

/** Where a scope is taken: the document, or one row of a list. */
interface Row {
  readonly node: Node
  /** As the rows within inherit them, and as its samples share them. */
  readonly rowLabels: RowLabels
  readonly labels: Labels
}

/** One document on its way through a plan. Its functions take it, and are not made for it: V8 forgets with a function how it was compiled. */
interface Run {
  readonly look: Lookup
  readonly samples: Samples
  readonly maxSeries: number
  readonly problems: Problems
  readonly labelLost: LabelProblem
  series: number
}

/**
 * Adds all samples that a mapping yields of a document; it goes on to one over the plan's `maxSeries` and no further. Total: what
 * a document lacks, or has in a form that makes no number, costs a sample and is a problem.
 */
export const transform = ({ root, maxSeries }: Plan, document: Document, samples: Samples): Transformed => {
  const look = lookup(document)
  const run: Run = {
    look,
    samples,
    maxSeries,
    problems: collectProblems(),
    labelLost: (label, path, node) => lost(run, "ambiguous", label, path, node),
    series: 0
  }
  const rowLabels = labelRow(root.labels, [], look, look.root, run.labelLost)
  visit(run, root, { node: look.root, rowLabels, labels: present(rowLabels) })
  const { dropped, problems } = run.problems
  return { series: run.series, dropped, problems, gaveUp: look.effort.left < 0 }
}

const visit = (run: Run, { series, lists }: Scope, row: Row): void => {
  for (const one of series) take(run, one, row)
  for (const list of lists) walk(run, list, row)
}

const walk = (run: Run, { path, scopes }: List, around: Row): void => {
  const { look } = run
  let rows = 0
  eachNodeAt(look, path, around.node, (node) => {
    rows++
    return visitRow(run, scopes, node, around)
  })
  if (rows === 0 && around.node === look.root && isGone(path, look.root)) {
    lost(run, "missing", firstName(scopes), path, around.node)
  }
}

/** Says whether that is enough. */
const visitRow = (run: Run, scopes: ReadonlyArray<Scope>, node: Node, around: Row): boolean => {
  const { look, labelLost } = run
  for (const scope of scopes) {
    if (isFull(run) || look.effort.left-- < 0) return true
    const rowLabels = labelRow(scope.labels, around.rowLabels, look, node, labelLost)
    visit(run, scope, { node, rowLabels, labels: present(rowLabels) })
  }
  return false
}

const take = (run: Run, series: Series, row: Row): void => {
  const { look, labelLost } = run
  const reading = series.read(look, row.node)
  if (typeof reading === "string") lost(run, reading, series.family.name, series.path, row.node)
  const isUnknownState = series.states !== undefined && reading === "unknown_state"
  if (typeof reading !== "number" && !isUnknownState) return
  const labels =
    series.labels === undefined
      ? row.labels
      : present(labelRow(series.labels, row.rowLabels, look, row.node, labelLost))
  if (series.states === undefined) add(run, series, labels, Number(reading), row)
  else {
    for (const [index, state] of series.states.entries()) {
      add(run, series, withState(labels, state), index === reading ? 1 : 0, row)
    }
  }
}

const add = (run: Run, { family, path }: Series, labels: Labels, value: number, row: Row): void => {
  if (isFull(run)) return
  if (run.samples.add(family, labels, value)) run.series++
  else lost(run, "duplicate", family.name, path, row.node, labels)
}

const isFull = ({ series, maxSeries }: Run): boolean => series > maxSeries

const lost = (
  { look, problems }: Run,
  reason: DropReason,
  metric: string,
  path: Path | undefined,
  node: Node,
  duplicate?: Labels
): void => {
  if (!problems.count(reason)) return
  const found =
    duplicate !== undefined ? describeLabels(duplicate) : path === undefined ? "" : describeFound(look, path, node)
  problems.problems.push({ reason, metric, path: path?.text ?? "", row: describeRow(node), found })
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
