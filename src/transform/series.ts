import type { Label, LabelSource } from "./labels.ts"
import { type Lookup, nodesAt, valueAt, wordsAt } from "./lookup.ts"
import { aggregates, type MetricObject } from "./mapping/metric.ts"
import type { Node } from "./node.ts"
import type { Path } from "./path.ts"
import type { Family } from "./sample.ts"
import { type Reading, readMany, readOne, readState } from "./value.ts"

/** What a row yields of one metric: a sample, or one for each state. */
export interface Series {
  readonly family: Family
  /** Where the value stands; an info has none. */
  readonly path: Path | undefined
  /** Undefined: those of the row. Else all of them, the inherited ones included. */
  readonly labels: ReadonlyArray<LabelSource> | undefined
  readonly read: (look: Lookup, row: Node) => Reading
  /** Of a stateset, the labels of its states; `read` yields a position among them. */
  readonly states: ReadonlyArray<Label> | undefined
}

/** The function and the path of `{ count: PATH }` and its like. */
const aggregateOf = (value: Exclude<MetricObject["value"], Path | undefined>) =>
  aggregates.flatMap((name) => {
    const path = value[name]
    return path === undefined ? [] : [{ name, path }]
  })[0]

/** The path of a metric's value. */
export const pathOf = ({ value }: MetricObject): Path | undefined =>
  value === undefined || "text" in value ? value : aggregateOf(value)?.path

/** How a row yields a metric's number, or the position of its state. */
export const readerOf = (metric: MetricObject): Series["read"] => {
  const { type, value } = metric
  if (type === "info" || value === undefined) return () => 1
  if (!("text" in value)) {
    const aggregate = aggregateOf(value)
    if (aggregate === undefined) return () => undefined
    const read = readMany(aggregate.name, metric)
    return (look, row) => read(nodesAt(look, aggregate.path, row).map((node) => node.value))
  }
  if (type === "stateset") {
    const read = readState(metric)
    return (look, row) => read(wordsAt(look, value, row))
  }
  const read = readOne(metric)
  return (look, row) => read(valueAt(look, value, row))
}

/** Says where the values come from, and that they are as old as the last good poll. */
export const defaultHelp = (metric: MetricObject, lists: ReadonlyArray<Path>): string => {
  const { value } = metric
  const path = pathOf(metric)
  const aggregate = value === undefined || "text" in value ? undefined : aggregateOf(value)?.name
  const what = path === undefined ? "labels" : path.text
  const rows = path?.absolute ? [] : lists.map(({ text }) => ` of each ${text}`)
  const text = `${aggregate === undefined ? "" : `${aggregate} of `}${what}${rows.join("")}`
  return `${text}, in the answer to the last good poll.`
}
