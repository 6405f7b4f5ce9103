import type { Path } from "../jsonpath/evaluate.ts"
import { type Effort, useUp } from "../jsonpath/search.ts"
import { describeLabels } from "./describe.ts"
import { type Drop, type Part, readHistogram, readSummary } from "./distribution.ts"
import type { Document } from "./document/json.ts"
import { fillLabels, hasLabels, labelPairs, labelValues } from "./label-source.ts"
import { documentRow } from "./parsed-row.ts"
import type { Combine, HistogramMetric, List, Metric, NumberMetric, StatesMetric, SummaryMetric } from "./plan.ts"
import { dropField, dropSample, type ProblemLog } from "./problems.ts"
import { combine, dropValue, readValue, textOf } from "./read-value.ts"
import { ambiguous, type Row, type Visitor } from "./reader.ts"
import type { Family, LabelValues, SampleWriter } from "./sample.ts"

/** One run of a plan over a response. */
export interface Run {
  readonly samples: SampleWriter
  readonly maxSeries: number
  readonly problems: ProblemLog
  readonly effort: Effort
  /** The bytes of the current page. Label values and numbers may be ranges of them. */
  bytes: Buffer
  /** The documents of rows, by the id of the detail and in the order of the rows. A string is why one failed. */
  readonly details: ReadonlyArray<ReadonlyArray<Document | string>>
  series: number
  /** Samples that may still be combined with others, by label set. */
  readonly combined: Map<Family, Map<number, number>>
}

/** Whether the limit is exceeded. More samples than that would not change the result: the poll fails. */
const isFull = ({ series, maxSeries }: Run): boolean => series > maxSeries

const unknown = -1

/** Takes the labels, metrics and inner lists of each row of a list. Belongs to one run. */
export class Walker implements Visitor {
  readonly list: List
  readonly #run: Run
  readonly #around: LabelValues
  readonly #labels: LabelValues
  /** By the position of a metric: its labels, if it has other labels than the row. */
  readonly #ownLabels: ReadonlyArray<LabelValues | undefined>
  readonly #inner: ReadonlyArray<Walker>
  /** Walks the documents of the rows (`get`). */
  readonly #detail: Walker | undefined
  /** The number of rows so far. */
  #rows = 0
  /** The label set of the current row, once a sample has needed it. */
  #labelSet = unknown

  constructor(run: Run, list: List, around: LabelValues) {
    this.#run = run
    this.list = list
    this.#around = around
    this.#labels = labelValues(list.labels)
    this.#ownLabels = list.metrics.map(({ labels }) => labels && labelValues(labels))
    this.#inner = list.lists.map((inner) => new Walker(run, inner, this.#labels))
    this.#detail = list.detail && new Walker(run, list.detail.list, this.#labels)
  }

  visit(row: Row): boolean {
    const run = this.#run
    if (isFull(run) || useUp(run.effort, 1)) return true
    const { labels, metrics } = this.list
    fillLabels(labels, row, this.#around, this.#labels, run.problems)
    this.#labelSet = unknown
    for (let position = 0; position < metrics.length; position++) {
      const metric = metrics[position]
      if (metric !== undefined) this.#take(metric, position, row)
    }
    for (const inner of this.#inner) row.eachRow(inner)
    if (this.#detail !== undefined) this.#visitDetail(this.#detail, row)
    return false
  }

  #visitDetail(walker: Walker, row: Row): void {
    const { detail } = this.list
    if (detail === undefined) return
    const { details, effort, problems } = this.#run
    const document = details[detail.id]?.[this.#rows++] ?? "no document"
    if (typeof document === "string") {
      dropSample(problems, "detail", firstMetric(detail.list), detail.url.text, row, () => document)
      return
    }
    walker.visit(documentRow([document], effort, row))
  }

  drop(reason: "missing" | "ambiguous" | "not_a_number", path: Path, row: Row): void {
    if (reason === "missing" && this.list.isOptional) return
    dropField(this.#run.problems, reason, firstMetric(this.list), { path, slot: undefined }, row)
  }

  #take(metric: Metric, position: number, row: Row): void {
    switch (metric.kind) {
      case "number":
        this.#takeNumber(metric, position, row)
        return
      case "info": {
        const labels = this.#labelsFor(metric, position, row)
        if (hasLabels(labels)) this.#add(metric, position, row, this.#labelSetOf(labels), 1)
        else if (!metric.isOptional)
          dropSample(this.#run.problems, "missing", metric.family.name, "labels", row, () => "no label")
        return
      }
      case "states":
        this.#takeStates(metric, position, row)
        return
      case "histogram":
        this.#addParts(metric, position, row, readHistogram(metric, row, this.#dropper(metric)))
        return
      case "summary":
        this.#addParts(metric, position, row, readSummary(metric, row, this.#dropper(metric)))
    }
  }

  #takeNumber(metric: NumberMetric, position: number, row: Row): void {
    const { value, family } = metric
    const { verbatim } = value.steps
    if (verbatim !== undefined && metric.combine === undefined && value.source.kind === "field") {
      const range = row.spelledNumber(value.source.field, verbatim === "not negative")
      if (range !== undefined) {
        const { begin, end } = range
        const labelSet = this.#labelSetFor(metric, position, row)
        const { samples, bytes } = this.#run
        if (isFull(this.#run)) return
        this.#added(samples.addSpelled(family, labelSet, bytes, begin, end), metric, position, row)
        return
      }
    }
    const reading = readValue(value, row)
    if (typeof reading === "string") dropValue(this.#run.problems, reading, family.name, value, row)
    if (typeof reading !== "number") return
    const labelSet = this.#labelSetFor(metric, position, row)
    if (metric.combine === undefined) this.#add(metric, position, row, labelSet, reading)
    else this.#combine(family, labelSet, reading, metric.combine)
  }

  #takeStates(metric: StatesMetric, position: number, row: Row): void {
    const { field, states, label, family } = metric
    const { problems } = this.#run
    const text = row.text(field)
    const state =
      text === undefined ? metric.missing : text === ambiguous ? "ambiguous" : (metric.read(text) ?? metric.nullValue)
    if (typeof state === "string") dropField(problems, state, family.name, field, row)
    if (typeof state !== "number" && state !== "unknown_state") return
    const labels = this.#labelsFor(metric, position, row)
    for (const [index, name] of states.entries()) {
      labels.texts[label] = name
      this.#add(metric, position, row, this.#labelSetOf(labels), index === state ? 1 : 0)
    }
  }

  #dropper({ family }: Metric): Drop {
    return (reason, path, row, found) => dropSample(this.#run.problems, reason, family.name, path, row, found)
  }

  #labelsFor({ labels }: Metric, position: number, row: Row): LabelValues {
    const own = this.#ownLabels[position]
    if (own === undefined || labels === undefined) return this.#labels
    fillLabels(labels, row, this.#labels, own, this.#run.problems)
    return own
  }

  #labelSetOf(labels: LabelValues): number {
    const { samples, bytes } = this.#run
    return samples.labelSetOf(labels, bytes)
  }

  #labelSetFor(metric: Metric, position: number, row: Row): number {
    if (metric.labels !== undefined) return this.#labelSetOf(this.#labelsFor(metric, position, row))
    if (this.#labelSet === unknown) this.#labelSet = this.#labelSetOf(this.#labels)
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

  /** The lines of one histogram or summary, which are dropped together if they are duplicates. */
  #addParts(metric: HistogramMetric | SummaryMetric, position: number, row: Row, parts: ReadonlyArray<Part>): void {
    const run = this.#run
    if (parts.length === 0 || isFull(run)) return
    const { family, label } = metric
    const labels = this.#labelsFor(metric, position, row)
    labels.texts[label] = ""
    const labelSet = this.#labelSetOf(labels)
    if (!run.samples.claim(family, labelSet)) {
      this.#dropDuplicate(metric, position, row)
      return
    }
    for (const part of parts) {
      labels.texts[label] = part.label
      run.samples.addPart(family, part.suffix, part.label === "" ? labelSet : this.#labelSetOf(labels), part.value)
      run.series++
    }
  }

  #combine(family: Family, labelSet: number, value: number, how: Combine): void {
    const run = this.#run
    const sums = run.combined.get(family) ?? new Map<number, number>()
    run.combined.set(family, sums)
    const known = sums.get(labelSet)
    if (known !== undefined) sums.set(labelSet, combine[how](known, value))
    else if (!isFull(run)) {
      sums.set(labelSet, value)
      run.series++
    }
  }

  #dropDuplicate(metric: Metric, position: number, row: Row): void {
    const { problems, bytes } = this.#run
    const labels = this.#ownLabels[position] ?? this.#labels
    const path =
      metric.kind === "number" ? textOf(metric.value) : metric.kind === "states" ? metric.field.path.text : ""
    dropSample(problems, "duplicate", metric.family.name, path, row, () => describeLabels(labelPairs(labels, bytes)))
  }
}

/** Adds the samples that were combined. Called once, after the last row. */
export const addCombined = (run: Run, row: Row): void => {
  for (const [family, values] of run.combined) {
    for (const [labelSet, value] of values) {
      const canShow = Number.isFinite(value)
      if (canShow && run.samples.add(family, labelSet, value)) continue
      run.series--
      const reason = canShow ? "duplicate" : "not_a_number"
      dropSample(run.problems, reason, family.name, "", row, () => (canShow ? "" : "the sum is too large for a double"))
    }
  }
}

/** The first metric of a list. Problems of the whole list have its name. */
const firstMetric = ({ metrics, lists, detail }: List): string => {
  const [metric] = metrics
  const inner = [...lists, ...(detail === undefined ? [] : [detail.list])]
  return metric?.family.name ?? inner.map(firstMetric).find((name) => name !== "") ?? ""
}
