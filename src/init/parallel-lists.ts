import type { Json, JsonArray } from "../mapping/document/json.ts"
import { isEpoch } from "./epoch.ts"
import type { Place } from "./place.ts"
import { type Entry, type Rows, rowsOfTable, rowsOfZip } from "./rows.ts"
import { textKind } from "./text-kind.ts"

const isArray = (value: Json | undefined): value is JsonArray => Array.isArray(value)
const isScalarOrNull = (value: Json) => value === null || typeof value !== "object"
const isTextList = (list: JsonArray) =>
  list.length > 1 && list.every((value) => typeof value === "string") && new Set(list).size === list.length

/** A place whose values are all lists. */
type Lists = Place<JsonArray>

const listsOf = (places: ReadonlyArray<Place>): ReadonlyArray<Lists> =>
  places.filter((place): place is Lists => {
    const present = place.values.filter((value) => value !== undefined)
    return present.length > 0 && present.every(isArray)
  })

/** Whether the same items have both lists, and their lengths fit. */
const fit = (a: Lists, b: Lists, test: (a: JsonArray, b: JsonArray) => boolean): boolean =>
  a.values.every((list, index) => {
    const other = b.values[index]
    return list === undefined ? other === undefined : other !== undefined && test(list, other)
  })

/** Finds a list of names beside a list of lists with these columns. Returns its rows, and the places that they use. */
export const tableAmong = (
  steps: Place["steps"],
  places: ReadonlyArray<Place>
): { readonly rows: Rows; readonly taken: ReadonlyArray<Place> } | undefined => {
  const lists = listsOf(places)
  for (const columns of lists) {
    if (!columns.values.every((list) => list === undefined || isTextList(list))) continue
    const rows = lists.find(
      (place) =>
        place !== columns &&
        place.values.some((list) => list !== undefined && list.length > 0) &&
        fit(columns, place, (names, list) =>
          list.every((row) => isArray(row) && row.length === names.length && row.every(isScalarOrNull))
        )
    )
    if (rows === undefined) continue
    const entries = rows.values.flatMap((list, parent) =>
      (list ?? []).map((row, key): Entry => {
        const names = columns.values[parent] ?? []
        const values = isArray(row) ? row : []
        return { item: Object.fromEntries(names.map((name, at) => [String(name), values[at] ?? null])), parent, key }
      })
    )
    const indexOf = (name: string) => {
      const indexes = new Set(columns.values.flatMap((names) => (names === undefined ? [] : [names.indexOf(name)])))
      const [index = -1] = indexes
      return indexes.size === 1 && index >= 0 ? index : undefined
    }
    const made = { columns: columns.steps, rows: rows.steps }
    return { rows: rowsOfTable(steps, made, entries, indexOf), taken: [columns, rows] }
  }
  return undefined
}

const lastKey = (place: Place) => String(place.steps.findLast((step) => typeof step === "string") ?? "value")

/** Keys of lists with the names or times of the numbers beside them. */
const ofNames =
  /(?:^|[_-]|[a-z])(?:names?|labels?|keys|legend|categories|dimensions|columns|time|times|timestamps?|dates?|hours?|days?|x|t)$/i

const isTime = (list: JsonArray): boolean =>
  list.length > 0 &&
  list.every((value) => isEpoch(value) || (typeof value === "string" && textKind(value).kind === "time"))

/** Finds lists of scalars that have the same length in each item. Element i of each list belongs to row i. */
export const zipAmong = (
  steps: Place["steps"],
  places: ReadonlyArray<Place>
): { readonly rows: Rows; readonly taken: ReadonlyArray<Place> } | undefined => {
  const lists = listsOf(places).filter(({ values }) =>
    values.every((list) => list === undefined || list.every(isScalarOrNull))
  )
  for (const first of lists) {
    if (!first.values.some((list) => list !== undefined && list.length > 1)) continue
    const group = lists.filter((place) => fit(first, place, (a, b) => a.length === b.length))
    const numeric = group.filter(({ values }) =>
      values.some((list) => list?.some((value) => typeof value === "number"))
    )
    const timed = group.filter(({ values }) => values.every((list) => list === undefined || isTime(list)))
    // texts that are beside numbers by chance, such as tags, do not name them
    const kept = group.filter(
      (place) =>
        numeric.includes(place) ||
        timed.includes(place) ||
        ofNames.test(lastKey(place)) ||
        (group.length === lists.length && lists.length === places.length)
    )
    if (numeric.length === 0 || kept.length < 2 || new Set(kept.map(lastKey)).size < kept.length) continue
    const named = new Map(kept.map((place) => [lastKey(place), place.steps]))
    const entries = first.values.flatMap((list, parent) =>
      (list ?? []).map((_, key): Entry => {
        const item = Object.fromEntries(kept.map((place) => [lastKey(place), place.values[parent]?.[key] ?? null]))
        return { item, parent, key }
      })
    )
    return { rows: rowsOfZip(steps, named, entries), taken: kept }
  }
  return undefined
}
