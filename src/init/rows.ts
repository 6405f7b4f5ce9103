import type { Json } from "../mapping/document/json.ts"
import { isLabelText } from "./label.ts"
import { every, rowPath, type Step } from "./place.ts"
import { textKind } from "./text-kind.ts"

/** The keys of an `each` that select rows. */
export type RowSource = Readonly<Record<string, unknown>>

/** Items in a list or map inside other items. */
export interface Rows {
  /** Steps from the parent item to the list or map, or to the object that holds the parallel lists. */
  readonly steps: ReadonlyArray<Step>
  /** `absolute`: the path starts at the document, with `$`. */
  readonly source: (absolute: boolean) => RowSource
  /** Only the rows for which the condition of a filter holds; undefined if these rows cannot be filtered. */
  readonly filtered: ((condition: string, absolute: boolean) => RowSource) | undefined
  readonly items: ReadonlyArray<Json>
  /** The index of the parent of each item. */
  readonly parents: ReadonlyArray<number>
  /** The key or index of each item. */
  readonly keys: ReadonlyArray<string | number>
  /** `keys` are keys of objects, not indexes of lists. */
  readonly keyed: boolean
  /** The keys can be label values. */
  readonly named: boolean
  /** For tuples: the names of the elements, as far as the document has them. */
  readonly columns?: ReadonlyArray<string | undefined>
  /** The common start of the keys, if the map holds other values too. */
  readonly stem?: string | undefined
  /** For rows joined from lists: steps to all values of a column; undefined if its index differs between items. */
  readonly column?: (name: string) => ReadonlyArray<Step> | undefined
}

/** The same rows, marked as optional because some parent items lack them. */
export const optionalRows = (rows: Rows): Rows => ({
  ...rows,
  source: (absolute) => ({ ...rows.source(absolute), optional: true }),
  filtered: rows.filtered && ((condition, absolute) => ({ ...rows.filtered?.(condition, absolute), optional: true }))
})

/** A row, before its selector is known. */
export interface Entry {
  readonly item: Json
  readonly parent: number
  readonly key: string | number
}

const byItem = (entries: ReadonlyArray<Entry>) => ({
  items: entries.map(({ item }) => item),
  parents: entries.map(({ parent }) => parent),
  keys: entries.map(({ key }) => key)
})

/** The part of a path that selects rows, without and with a condition. */
interface Selector {
  readonly all: string
  readonly where: (condition: string) => string
}

const selectors = {
  list: { all: "[*]", where: (condition) => `[?${condition}]` },
  map: { all: ".*", where: (condition) => `[?${condition}]` },
  pairs: { all: "[*].*", where: (condition) => `[*][?${condition}]` },
  afterHeader: { all: "[1:]", where: (condition) => `[?${condition}]` }
} as const satisfies Readonly<Record<string, Selector>>

/** Selects the objects that have the key `path`, in a list or map or, with `deep`, among all descendants. */
const having = (path: string, deep: boolean): Selector => ({
  all: `${deep ? ".." : ""}[?${path}]`,
  where: (condition) => `${deep ? ".." : ""}[?${path} && ${condition}]`
})

const rowsBy = (
  steps: ReadonlyArray<Step>,
  entries: ReadonlyArray<Entry>,
  selector: Selector,
  keyed: boolean
): Rows => ({
  steps,
  source: (absolute) => ({ path: rowPath(steps, selector.all, absolute) }),
  filtered: (condition, absolute) => ({ path: rowPath(steps, selector.where(condition), absolute) }),
  ...byItem(entries),
  keyed,
  named:
    keyed &&
    entries.every(({ key }) => isLabelText(String(key), textKind(String(key)).kind) || /^\d{1,6}$/.test(String(key)))
})

export const rowsOfList = (steps: ReadonlyArray<Step>, entries: ReadonlyArray<Entry>): Rows =>
  rowsBy(steps, entries, selectors.list, false)

export const rowsOfMap = (steps: ReadonlyArray<Step>, entries: ReadonlyArray<Entry>): Rows =>
  rowsBy(steps, entries, selectors.map, true)

/** A list of objects with one key each that is a name: `[{ "192.0.2.10": 20100 }]`. */
export const rowsOfPairs = (steps: ReadonlyArray<Step>, entries: ReadonlyArray<Entry>): Rows =>
  rowsBy(steps, entries, selectors.pairs, true)

/** A list of tuples. */
export const rowsOfTuples = (
  steps: ReadonlyArray<Step>,
  entries: ReadonlyArray<Entry>,
  columns: ReadonlyArray<string | undefined>
): Rows => ({ ...rowsBy(steps, entries, selectors.list, false), columns })

/** A list of lists with the column names in the first one. */
export const rowsAfterHeader = (
  steps: ReadonlyArray<Step>,
  entries: ReadonlyArray<Entry>,
  columns: ReadonlyArray<string>
): Rows => ({ ...rowsBy(steps, entries, selectors.afterHeader, false), columns })

/** The objects with a certain key in a map that also holds other values. `path`: the key, as a filter path. */
export const rowsHaving = (
  steps: ReadonlyArray<Step>,
  entries: ReadonlyArray<Entry>,
  path: string,
  stem?: string
): Rows => ({ ...rowsBy(steps, entries, having(path, false), true), stem })

/**
 * Rows that are a single object in some items and a list of such objects in others. `around`: the steps to the parent
 * object.
 */
export const rowsBelow = (
  around: ReadonlyArray<Step>,
  steps: ReadonlyArray<Step>,
  entries: ReadonlyArray<Entry>,
  path: string
): Rows => ({ ...rowsBy(around, entries, having(path, true), false), steps })

/** A list of names beside a list of lists: each row becomes an object with these names. */
export const rowsOfTable = (
  steps: ReadonlyArray<Step>,
  lists: { readonly columns: ReadonlyArray<Step>; readonly rows: ReadonlyArray<Step> },
  entries: ReadonlyArray<Entry>,
  indexOf: (name: string) => number | undefined
): Rows => ({
  steps,
  source: (absolute) => ({
    table: { columns: rowPath(lists.columns, "", absolute), rows: rowPath(lists.rows, "", absolute) }
  }),
  filtered: undefined,
  ...byItem(entries),
  keyed: false,
  named: false,
  column: (name) => {
    const index = indexOf(name)
    return index === undefined ? undefined : [...lists.rows, every, { index }]
  }
})

/** Parallel lists: row i has element i of each list. */
export const rowsOfZip = (
  steps: ReadonlyArray<Step>,
  lists: ReadonlyMap<string, ReadonlyArray<Step>>,
  entries: ReadonlyArray<Entry>
): Rows => ({
  steps,
  source: (absolute) => ({
    zip: Object.fromEntries([...lists].map(([name, list]) => [name, rowPath(list, "", absolute)]))
  }),
  filtered: undefined,
  ...byItem(entries),
  keyed: false,
  named: false,
  column: (name) => [...(lists.get(name) ?? []), every]
})
