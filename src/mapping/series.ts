import type { Path } from "../jsonpath/evaluate.ts"
import type { Json } from "./document/json.ts"
import type { Node } from "./document/node.ts"
import type { Label, LabelSource } from "./labels.ts"
import { type ambiguous, type Lookup, nodesAt, valueAt, wordsAt } from "./lookup.ts"
import type { Family } from "./sample.ts"
import { aggregates, type MetricObject } from "./schema/metric.ts"
import { type Reading, readMany, readOne, readState } from "./value.ts"

/** What a row yields of one metric: a sample, or one for each state. */
export interface Series {
  readonly family: Family
  /** Undefined: those of the row. Else all of them, the inherited ones included. */
  readonly labels: ReadonlyArray<LabelSource> | undefined
  readonly reader: Reader
  /** Of a stateset, the labels of its states; the reader yields a position among them. */
  readonly states: ReadonlyArray<Label> | undefined
}

/** How a row yields a metric's number, or the position of its state: of what it is made. */
export type Reader =
  /** An info is always 1. */
  | { readonly of: "nothing"; readonly path: undefined }
  | {
      readonly of: "value"
      readonly path: Path
      readonly read: (value: Json | undefined | typeof ambiguous) => Reading
      /** A number of the document is the sample, or is if it is not below 0. */
      readonly verbatim: "any" | "not below 0" | undefined
    }
  | {
      readonly of: "words"
      readonly path: Path
      readonly read: (words: string | undefined | typeof ambiguous) => Reading
    }
  | { readonly of: "values"; readonly path: Path; readonly read: (values: ReadonlyArray<Json>) => Reading }

/** What a row yields by a reader. */
export const readingOf = (reader: Reader, look: Lookup, row: Node): Reading => {
  switch (reader.of) {
    case "nothing":
      return 1
    case "value":
      return reader.read(valueAt(look, reader.path, row))
    case "words":
      return reader.read(wordsAt(look, reader.path, row))
    case "values":
      return reader.read(nodesAt(look, reader.path, row).map(({ value }) => value))
  }
}

/** The function and the path of `{ count: PATH }` and its like. */
const aggregateOf = (value: Exclude<MetricObject["value"], Path | undefined>) =>
  aggregates.flatMap((name) => {
    const path = value[name]
    return path === undefined ? [] : [{ name, path }]
  })[0]

/** The path of a metric's value. */
const pathOf = ({ value }: MetricObject): Path | undefined =>
  value === undefined || "text" in value ? value : aggregateOf(value)?.path

const verbatim = ({ type, pattern, parse, map, scale = 1 }: MetricObject) => {
  if (pattern !== undefined || parse !== undefined || map !== undefined || scale !== 1) return undefined
  return type === "counter" ? "not below 0" : "any"
}

export const readerOf = (metric: MetricObject): Reader => {
  const { type, value } = metric
  if (type === "info" || value === undefined) return { of: "nothing", path: undefined }
  if ("text" in value) {
    return type === "stateset"
      ? { of: "words", path: value, read: readState(metric) }
      : { of: "value", path: value, read: readOne(metric), verbatim: verbatim(metric) }
  }
  const aggregate = aggregateOf(value)
  // the schema lets no other through
  if (aggregate === undefined) throw new Error("an aggregate without a path")
  return { of: "values", path: aggregate.path, read: readMany(aggregate.name, metric) }
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
