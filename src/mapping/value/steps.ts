import type { Json } from "../document/json.ts"
import type { DropReason } from "../problems.ts"
import type { MetricObject } from "../schema/metric.ts"
import { readDuration } from "./duration.ts"
import { readNumber } from "./number.ts"
import { quantityReader } from "./quantity.ts"
import { readRfc3339 } from "./rfc3339.ts"

/** A number, the reason why there is none, or undefined for no sample and no problem. */
export type Reading = number | DropReason | undefined

/** How the values of one metric become numbers, compiled. */
export interface Steps {
  /** `null_values`, `pattern`, `parse` and `map` of one value, never null. `text` is its spelling in the document, given if `needsText`. */
  readonly read: (value: Json, text: string) => Reading
  /** `scale` and `unit`, and what the type allows. `unit` is the text found by a unit that comes from the document. */
  readonly finish: (value: number, unit: string | undefined) => number | DropReason
  readonly needsText: boolean
  /** Whether a number of the document may be copied as it is spelled, and which. */
  readonly verbatim: "any" | "not negative" | undefined
}

/** The keys of a metric that matter here. */
export type StepOptions = Pick<
  MetricObject,
  "value" | "type" | "pattern" | "parse" | "map" | "scale" | "optional" | "default"
>

/** Each returns NaN for a text that it does not know. */
const parsers = {
  rfc3339: (text: string) => readRfc3339(text) ?? Number.NaN,
  duration: readDuration,
  bytes: quantityReader({ base: "bytes", k: 1000 })
} as const

const compileRead = ({ pattern, parse, map }: StepOptions): Steps["read"] => {
  const parseText = parse === undefined ? readNumber : parsers[parse]
  const words = new Map(Object.entries(map ?? {}))
  const unknown = map === undefined ? "not_a_number" : "unknown_state"
  return (value, spelling) => {
    switch (typeof value) {
      case "number":
        return words.size === 0 ? value : (words.get(spelling) ?? value)
      case "boolean":
        return words.get(String(value)) ?? Number(value)
      case "string": {
        const text = pattern === undefined ? value : pattern.capture(value)
        if (text === undefined) return "not_a_number"
        const number = parseText(text)
        if (words.size === 0) return Number.isNaN(number) ? unknown : number
        return words.get(text) ?? words.get(String(number)) ?? (Number.isNaN(number) ? unknown : number)
      }
      default:
        return "not_a_number"
    }
  }
}

/** Exact for a factor of the form 1/n: 57 times 0.01 is 57 / 100 = 0.57, not 0.5700000000000001. */
const compileScale = (factor: number): ((value: number) => number) => {
  const divisor = Math.round(1 / factor)
  return 1 / divisor === factor ? (value) => value / divisor : (value) => value * factor
}

/** A sample is finite, and a counter is not negative (OpenMetrics 1.0, Counter). */
const compileFinish = ({ type, scale }: StepOptions): Steps["finish"] => {
  const scaled = compileScale(scale ?? 1)
  const least = type === "counter" ? 0 : -Number.MAX_VALUE
  return (value) => {
    const result = scaled(value)
    return result >= least && result <= Number.MAX_VALUE ? result : "not_a_number"
  }
}

/** The keys of a metric that leave a number of the document as it is spelled. A key that is not here rules copying out. */
const keepsSpelling: ReadonlySet<string> = new Set(["value", "type", "help", "optional", "default", "labels_from"])
const verbatimTypes: Readonly<Record<string, Steps["verbatim"]>> = {
  gauge: "any",
  untyped: "any",
  counter: "not negative"
}

const compileVerbatim = (metric: StepOptions): Steps["verbatim"] =>
  Object.keys(metric).every((key) => keepsSpelling.has(key)) ? verbatimTypes[metric.type ?? "gauge"] : undefined

export const compileSteps = (metric: StepOptions): Steps => ({
  read: compileRead(metric),
  finish: compileFinish(metric),
  needsText: metric.map !== undefined,
  verbatim: compileVerbatim(metric)
})
