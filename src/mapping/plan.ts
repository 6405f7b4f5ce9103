import type { Path } from "../jsonpath/evaluate.ts"
import type { ByteList } from "./bytes/byte-list.ts"
import type { FieldIndex } from "./bytes/field-index.ts"
import type { LabelSource } from "./label-source.ts"
import type { Field } from "./reader.ts"
import type { Family } from "./sample.ts"
import type { MetricObject } from "./schema/metric.ts"
import type { UrlReference } from "./url-reference.ts"
import type { Aggregate } from "./value/calc.ts"
import type { ReadState } from "./value/state-words.ts"
import type { Reading, Steps } from "./value/steps.ts"

/** A compiled mapping. Immutable, and shared by all targets that use the mapping. */
export interface Plan {
  /** The run stops after one sample more than this. */
  readonly maxSeries: number
  /** The document itself: a list of one row. */
  readonly root: List
  readonly deferred: DeferredLists | undefined
  /** By id. */
  readonly details: ReadonlyArray<Detail>
}

/** Lists that are not parsed with the document, to save time and memory. Their rows are read from the bytes. */
export interface DeferredLists {
  /** Where they are in the document. */
  readonly index: FieldIndex
  /** The slot of each list in the index. */
  readonly slots: ReadonlyMap<List, number>
}

/** Rows, and what is taken from each. */
export interface List {
  readonly rows: Rows
  /** A missing list is not reported as a problem. */
  readonly isOptional: boolean
  /** How its rows are read from bytes; undefined if they have to be parsed. */
  readonly bytes: ByteList | undefined
  /** In ascending order of name. */
  readonly labels: ReadonlyArray<LabelSource>
  readonly metrics: ReadonlyArray<Metric>
  readonly lists: ReadonlyArray<List>
  /** What is taken from the document of each row. */
  readonly detail: Detail | undefined
}

/** A document for each row of a list. */
export interface Detail {
  readonly id: number
  readonly url: UrlReference
  /** The most documents of a poll, and the most that are requested at once. */
  readonly max: number
  readonly atOnce: number
  /** A document that fails drops its row, not the poll. */
  readonly isPartial: boolean
  /** The document itself: a list of one row, which inherits the labels of the row. */
  readonly list: List
}

/** Where rows come from. */
export type Rows =
  /** The nodes that a path finds or, if `isText`, the JSON in the strings that it finds. */
  | { readonly kind: "path"; readonly path: Path; readonly isText: boolean }
  /** Lists of values, whose names are in another list. */
  | { readonly kind: "table"; readonly columns: Path; readonly rows: Path }
  /** Lists side by side, each with the values of one name. */
  | { readonly kind: "zip"; readonly columns: ReadonlyArray<readonly [name: string, path: Path]> }

/** How samples with the same name and labels become one. */
export type Combine = NonNullable<MetricObject["duplicates"]>

interface MetricBase {
  readonly family: Family
  /** Undefined: the labels of the row. Otherwise all labels, inherited ones included. */
  readonly labels: ReadonlyArray<LabelSource> | undefined
}

/** One entry of a metric: what it yields for a row. */
export type Metric = NumberMetric | InfoMetric | StatesMetric | HistogramMetric | SummaryMetric

export interface NumberMetric extends MetricBase {
  readonly kind: "number"
  readonly value: ValueReader
  /** Undefined: the first sample of several wins, and the others are dropped. */
  readonly combine: Combine | undefined
}

/** Always 1. */
export interface InfoMetric extends MetricBase {
  readonly kind: "info"
  /** A row without any label is not reported as a problem. */
  readonly isOptional: boolean
}

/** One series for each state. At most one of them is 1. */
export interface StatesMetric extends MetricBase {
  readonly kind: "states"
  readonly labels: ReadonlyArray<LabelSource>
  /** The position of the label that names the state. */
  readonly label: number
  readonly field: Field
  readonly states: ReadonlyArray<string>
  readonly read: ReadState
  /** What a missing or null value gives: the position of a state, a reason to drop it, or undefined for no series. */
  readonly missing: Reading
  /** What a value in `null_values` gives: the position of a state, or undefined for no series. */
  readonly nullValue: number | undefined
}

export interface HistogramMetric extends MetricBase {
  readonly kind: "histogram"
  readonly labels: ReadonlyArray<LabelSource>
  /** The position of the label `le`. */
  readonly label: number
  readonly buckets: List
  readonly le: LabelSource
  readonly leSteps: Steps
  readonly unit: Field | undefined
  readonly bucket: ValueReader
  readonly isCumulative: boolean
  readonly sum: ValueReader | undefined
  readonly count: ValueReader | undefined
}

export interface SummaryMetric extends MetricBase {
  readonly kind: "summary"
  readonly labels: ReadonlyArray<LabelSource>
  /** The position of the label `quantile`. */
  readonly label: number
  readonly quantiles: ReadonlyArray<readonly [quantile: number, value: ValueReader]>
  readonly sum: ValueReader | undefined
  readonly count: ValueReader | undefined
}

/** How a row gives a number. */
export interface ValueReader {
  readonly source: ValueSource
  readonly steps: Steps
  /** Where the document names the unit of the value. */
  readonly unit: Field | undefined
  /** What a value that is missing or null gives. */
  readonly missing: Reading
  /** What a value in `null_values` gives. */
  readonly nullValue: number | undefined
}

export interface AggregateSource {
  readonly kind: "aggregate"
  readonly aggregate: Aggregate
  readonly field: Field
}

export interface FieldSource {
  readonly kind: "field"
  readonly field: Field
}

export type ValueSource =
  | FieldSource
  | AggregateSource
  | { readonly kind: "constant"; readonly value: number }
  | {
      readonly kind: "calc"
      readonly text: string
      readonly operands: ReadonlyArray<FieldSource | AggregateSource>
      readonly evaluate: (operands: ReadonlyArray<number>) => number
    }
