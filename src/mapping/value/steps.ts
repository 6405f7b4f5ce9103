import type { Json } from "../document/json.ts"
import { metricTypes } from "../metric-type.ts"
import type { DropReason } from "../problems.ts"
import type { MetricObject } from "../schema/metric.ts"
import { type MetricKey, metricKeys } from "../schema/metric-options.ts"
import { type Conversion, compileConversion, compose, factorOf } from "./conversion.ts"
import { withDecimalPoint } from "./decimal-comma.ts"
import { type Explain, explainerOf } from "./explain.ts"
import { parsers } from "./parsers.ts"
import { readNumber } from "./read-number.ts"
import { baseUnitOf, unitOf } from "./unit.ts"

/** What reading one value gives: a number, why there is none, or undefined if it is one of the null values. */
export type Reading = number | DropReason | undefined

/** How a value of the document becomes a sample's value, compiled. */
export interface Steps {
  /**
   * Applies `null_values`, `pattern`, `null_values` again, `parse` and `map` to a value that is not null. `text` is its
   * spelling in the document, only needed if `needsText`; "" for arrays and objects.
   */
  readonly read: (value: Json, text: string) => Reading
  /**
   * Applies `scale` and `unit`, and checks that the type allows the value. `unit` is the text at the path of
   * `unit: { path }`; undefined if there is none.
   */
  readonly finish: (value: number, unit: string | undefined) => number | DropReason
  readonly needsText: boolean
  /** Why a value is not a number, and what to write. */
  readonly explain: Explain
  /** Which numbers of the document may be copied digit for digit; undefined if none. */
  readonly verbatim: "any" | "not negative" | undefined
}

/** Keys with which a number may still be copied digit for digit. A key that is missing here costs time only. */
const keepsSpelling: ReadonlySet<MetricKey> = new Set([
  "value",
  "type",
  "help",
  "labels",
  "labels_from",
  "optional",
  "default"
])

const verbatimOf = (metric: MetricObject, nullValues: ReadonlyArray<string>): Steps["verbatim"] => {
  const { type = "gauge" } = metric
  if (nullValues.length > 0 || metricTypes[type].shape !== "number") return undefined
  if (metricKeys.some((key) => metric[key] !== undefined && !keepsSpelling.has(key))) return undefined
  return type === "counter" ? "not negative" : "any"
}

type ReadText = (text: string) => number | undefined

const withComma =
  (read: ReadText): ReadText =>
  (text) => {
    const pointed = withDecimalPoint(text)
    return pointed === undefined ? Number.NaN : read(pointed)
  }

/** Reads a number from a number, a boolean or a string. */
const numberReader = (name: string, metric: MetricObject, nullValues: ReadonlyArray<string>): Steps["read"] => {
  const { pattern, parse, map, k = 1000, layout } = metric
  const parser = parse === undefined ? undefined : parsers[parse]
  const options = { base: baseUnitOf(name), k, layout, timezone: metric.timezone?.offset }
  const readPoint = parser === undefined ? readNumber : parser.text(options)
  const readText = metric.decimal === "," ? withComma(readPoint) : readPoint
  const readOwn = parser?.number
  const nulls = new Set(nullValues)
  const words = new Map(Object.entries(map ?? {}))
  const other = words.get("_")
  const unknown = map === undefined ? "not_a_number" : "unknown_state"
  words.delete("_")

  /** The number for a text; `parsed` is what it reads as, or NaN. */
  const mapped = (text: string, parsed: number): number | DropReason => {
    if (map === undefined) return Number.isNaN(parsed) ? unknown : parsed
    return words.get(text) ?? words.get(String(parsed)) ?? other ?? (Number.isNaN(parsed) ? unknown : parsed)
  }
  return (value, text) => {
    switch (typeof value) {
      case "number": {
        if (nulls.has(text)) return undefined
        const own = readOwn === undefined ? value : readOwn(value)
        return map === undefined && !Number.isNaN(own) ? own : mapped(text, own)
      }
      case "boolean":
        return nulls.has(text) ? undefined : mapped(String(value), Number(value))
      case "string": {
        if (nulls.has(value)) return undefined
        const found = pattern === undefined ? value : pattern.capture(value)
        if (found === undefined) return "not_a_number"
        if (pattern !== undefined && nulls.has(found)) return undefined
        const parsed = readText(found)
        return parsed === undefined ? "missing" : mapped(found, parsed)
      }
      default:
        return "not_a_number"
    }
  }
}

/** Bounded, so that a document cannot fill the memory. No API has so many units. */
const maxUnits = 100

type Convert = (value: number) => number

/** The conversion for each unit that the document names; undefined for a unit of another kind. */
const convertersByUnit = (scale: Conversion, base: string | undefined): ((unit: string) => Convert | undefined) => {
  const known = new Map<string, Convert | undefined>()
  const make = (text: string): Convert | undefined => {
    const unit = base === undefined ? undefined : unitOf(text, base)
    return unit && compileConversion(compose(scale, unit.conversion))
  }
  return (text) => {
    if (known.has(text)) return known.get(text)
    const made = make(text)
    if (known.size < maxUnits) known.set(text, made)
    return made
  }
}

const finisher = (name: string, { type, scale = 1, unit }: MetricObject): Steps["finish"] => {
  const base = baseUnitOf(name)
  const factor = factorOf(String(scale))
  // no counter is below 0 (OpenMetrics 1.0, Counter)
  const least = type === "counter" ? 0 : -Number.MAX_VALUE
  const checked = (value: number): number | DropReason =>
    value >= least && value <= Number.MAX_VALUE ? value : "not_a_number"
  const fixed = typeof unit === "string" && base !== undefined ? unitOf(unit, base)?.conversion : undefined
  if (unit === undefined || typeof unit === "string") {
    const convert = compileConversion(fixed === undefined ? factor : compose(factor, fixed))
    return (value) => checked(convert(value))
  }
  const converterOf = convertersByUnit(factor, base)
  return (value, text) => {
    if (text === undefined) return "missing"
    const convert = converterOf(text)
    return convert === undefined ? "not_a_number" : checked(convert(value))
  }
}

/** The steps of a metric of this name; `nullValues` are those that hold for it, as the document spells them. */
export const compileSteps = (name: string, metric: MetricObject, nullValues: ReadonlyArray<string>): Steps => ({
  read: numberReader(name, metric, nullValues),
  finish: finisher(name, metric),
  explain: explainerOf(name, metric),
  needsText: metric.map !== undefined || nullValues.length > 0,
  verbatim: verbatimOf(metric, nullValues)
})
