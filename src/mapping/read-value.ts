import type { Json } from "./document/json.ts"
import type { AggregateSource, FieldSource, ValueReader } from "./plan.ts"
import { type DropReason, dropSample, type ProblemLog } from "./problems.ts"
import { ambiguous, type Field, type Row } from "./reader.ts"
import type { Reading, Steps } from "./value/steps.ts"

/** The number that a row gives; a reason why there is none; undefined if there need not be one. */
export const readValue = (reader: ValueReader, row: Row): Reading => {
  const { source, steps } = reader
  switch (source.kind) {
    case "constant":
      return source.value
    case "field":
    case "aggregate":
      return finish(reader, readOperand(source, steps, row), row)
    case "calc": {
      const operands: Array<number> = []
      for (const operand of source.operands) {
        const reading = readOperand(operand, steps, row)
        if (typeof reading !== "number") return finish(reader, reading, row)
        operands.push(reading)
      }
      const result = source.evaluate(operands)
      return finish(reader, Number.isNaN(result) ? "not_a_number" : result, row)
    }
  }
}

const finish = ({ steps, unit, missing, nullValue }: ValueReader, reading: Reading, row: Row): Reading => {
  const finished = typeof reading === "number" ? steps.finish(reading, unit && unitOf(unit, row)) : reading
  if (finished === "missing") return missing
  return finished ?? nullValue
}

const unitOf = (unit: Field, row: Row): string | undefined => {
  const text = row.text(unit)
  return typeof text === "string" ? text : undefined
}

/** A number before `scale` and `unit`. Undefined for a value in `null_values`. */
const readOperand = (source: FieldSource | AggregateSource, steps: Steps, row: Row): Reading =>
  source.kind === "field" ? readField(source.field, steps, row) : readAggregate(source, steps, row)

const readField = (field: Field, steps: Steps, row: Row): Reading => {
  const value = row.value(field)
  if (value === undefined || value === null) return "missing"
  if (value === ambiguous) return "ambiguous"
  const text = steps.needsText ? row.text(field) : ""
  return steps.read(value, typeof text === "string" ? text : "")
}

/** All aggregates but `count` skip null and the `null_values`. A value that is not a number drops the sample. */
const readAggregate = ({ aggregate, field }: AggregateSource, steps: Steps, row: Row): Reading => {
  const values = row.values(field)
  if (values === undefined) return "missing"
  if (aggregate === "count") return values.length
  const texts = steps.needsText ? row.texts(field) : []
  const read = (index: number): Reading => {
    const value: Json = values[index] ?? null
    const reading = value === null ? undefined : steps.read(value, texts[index] ?? "")
    return reading === "missing" ? undefined : reading
  }
  const { length } = values
  let result: number | undefined
  for (let count = 0; count < length; count++) {
    const reading = read(aggregate === "last" ? length - 1 - count : count)
    if (reading === undefined) continue
    if (typeof reading === "string") return reading
    if (aggregate === "first" || aggregate === "last") return reading
    result = result === undefined ? reading : combine[aggregate](result, reading)
  }
  return result ?? (aggregate === "sum" ? 0 : "missing")
}

/** How two numbers become one. */
export const combine = {
  sum: (one: number, other: number) => one + other,
  min: (one: number, other: number) => Math.min(one, other),
  max: (one: number, other: number) => Math.max(one, other),
  last: (_: number, other: number) => other
} as const

/** Counts a value that a row did not yield. */
export const dropValue = (log: ProblemLog, reason: DropReason, metric: string, reader: ValueReader, row: Row): void => {
  dropSample(log, reason, metric, textOf(reader), row, () => describeSource(reader, row))
}

/** The path or expression, as the mapping has it. */
export const textOf = ({ source }: ValueReader): string => {
  switch (source.kind) {
    case "constant":
      return String(source.value)
    case "field":
    case "aggregate":
      return source.field.path.text
    case "calc":
      return source.text
  }
}

/** What to write for the first value that is not a number. */
const hintFor = (source: FieldSource | AggregateSource, steps: Steps, row: Row): string => {
  const { field } = source
  const value = source.kind === "field" ? row.value(field) : undefined
  if (value === ambiguous) return `{ first: "${field.path.text}" } takes one of them, an each has a row for each`
  const values = source.kind === "field" ? [value] : (row.values(field) ?? [])
  const texts = steps.needsText && source.kind === "aggregate" ? row.texts(field) : []
  const text = source.kind === "field" && steps.needsText ? row.text(field) : undefined
  const wrong = values.find((one, index) => {
    if (one === undefined || one === null) return false
    const reading = steps.read(one, typeof text === "string" ? text : (texts[index] ?? ""))
    return typeof reading === "string" || (typeof reading === "number" && reading < 0)
  })
  return wrong === undefined || wrong === null ? "" : steps.explain(wrong, field.path.text)
}

/** What a value was read from, in a few words. */
export const describeSource = ({ source, steps, unit }: ValueReader, row: Row): string => {
  switch (source.kind) {
    case "constant":
      return ""
    case "field":
    case "aggregate": {
      const hint = hintFor(source, steps, row)
      return `${row.found(source.field)}${unit === undefined ? "" : `, unit ${row.found(unit)}`}${hint === "" ? "" : `; ${hint}`}`
    }
    case "calc": {
      const operand = source.operands.find((operand) => typeof readOperand(operand, steps, row) !== "number")
      return operand === undefined ? "no finite result" : `${operand.field.path.text}: ${row.found(operand.field)}`
    }
  }
}
