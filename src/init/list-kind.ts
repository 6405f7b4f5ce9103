import type { Json, JsonArray } from "../mapping/document/json.ts"
import { isEpoch } from "./epoch.ts"
import { looksChanging } from "./label.ts"
import { isData, isObject } from "./map.ts"
import { textKind } from "./text-kind.ts"

/** Wider lists of lists are treated as matrices, not tuples. */
const maxColumns = 40

/**
 * The keys of lists whose elements have one key each, such as `columns[*].Name`: each list is one object in parts.
 * Undefined if keys repeat, or if most differ between lists.
 */
export const columnNames = (lists: ReadonlyArray<JsonArray>): ReadonlyArray<string> | undefined => {
  const keys = lists.map((list) => list.map((element) => (isObject(element) ? Object.keys(element) : [])))
  const single = keys.every(
    (list) => list.every(({ length }) => length === 1) && new Set(list.flat()).size === list.length
  )
  const all = [...new Set(keys.flat(2))]
  const longest = Math.max(...keys.map(({ length }) => length))
  return single && longest > 1 && all.length <= 1.5 * longest ? all : undefined
}

/** Whether these are lists of objects with one key each that names a number: `[{ "192.0.2.10": 20100 }]`. */
export const isPairs = (lists: ReadonlyArray<JsonArray>): boolean =>
  lists.every((list) => {
    const entries = list.flatMap((element) => (isObject(element) ? [Object.entries(element)] : []))
    const names = new Set(entries.flat().map(([name]) => name))
    const isNumber = entries.flat().every(([, value]) => typeof value === "number")
    return (
      entries.length === list.length &&
      // { "current": 41 } alone in a list is an object
      (list.length > 1 || [...names].every(isData)) &&
      names.size === list.length &&
      ![...names].some(looksChanging) &&
      entries.flat().length === list.length &&
      isNumber
    )
  })

const kindOf = (value: Json) => (value === null ? "null" : typeof value)

/** The columns of lists of lists; undefined if the lists are too short or too long, or differ in length. */
const positionsOf = (rows: ReadonlyArray<JsonArray>): ReadonlyArray<JsonArray> | undefined => {
  const [{ length } = []] = rows
  if (length < 2 || length > maxColumns || rows.some((row) => row.length !== length)) return undefined
  return Array.from({ length }, (_, at) => rows.map((row) => row[at] ?? null))
}

const isTime = (values: JsonArray) => values.every(isEpoch)

/** Whether the columns have different meanings, such as a time and a number. */
const isTuples = (columns: ReadonlyArray<JsonArray>): boolean => {
  const kinds = columns.map((values) => new Set(values.map(kindOf).filter((kind) => kind !== "null")))
  if (kinds.some((kind) => kind.size > 1 || kind.has("object"))) return false
  return columns.some(isTime) || new Set(kinds.flatMap((kind) => [...kind])).size > 1
}

const isNumeric = (value: Json) =>
  typeof value === "number" || value === null || (typeof value === "string" && textKind(value).kind === "number")

/** Column names for a time and a number, as Prometheus writes a sample: `[1709374272.1, "12.5"]`. */
export const timedPair = (lists: ReadonlyArray<JsonArray>): ReadonlyArray<string> | undefined => {
  const [times, values, ...more] = positionsOf(lists) ?? []
  if (times === undefined || values === undefined || more.length > 0) return undefined
  return isTime(times) && values.every(isNumeric) && !isTime(values) ? ["time", "value"] : undefined
}

/** The column names in the first row of a list of lists; undefined if that row is not a header. */
export const headerOf = (rows: ReadonlyArray<JsonArray>): ReadonlyArray<string> | undefined => {
  const [first = [], ...rest] = rows
  const names = first.filter((name) => typeof name === "string")
  const isHeader = names.length === first.length && names.length > 1 && new Set(names).size === names.length
  return isHeader &&
    rest.length > 0 &&
    rest.every((row) => row.length === names.length) &&
    names.every((name) => /^[\p{L}_]/u.test(name))
    ? names
    : undefined
}

/**
 * Names for the columns of tuples, as far as a legend elsewhere in the document has them; undefined if these are not
 * tuples.
 */
export const columnsOf = (
  rows: ReadonlyArray<JsonArray>,
  legends: ReadonlyArray<ReadonlyArray<string>>
): ReadonlyArray<string | undefined> | undefined => {
  const columns = positionsOf(rows)
  if (columns === undefined || !isTuples(columns)) return undefined
  const width = columns.length
  const fitting = legends.filter(({ length }) => length === width || length === width - 1)
  const [legend = []] = fitting.length === 1 ? fitting : []
  const time = columns.findIndex(isTime)
  const names = legend.length < width && legend.length > 0 ? legend.toSpliced(Math.max(0, time), 0, "time") : legend
  return columns.map((_, at) => names[at] ?? (at === time ? "time" : undefined))
}
