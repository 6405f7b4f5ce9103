import type { Json } from "../document/json.ts"
import type { MetricObject } from "../schema/metric.ts"
import { withDecimalPoint } from "./decimal-comma.ts"
import { readDuration } from "./duration.ts"
import { readNumber } from "./read-number.ts"
import { quantityReader } from "./read-quantity.ts"
import { readTime } from "./time.ts"
import type { Timezone } from "./timezone.ts"
import { baseUnitOf, unitsNamed } from "./unit.ts"

/** What to write for a value that is not a number yet; an empty text if nobody can tell. */
export type Explain = (value: Json, path: string) => string

const utc: Timezone = () => 0

const isRead = (value: number | undefined): boolean => value !== undefined && !Number.isNaN(value)

const readAsQuantity = (text: string, base: string | undefined, k: 1000 | 1024): string | undefined => {
  if (isRead(quantityReader({ base, k })(text))) return "parse: quantity reads it"
  const word = /^[+-]?[0-9][0-9.,]*\s*(\S.*)$/s.exec(text.trim())?.[1] ?? ""
  const bases = [...new Set(unitsNamed(word).map((unit) => unit.base))]
  if (bases.length === 0) return undefined
  const names = bases.map((unit) => `_${unit}`).join(" or ")
  return `${word} becomes ${names} by parse: quantity, and the name ends in ${base === undefined ? "no unit" : `_${base}`}`
}

/** The `parse` that reads a text. */
const parserFor = (text: string, base: string | undefined, k: 1000 | 1024): string | undefined => {
  const quantity = readAsQuantity(text, base, k)
  if (quantity !== undefined && !isRead(readDuration(text))) return quantity
  if (isRead(readDuration(text))) return "parse: duration reads it"
  if (isRead(readTime(text))) return "parse: time reads it"
  return isRead(readTime(text, utc)) ? "parse: time with a timezone reads it" : undefined
}

const maxWords = 8

/** A longer text is no number in another form. */
const maxText = 100

const wordsOf = (map: NonNullable<MetricObject["map"]>): string => {
  const words = Object.keys(map)
  const more = words.length > maxWords ? ` and ${words.length - maxWords} more` : ""
  return `map has ${words.slice(0, maxWords).join(", ")}${more}; _ is every other word`
}

/** Explains why a value of this metric is not a number. Slow: only for the text of a problem. */
export const explainerOf = (name: string, metric: MetricObject): Explain => {
  const { type, pattern, parse, map, k = 1000, decimal, layout, timezone } = metric
  const base = baseUnitOf(name)
  return (value, path) => {
    if (Array.isArray(value))
      return `${path}[0] is one item, { sum: "${path}[*]" } all of them; an each has a row for each`
    if (typeof value === "number" && value < 0 && type === "counter") return "a counter is never below 0: type: gauge"
    if (typeof value === "object") return `its numbers are below it, at ${path}.KEY`
    if (typeof value !== "string" || value.length > maxText) return ""
    const text = pattern === undefined ? value : pattern.capture(value)
    if (text === undefined) return "the pattern does not match"
    if (map !== undefined) return wordsOf(map)
    if (parse === "time" && layout === undefined && timezone === undefined && isRead(readTime(text, utc)))
      return "it has no zone: timezone says which, as in timezone: UTC"
    const pointed = decimal === "," ? text : withDecimalPoint(text)
    const isComma = pointed !== undefined && pointed !== text && /,[0-9]+(?![0-9,])/.test(text)
    if (isComma && isRead((parse === undefined ? readNumber : quantityReader({ base, k }))(pointed)))
      return /,[0-9]{3}(?![0-9])/.test(text) && isRead(quantityReader({ base, k })(text))
        ? `parse: quantity reads a comma between thousands, decimal: "," one before the fraction`
        : 'decimal: "," reads it'
    if (isComma && parse === undefined && isRead(quantityReader({ base, k })(pointed)))
      return 'parse: quantity with decimal: "," reads it'
    if (parse === "quantity") return readAsQuantity(text, base, k) ?? ""
    if (parse !== undefined || !Number.isNaN(readNumber(text))) return ""
    return parserFor(text, base, k) ?? (text === "" ? 'null_values: [""] makes it no value' : "")
  }
}
