import type { Json } from "./document/json.ts"
import { ambiguous } from "./lookup.ts"
import type { DropReason } from "./sample.ts"
import type { MetricObject } from "./schema/metric.ts"
import { readDuration } from "./value/duration.ts"
import { readNumber } from "./value/number.ts"
import { quantityReader } from "./value/quantity.ts"
import { readRfc3339 } from "./value/rfc3339.ts"

/** A finite number, why there is none, or undefined where there need not be one. */
export type Reading = number | DropReason | undefined

/** The steps from a value of the document to a sample's. */
export type Steps = Pick<MetricObject, "type" | "pattern" | "parse" | "map" | "scale" | "optional" | "default">

/** What texts are read by. Each yields NaN for a text that it does not know. */
const readers = {
  rfc3339: (text: string) => readRfc3339(text) ?? Number.NaN,
  duration: readDuration,
  bytes: quantityReader({ base: "bytes", k: 1000 })
} as const

/** A number for a number, a boolean or a text: `pattern`, then `parse`, then `map`. */
const reader = ({ pattern, parse, map }: Steps): ((value: Json) => number | DropReason) => {
  const readText = parse === undefined ? readNumber : readers[parse]
  const words = new Map(Object.entries(map ?? {}))
  const unknown = map === undefined ? "not_a_number" : "unknown_state"
  return (value) => {
    switch (typeof value) {
      case "number":
        return words.size === 0 ? value : (words.get(String(value)) ?? value)
      case "boolean":
        return words.get(String(value)) ?? Number(value)
      case "string": {
        const text = pattern === undefined ? value : pattern.capture(value)
        if (text === undefined) return "not_a_number"
        const number = readText(text)
        if (words.size === 0) return Number.isNaN(number) ? unknown : number
        return words.get(text) ?? words.get(String(number)) ?? (Number.isNaN(number) ? unknown : number)
      }
      default:
        return "not_a_number"
    }
  }
}

/** Exact where the factor is a part of one: 57 times 0.01 is 0.57, as 57 / 100 is, and not 0.5700000000000001. */
const scaler = (factor: number): ((value: number) => number) => {
  const divisor = Math.round(1 / factor)
  return 1 / divisor === factor ? (value) => value / divisor : (value) => value * factor
}

/** What a sample may be: finite, and no counter below 0 (OpenMetrics 1.0, Counter). */
const finisher = ({ type, scale }: Steps): ((value: number) => number | DropReason) => {
  const scaled = scaler(scale ?? 1)
  const least = type === "counter" ? 0 : -Number.MAX_VALUE
  return (value) => {
    const result = scaled(value)
    return result >= least && result <= Number.MAX_VALUE ? result : "not_a_number"
  }
}

/** What stands for a value that is missing or null. */
const absence = (steps: Steps): Reading =>
  typeof steps.default === "number" ? steps.default : steps.optional ? undefined : "missing"

/** How a metric reads the one value that its path finds. */
export const readOne = (steps: Steps): ((value: Json | undefined | typeof ambiguous) => Reading) => {
  const read = reader(steps)
  const finish = finisher(steps)
  const absent = absence(steps)
  return (value) => {
    if (value === undefined || value === null) return absent
    if (value === ambiguous) return "ambiguous"
    const number = read(value)
    return typeof number === "number" ? finish(number) : number
  }
}

const fold = {
  sum: (values: ReadonlyArray<number>) => values.reduce((sum, value) => sum + value, 0),
  min: (values: ReadonlyArray<number>) => values.reduce((least, value) => Math.min(least, value)),
  max: (values: ReadonlyArray<number>) => values.reduce((greatest, value) => Math.max(greatest, value))
} as const

/**
 * How a metric reads all values that its path finds. Nulls count, but add nothing. One that is no number spoils the
 * sum; there is no least or greatest of none.
 */
export const readMany = (
  aggregate: "count" | keyof typeof fold,
  steps: Steps
): ((values: ReadonlyArray<Json>) => Reading) => {
  const read = reader(steps)
  const finish = finisher(steps)
  const absent = absence(steps)
  if (aggregate === "count") return (values) => finish(values.length)
  return (values) => {
    const numbers: Array<number> = []
    for (const value of values) {
      if (value === null) continue
      const number = read(value)
      if (typeof number !== "number") return number
      numbers.push(number)
    }
    return numbers.length === 0 && aggregate !== "sum" ? absent : finish(fold[aggregate](numbers))
  }
}

/** How a stateset reads the words that its path finds: as the position of the state. */
export const readState = ({
  states = [],
  pattern,
  ...steps
}: MetricObject): ((words: string | undefined | typeof ambiguous) => Reading) => {
  const positions = new Map(states.map((state, index) => [state, index]))
  const absent = steps.default === undefined ? absence(steps) : positions.get(String(steps.default))
  return (words) => {
    if (words === undefined) return absent
    if (words === ambiguous) return "ambiguous"
    const state = pattern === undefined ? words : pattern.capture(words)
    return positions.get(state ?? "") ?? "unknown_state"
  }
}
