import type { LabelSource } from "./label-source.ts"
import type { HistogramMetric, SummaryMetric, ValueReader } from "./plan.ts"
import type { DropReason } from "./problems.ts"
import { describeSource, readValue, textOf } from "./read-value.ts"
import { ambiguous, type Row, type Visitor } from "./reader.ts"
import { readNumber } from "./value/read-number.ts"

/** One line of a histogram or a summary. */
export interface Part {
  readonly suffix: "_bucket" | "_sum" | "_count" | ""
  /** The value of `le` or `quantile`; empty for a sum or a count. */
  readonly label: string
  readonly value: number
}

/** Reports that a histogram, or a part of a summary, is dropped. */
export type Drop = (reason: DropReason, path: string, row: Row, found: () => string) => void

interface Bucket {
  readonly le: number
  readonly count: number
}

/** The lines of a histogram; none if it is dropped. */
export const readHistogram = (metric: HistogramMetric, row: Row, drop: Drop): ReadonlyArray<Part> => {
  const buckets = readBuckets(metric, row, drop)
  if (buckets === undefined) return []
  const count = readTotal(metric.count, row, drop)
  const cumulated = cumulate(metric, buckets, count)
  if (typeof cumulated === "string") {
    drop("not_a_number", "buckets", row, () => cumulated)
    return []
  }
  const last = cumulated.at(-1)
  if (last === undefined) return []
  const sum = readTotal(metric.sum, row, drop)
  return [
    ...cumulated.map(({ le, count }): Part => ({ suffix: "_bucket", label: spellBound(le), value: count })),
    ...(sum === undefined ? [] : [{ suffix: "_sum", label: "", value: sum } as const]),
    { suffix: "_count", label: "", value: last.count }
  ]
}

/** The lines of a summary. */
export const readSummary = ({ quantiles, sum, count }: SummaryMetric, row: Row, drop: Drop): ReadonlyArray<Part> => {
  const parts: Array<Part> = []
  for (const [quantile, reader] of quantiles) {
    const value = readValue(reader, row)
    if (typeof value === "number") parts.push({ suffix: "", label: spellBound(quantile), value })
    else if (value !== undefined) drop(value, textOf(reader), row, () => describeSource(reader, row))
  }
  const total = readTotal(sum, row, drop)
  if (total !== undefined) parts.push({ suffix: "_sum", label: "", value: total })
  const number = readTotal(count, row, drop)
  if (number !== undefined) parts.push({ suffix: "_count", label: "", value: number })
  return parts
}

/** A sum or a count, which may be missing. */
const readTotal = (reader: ValueReader | undefined, row: Row, drop: Drop): number | undefined => {
  if (reader === undefined) return undefined
  const value = readValue(reader, row)
  if (typeof value === "number") return value
  if (value !== undefined && value !== "missing") drop(value, textOf(reader), row, () => describeSource(reader, row))
  return undefined
}

/** The buckets in ascending order; undefined if one of them could not be read. */
const readBuckets = (metric: HistogramMetric, around: Row, drop: Drop): ReadonlyArray<Bucket> | undefined => {
  const { bucket, leSteps, unit } = metric
  const buckets: Array<Bucket> = []
  const unitText = unit && around.text(unit)
  let isComplete = true
  const fail: Drop = (reason, path, row, found) => {
    isComplete = false
    drop(reason, path, row, found)
  }
  const visitor: Visitor = {
    list: metric.buckets,
    drop: (reason, path, row) => {
      isComplete = false
      if (reason !== "missing" || !metric.buckets.isOptional)
        drop(reason, path.text, row, () => row.found({ path, slot: undefined }))
    },
    visit: (row) => {
      const bound = readBound(metric.le, row)
      const le =
        typeof bound === "number" && Number.isFinite(bound)
          ? leSteps.finish(bound, typeof unitText === "string" ? unitText : undefined)
          : bound
      const count = readValue(bucket, row)
      if (typeof le === "string") fail(le, pathOf(metric.le), row, () => describeBound(metric.le, row))
      else if (typeof count === "string") fail(count, textOf(bucket), row, () => describeSource(bucket, row))
      else if (count !== undefined) buckets.push({ le, count })
      return !isComplete
    }
  }
  around.eachRow(visitor)
  return isComplete ? buckets.sort((one, other) => one.le - other.le) : undefined
}

/** The upper bound of a bucket. Null is +Inf, the bound of the last bucket. */
const readBound = (source: LabelSource, row: Row): number | "missing" | "ambiguous" | "not_a_number" => {
  let text: string
  if (source.kind === "field") {
    if (row.value(source.field) === null) return Number.POSITIVE_INFINITY
    const found = row.text(source.field)
    if (found === ambiguous) return "ambiguous"
    text = found ?? ""
  } else if (source.kind === "key") text = String(row.key(source.up) ?? "")
  else return "missing"
  if (source.rewrite !== undefined) text = source.rewrite(text)
  if (text === "") return "missing"
  if (/^\+?Inf(inity)?$/i.test(text.trim())) return Number.POSITIVE_INFINITY
  const number = readNumber(text)
  return Number.isFinite(number) ? number : "not_a_number"
}

const pathOf = (source: LabelSource): string => (source.kind === "field" ? source.field.path.text : "le")

const describeBound = (source: LabelSource, row: Row): string =>
  source.kind === "field" ? row.found(source.field) : source.kind === "key" ? String(row.key(source.up)) : ""

/** The buckets with cumulative counts, the last one `+Inf`; or, as text, how the counts contradict each other. */
const cumulate = (
  { isCumulative }: HistogramMetric,
  buckets: ReadonlyArray<Bucket>,
  total: number | undefined
): ReadonlyArray<Bucket> | string => {
  const cumulated: Array<Bucket> = []
  let before = 0
  for (const { le, count } of buckets) {
    if (cumulated.at(-1)?.le === le) return `two buckets up to ${spellBound(le)}`
    const next = isCumulative ? count : before + count
    if (!(next >= before)) return `the count falls from ${before} to ${next} at ${spellBound(le)}`
    cumulated.push({ le, count: next })
    before = next
  }
  const hasLast = cumulated.at(-1)?.le === Number.POSITIVE_INFINITY
  if (hasLast)
    return total === undefined || total === before ? cumulated : `${total} in count, ${before} in the last bucket`
  if (total !== undefined && total < before)
    return `${total} in count, ${before} up to ${spellBound(cumulated.at(-1)?.le ?? 0)}`
  if (total === undefined && cumulated.length === 0) return []
  return [...cumulated, { le: Number.POSITIVE_INFINITY, count: total ?? before }]
}

/** A bound or quantile in OpenMetrics' canonical form: `0.5`, `1.0`, `2.5e+06`, `+Inf`. */
const spellBound = (value: number): string => {
  if (value === Number.POSITIVE_INFINITY) return "+Inf"
  const size = Math.abs(value)
  const text = Number.isInteger(value) && size >= 1e6 ? value.toExponential() : String(value)
  const [mantissa = "", exponent] = text.split("e")
  if (exponent === undefined) return Number.isInteger(value) ? `${text}.0` : text
  return `${mantissa}e${exponent.replace(/^([+-])([0-9])$/, "$10$2")}`
}
