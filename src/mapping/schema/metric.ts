import * as Schema from "effect/Schema"
import { type MetricType, metricTypes } from "../metric-type.ts"
import { parsers } from "../value/parsers.ts"
import { baseUnitOf, listUnits, unitOf, unitsNamed } from "../value/unit.ts"
import { path } from "./compiled.ts"
import { type MetricKey, metricFields, metricKeys, metricOption, statesOf } from "./metric-options.ts"
import { type ValueSource, valueKind } from "./value-source.ts"

/** Names that every version of Prometheus accepts. A colon is reserved for recording rules. */
export const MetricName = Schema.String.check(
  Schema.isPattern(/^[a-zA-Z_][a-zA-Z0-9_]*$/u, {
    expected: "a metric name: letters, digits and _, no digit first"
  })
)

const MetricObject = Schema.Struct(metricFields)
export type MetricObject = typeof MetricObject.Type

/** Keys of the first entry of a list that hold for all its entries. */
const sharedKeys = ["type", "help", "states", "duplicates"] as const

type Issues = Array<Schema.FilterIssue>

const article = (type: MetricType) => (/^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`)

/** Why a metric of this type does not have the key, and what it has instead. */
const instead = (key: MetricKey, type: MetricType): string => {
  const { shape } = metricTypes[type]
  if (shape === "labels") return "an info is always 1: it takes only labels, optional and help"
  if (key === "states") return `only a stateset has states, this is ${article(type)}`
  if (shape === "word") return "a stateset takes words, not numbers: it has states instead"
  if (key === "value") return `${article(type)} has no value: it has ${shape === "histogram" ? "buckets" : "quantiles"}`
  return `not for ${article(type)}`
}

/** The kinds of values in messages. */
const valueNames = {
  path: "a path",
  aggregate: "an aggregate",
  constant: "a constant",
  calc: "a calculation",
  count: "a count"
} as const

const needed: Readonly<Record<string, ReadonlyArray<MetricKey>>> = {
  number: ["value"],
  labels: [],
  word: ["value", "states"],
  histogram: ["buckets"],
  summary: ["quantiles"]
}

const valueIssues = (metric: MetricObject, value: ValueSource, issues: Issues): void => {
  const source = valueKind(value)
  const kind = source.kind === "aggregate" && source.aggregate === "count" ? "count" : source.kind
  for (const key of metricKeys) {
    const { values, shapes } = metricOption(key)
    if (metric[key] === undefined || values === undefined || values.includes(kind) || shapes.length === 0) continue
    const reason = kind === "count" ? "a count does not look at the values" : `${valueNames[kind]} does not take it`
    issues.push({ path: [key], issue: reason })
  }
}

const besideIssues = (metric: MetricObject, issues: Issues): void => {
  for (const key of metricKeys) {
    const [other, values] = metricOption(key).beside ?? []
    if (metric[key] === undefined || other === undefined || values === undefined) continue
    const found = Object.entries(metric).find(([name]) => name === other)?.[1]
    if (!values.includes(String(found)))
      issues.push({ path: [key], issue: `needs ${other}: ${values.join(` or ${other}: `)}` })
  }
}

/** Contradictions between the keys of a metric, each located at a key. */
const contradictions = (metric: MetricObject): Issues => {
  const issues: Issues = []
  const { type = "gauge", value } = metric
  const { shape } = metricTypes[type]
  const foreign = metricKeys.filter((key) => metric[key] !== undefined && !metricOption(key).shapes.includes(shape))
  for (const key of foreign) issues.push({ path: [key], issue: instead(key, type) })
  for (const key of needed[shape] ?? []) {
    if (metric[key] !== undefined) continue
    const what = {
      value: "a value: the path of the number, as in value: queue.depth",
      states: "its states",
      buckets: "its buckets",
      quantiles: "its quantiles"
    }
    issues.push({
      path: [],
      issue: key === "value" ? `expected ${what.value}` : `${article(type)} needs ${what[key as "states"] ?? key}`
    })
  }
  if (value !== undefined && shape === "number") valueIssues(metric, value, issues)
  if (value !== undefined && shape === "word" && valueKind(value).kind !== "path")
    issues.push({ path: ["value"], issue: "a stateset takes one word: a path" })
  besideIssues(metric, issues)
  if (metric.default !== undefined && shape === "number" && typeof metric.default === "string")
    issues.push({ path: ["default"], issue: "expected a number" })
  if (metric.default !== undefined && shape === "word" && metric.states !== undefined) {
    const known = statesOf(metric.states).some(({ state }) => state === String(metric.default))
    if (!known) issues.push({ path: ["default"], issue: "not one of the states" })
  }
  if (metric.layout !== undefined && metric.timezone === undefined && !/%[zZs]/.test(metric.layout.text))
    issues.push({
      path: ["layout"],
      issue: "reads no zone: add %z, or timezone: with a name such as Europe/Berlin beside it"
    })
  if (metric.decimal !== undefined && ![undefined, "quantity", "bytes"].includes(metric.parse))
    issues.push({ path: ["decimal"], issue: `has no effect with parse: ${metric.parse}` })
  if (metric.optional && metric.default !== undefined)
    issues.push({ path: ["optional"], issue: "has no effect with a default" })
  return issues
}

/** Contradictions between a metric's unit and its name. */
const unitIssues = (name: string, { unit, parse }: MetricObject): Issues => {
  if (unit === undefined) return []
  if (parse !== undefined && parsers[parse].isConverted)
    return [
      { path: ["unit"], issue: `has no effect with parse: ${parse}, which gives ${parsers[parse].gives.split(";")[0]}` }
    ]
  const base = baseUnitOf(name)
  if (typeof unit !== "string") {
    return base === undefined
      ? [
          {
            path: ["unit"],
            issue:
              "the unit comes from the document, so the name has to end in the base unit, such as _seconds or _bytes"
          }
        ]
      : []
  }
  if (base !== undefined && unitOf(unit, base) !== undefined) return []
  const wanted = unitsNamed(unit).map((found) => found.base)
  if (wanted.length === 0) return [{ path: ["unit"], issue: `no such unit; known are ${listUnits(base)}` }]
  if (base === undefined) {
    const stem = name.replace(/_total$/, "")
    const total = stem === name ? "" : "_total"
    const names = wanted.map((unit) => `${stem}_${unit}${total}`)
    return [
      {
        path: ["unit"],
        issue: `the values become ${wanted.join(" or ")}, so the name has to end in that: ${names.join(" or ")}`
      }
    ]
  }
  return [
    {
      path: ["unit"],
      issue: `the name ends in ${base}, but ${unit} is a unit of ${wanted.join(" or ")}; units of ${listUnits(base)}`
    }
  ]
}

/** One entry, or a list of entries. */
export const Metric = Schema.Union([
  path("Where the value is.", "queue.depth"),
  MetricObject,
  Schema.Array(Schema.Union([path("Where the value is.", "queue.depth"), MetricObject])).check(
    Schema.isMinLength(1, { expected: "at least one entry" })
  )
]).annotate({
  identifier: "Metric",
  description:
    "A path, for a gauge; or everything that makes a metric; or a list of these, for one metric from several places. type, help, states and duplicates stand at the first and hold for all."
})
export type Metric = typeof Metric.Type
type Entry = Exclude<Metric, ReadonlyArray<unknown>>

const isList = (metric: Metric): metric is ReadonlyArray<Entry> => Array.isArray(metric)
const objectOf = (entry: Entry): MetricObject => ("text" in entry ? { value: entry } : entry)

/** The entries of a metric. Each has the keys that hold for all of them. */
export const metricEntries = (metric: Metric): readonly [MetricObject, ...ReadonlyArray<MetricObject>] => {
  if (!isList(metric)) return [objectOf(metric)]
  const [first, ...others] = metric.map(objectOf)
  // the schema rejects an empty list
  if (first === undefined) throw new Error("a metric without entries")
  const shared = Object.fromEntries(sharedKeys.flatMap((key) => (first[key] === undefined ? [] : [[key, first[key]]])))
  return [first, ...others.map((entry) => ({ ...entry, ...shared }))]
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

/** The issues of a metric with this name, each with its path in the metric. */
export const metricIssues = (name: string, metric: Metric): ReadonlyArray<Schema.FilterIssue> => {
  const own = isList(metric) ? metric.map(objectOf) : undefined
  return metricEntries(metric).flatMap((entry, index) => {
    const at = own === undefined ? [] : [index]
    const issues = [...contradictions(entry), ...unitIssues(name, entry)]
    // type and help are checked for the whole file, in config/rules/metrics.ts
    const differing = own === undefined || index === 0 ? [] : (["states", "duplicates"] as const)
    for (const key of differing) {
      const repeated = own?.[index]?.[key]
      if (repeated === undefined || same(repeated, own?.[0]?.[key])) continue
      issues.push({ path: [key], issue: "differs from the first entry, whose value holds for all entries" })
    }
    return issues.map((issue) => {
      if (typeof issue === "string" || !("path" in issue)) return issue
      return { path: [...at, ...issue.path], issue: issue.issue }
    })
  })
}
