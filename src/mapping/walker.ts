import type { Effort } from "../jsonpath/search.ts"
import { describeLabels } from "./describe.ts"
import { fillLabels, labelPairs, labelValues } from "./label-source.ts"
import type { List, Metric, ValueSource } from "./plan.ts"
import { type DropReason, dropSample, type ProblemLog } from "./problems.ts"
import { ambiguous, type Field, type Row, type Visitor } from "./reader.ts"
import type { LabelValues, SampleWriter } from "./sample.ts"
import { aggregate } from "./value/aggregate.ts"
import type { Aggregate } from "./value/calc.ts"
import type { Reading } from "./value/steps.ts"

/** One run of a plan over a document. */
export interface Run {
  readonly samples: SampleWriter
  readonly maxSeries: number
  readonly problems: ProblemLog
  readonly effort: Effort
  /** The response. Label values and numbers may be ranges of it. */
  readonly bytes: Buffer
  series: number
}

/** One sample over the limit is enough to know that the limit is exceeded. */
const isFull = ({ series, maxSeries }: Run): boolean => series > maxSeries

const unknown = -1

/** Takes the labels, metrics and inner lists of each row of a list. Belongs to one run. */
export class Walker implements Visitor {
  readonly list: List
  readonly #run: Run
  readonly #around: LabelValues
  readonly #labels: LabelValues
  /** By the position of the metric: its labels if they are not those of the row. */
  readonly #ownLabels: ReadonlyArray<LabelValues | undefined>
  readonly #inner: ReadonlyArray<Walker>
  readonly #isOfDocument: boolean
  /** The label set of the current row, once a sample has asked for it. */
  #labelSet = unknown

  constructor(run: Run, list: List, around: LabelValues | undefined, isOfDocument = false) {
    this.#run = run
    this.list = list
    const isRoot = around === undefined
    this.#around = around ?? labelValues([])
    this.#isOfDocument = isOfDocument
    this.#labels = labelValues(list.labels)
    this.#ownLabels = list.metrics.map(({ labels }) => labels && labelValues(labels))
    this.#inner = list.lists.map((inner) => new Walker(run, inner, this.#labels, isRoot))
  }

  visit(row: Row): boolean {
    const run = this.#run
    if (isFull(run) || run.effort.left-- < 0) return true
    const { labels, metrics } = this.list
    fillLabels(labels, row, this.#around, this.#labels, run.problems)
    this.#labelSet = unknown
    for (let position = 0; position < metrics.length; position++) {
      const metric = metrics[position]
      if (metric !== undefined) this.#take(metric, position, row)
    }
    for (const inner of this.#inner) inner.#walk(row)
    return false
  }

  #walk(row: Row): void {
    const { list } = this
    const isFound = row.eachRow(this)
    if (!isFound && this.#isOfDocument) {
      dropSample(this.#run.problems, "missing", firstMetric(list), { path: list.path, slot: undefined }, row)
    }
  }

  #take(metric: Metric, position: number, row: Row): void {
    const { value, steps, family } = metric
    if (value.kind === "states") {
      this.#takeStates(metric, value, position, row)
      return
    }
    if (value.kind === "field" && steps.verbatim !== undefined) {
      const range = row.spelledNumber(value.field, steps.verbatim === "not negative")
      if (range !== undefined) {
        const { begin, end } = range
        const { samples, bytes } = this.#run
        const labelSet = this.#labelSetFor(metric, position, row)
        if (isFull(this.#run)) return
        this.#added(samples.addSpelled(family, labelSet, bytes, begin, end), metric, position, row)
        return
      }
    }
    const reading = readValue(metric, row)
    if (typeof reading === "number") this.#add(metric, position, row, this.#labelSetFor(metric, position, row), reading)
    else if (reading !== undefined) this.#drop(reading, metric, row)
  }

  /** One sample for each state, of which at most one is 1. */
  #takeStates(metric: Metric, source: Extract<ValueSource, { kind: "states" }>, position: number, row: Row): void {
    const text = row.text(source.field)
    const reading = text === undefined ? metric.absent : text === ambiguous ? "ambiguous" : source.read(text)
    if (typeof reading === "string") this.#drop(reading, metric, row)
    if (typeof reading !== "number" && reading !== "unknown_state") return
    const { samples, bytes } = this.#run
    const labels = this.#fillOwn(metric, position, row)
    for (const [index, state] of source.states.entries()) {
      labels.texts[source.label] = state
      this.#add(metric, position, row, samples.labelSetOf(labels, bytes), index === reading ? 1 : 0)
    }
  }

  #fillOwn({ labels }: Metric, position: number, row: Row): LabelValues {
    const own = this.#ownLabels[position]
    if (own === undefined || labels === undefined) return this.#labels
    fillLabels(labels, row, this.#labels, own, this.#run.problems)
    return own
  }

  #labelSetFor(metric: Metric, position: number, row: Row): number {
    const { samples, bytes } = this.#run
    if (metric.labels !== undefined) return samples.labelSetOf(this.#fillOwn(metric, position, row), bytes)
    if (this.#labelSet === unknown) this.#labelSet = samples.labelSetOf(this.#labels, bytes)
    return this.#labelSet
  }

  #add(metric: Metric, position: number, row: Row, labelSet: number, value: number): void {
    if (isFull(this.#run)) return
    this.#added(this.#run.samples.add(metric.family, labelSet, value), metric, position, row)
  }

  #added(isNew: boolean, metric: Metric, position: number, row: Row): void {
    if (isNew) this.#run.series++
    else this.#dropDuplicate(metric, position, row)
  }

  #drop(reason: DropReason, { family, value }: Metric, row: Row): void {
    dropSample(this.#run.problems, reason, family.name, fieldOf(value), row)
  }

  #dropDuplicate({ family, value }: Metric, position: number, row: Row): void {
    const { problems, bytes } = this.#run
    if (!problems.count("duplicate")) return
    problems.problems.push({
      reason: "duplicate",
      metric: family.name,
      path: fieldOf(value)?.path.text ?? "",
      row: row.location(),
      found: describeLabels(labelPairs(this.#ownLabels[position] ?? this.#labels, bytes))
    })
  }
}

const fieldOf = (value: ValueSource): Field | undefined => (value.kind === "constant" ? undefined : value.field)

const readValue = (metric: Metric, row: Row): Reading => {
  const { value, steps } = metric
  switch (value.kind) {
    case "constant":
      return value.value
    case "field":
      return readField(metric, value.field, row)
    case "aggregate":
      return value.aggregate === "count"
        ? steps.finish(row.values(value.field).length, undefined)
        : readAggregate(metric, value.aggregate, value.field, row)
    case "states":
      throw new Error("a stateset has no single value")
  }
}

const readField = ({ steps, absent }: Metric, field: Field, row: Row): Reading => {
  const value = row.value(field)
  if (value === undefined || value === null) return absent
  if (value === ambiguous) return "ambiguous"
  const text = steps.needsText ? row.text(field) : ""
  const number = steps.read(value, typeof text === "string" ? text : "")
  return typeof number === "number" ? steps.finish(number, undefined) : number
}

/** Null is skipped. A value that is not a number drops the sample. */
const readAggregate = (
  { steps, absent }: Metric,
  name: Exclude<Aggregate, "count">,
  field: Field,
  row: Row
): Reading => {
  const values = row.values(field)
  const texts = steps.needsText ? row.texts(field) : []
  const numbers: Array<number> = []
  for (const [index, value] of values.entries()) {
    if (value === null) continue
    const number = steps.read(value, texts[index] ?? "")
    if (typeof number !== "number") return number
    numbers.push(number)
  }
  if (numbers.length === 0 && name !== "sum") return absent
  return steps.finish(numbers.length === 0 ? 0 : aggregate[name](numbers), undefined)
}

/** The name that stands for all metrics of a list. */
const firstMetric = ({ metrics, lists }: List): string => {
  const [metric] = metrics
  return metric?.family.name ?? lists.map(firstMetric).find((name) => name !== "") ?? ""
}
