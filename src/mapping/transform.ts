import * as Result from "effect/Result"
import { find, type Path } from "../jsonpath/evaluate.ts"
import { nowhere } from "./bytes/field-index.ts"
import { describeFound, describeLabels, describeRow } from "./describe.ts"
import { type Document, parse } from "./document/json.ts"
import type { Node } from "./document/node.ts"
import { type Label, labelRow, present, type RowLabels } from "./labels.ts"
import { eachNodeAt, lookup } from "./lookup.ts"
import type { List, Plan, Scope } from "./plan.ts"
import { collectProblems } from "./problems.ts"
import { add, hasEnough, type Run } from "./run.ts"
import type { DropReason, Labels, Samples, Transformed } from "./sample.ts"
import { type Aside, parseSparse } from "./scan/aside.ts"
import type { Bulks } from "./scan/bulk.ts"
import { guess, learn } from "./scan/guess.ts"
import { visitRows } from "./scan/rows.ts"
import { readingOf, type Series } from "./series.ts"

/** Where a scope is taken: the document, or one row of a list. */
interface Row {
  readonly node: Node
  /** As the rows within inherit them, and as its samples share them. */
  readonly rowLabels: RowLabels
  readonly labels: Labels
  /** That of the labels, once a sample has asked for it. */
  number: number | undefined
}

/**
 * Adds all samples that a mapping yields of a document; it goes on to one over the plan's `maxSeries` and no further. Total: what
 * a document lacks, or has in a form that makes no number, costs a sample and is a problem.
 */
export const transform = (plan: Plan, document: Document, samples: Samples): Transformed =>
  outcomeOf(runOn(plan, document, undefined, samples))

/** The same of the document in a body; or in a few words why it is no JSON. */
export const transformBody = (plan: Plan, body: Uint8Array, samples: Samples): Result.Result<Transformed, string> =>
  plan.bulks === undefined
    ? Result.map(parse(body), (document) => transform(plan, document, samples))
    : transformBulks(plan, plan.bulks, body, samples)

const transformBulks = (plan: Plan, { outline }: Bulks, body: Uint8Array, samples: Samples) => {
  const guessed = guess(body, outline)
  if (guessed !== undefined) {
    const run = runOn(plan, guessed, guessed.aside, samples)
    if (!run.strayed) return Result.succeed(outcomeOf(run))
    samples.clear()
  }
  return Result.map(parseSparse(body, outline), (sparse) => {
    if (guessed !== undefined) learn(guessed.aside, sparse.aside, outline)
    return outcomeOf(runOn(plan, sparse, sparse.aside, samples))
  })
}

const outcomeOf = ({ series, problems: { dropped, problems }, look }: Run): Transformed => ({
  series,
  dropped,
  problems,
  gaveUp: look.effort.left < 0
})

const runOn = (
  { root, maxSeries, bulks }: Plan,
  document: Document,
  aside: Aside | undefined,
  samples: Samples
): Run => {
  const look = lookup(document)
  const run: Run = {
    look,
    samples,
    maxSeries,
    problems: collectProblems(),
    labelLost: (label, path, node) => lost(run, "ambiguous", label, path, node),
    lists: aside && bulks && { aside, bulks },
    series: 0,
    strayed: false
  }
  const rowLabels = labelRow(root.labels, [], look, look.root, run.labelLost)
  visit(run, root, { node: look.root, rowLabels, labels: present(rowLabels), number: undefined })
  return run
}

const visit = (run: Run, { series, lists }: Scope, row: Row): void => {
  for (const one of series) take(run, one, row)
  for (const list of lists) walk(run, list, row)
}

const walk = (run: Run, list: List, around: Row): void => {
  const { look } = run
  const { path, scopes } = list
  let rows = 0
  eachNodeAt(look, path, around.node, (node) => {
    rows++
    return visitRow(run, scopes, node, around)
  })
  if (rows === 0 && around.node === look.root && isGone(path, look.root)) {
    lost(run, "missing", firstName(scopes), path, around.node)
  }
  if (run.lists !== undefined) walkAside(run, run.lists, list, around)
}

/** The rows that the document has not. */
const walkAside = (run: Run, { bulks, aside }: NonNullable<Run["lists"]>, list: List, { rowLabels }: Row): void => {
  const placed = bulks.of.get(list)
  if (placed === undefined) return
  const begin = aside.places.begins[placed.slot] ?? nowhere
  if (begin === nowhere) return
  const end = visitRows(run, placed.bulk, rowLabels, aside.body, begin)
  if (end !== aside.places.ends[placed.slot]) run.strayed = true
}

/** Says whether that is enough. */
const visitRow = (run: Run, scopes: ReadonlyArray<Scope>, node: Node, around: Row): boolean => {
  const { look, labelLost } = run
  for (const scope of scopes) {
    if (hasEnough(run)) return true
    const rowLabels = labelRow(scope.labels, around.rowLabels, look, node, labelLost)
    visit(run, scope, { node, rowLabels, labels: present(rowLabels), number: undefined })
  }
  return false
}

const take = (run: Run, series: Series, row: Row): void => {
  const { look, labelLost, samples } = run
  const { family, reader, states } = series
  const reading = readingOf(reader, look, row.node)
  if (typeof reading === "string") lost(run, reading, family.name, reader.path, row.node)
  const isUnknownState = states !== undefined && reading === "unknown_state"
  if (typeof reading !== "number" && !isUnknownState) return
  const isOwn = series.labels !== undefined
  const labels = isOwn ? present(labelRow(series.labels, row.rowLabels, look, row.node, labelLost)) : row.labels
  if (states === undefined) {
    if (!isOwn) row.number ??= samples.numberOf(labels)
    put(run, series, labels, isOwn ? samples.numberOf(labels) : (row.number ?? 0), Number(reading), row)
    return
  }
  for (const [index, state] of states.entries()) {
    const all = withState(labels, state)
    put(run, series, all, samples.numberOf(all), index === reading ? 1 : 0, row)
  }
}

const put = (
  run: Run,
  { family, reader }: Series,
  labels: Labels,
  number: number,
  value: number,
  { node }: Row
): void => {
  if (!add(run, family, number, value)) lost(run, "duplicate", family.name, reader.path, node, labels)
}

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
