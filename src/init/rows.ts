import type { Json } from "../mapping/document/json.ts"
import { isLabelText } from "./label.ts"
import { every, rowPath, type Step } from "./place.ts"
import { textKind } from "./text-kind.ts"

/** Where rows come from, as the keys of an `each` say it. */
export type RowSource = Readonly<Record<string, unknown>>

/** Items that stand in a list or map within other items. */
export interface Rows {
  /** From the item around to the list or map, or to what holds the parallel lists. */
  readonly steps: ReadonlyArray<Step>
  /** `absolute`: from the document, with `$`. */
  readonly source: (absolute: boolean) => RowSource
  /** The same rows, but only where the condition of a filter holds; undefined if the rows take no filter. */
  readonly filtered: ((condition: string, absolute: boolean) => RowSource) | undefined
  readonly items: ReadonlyArray<Json>
  /** By item, the index of the item around it. */
  readonly parents: ReadonlyArray<number>
  /** By item, its key in the map or position in the list. */
  readonly keys: ReadonlyArray<string | number>
  /** They stand in a map: the key is that of an object. */
  readonly keyed: boolean
  /** The key is a name that may be a label. */
  readonly named: boolean
  /** The items are lists whose elements are different things: their names, as far as the document tells them. */
  readonly columns?: ReadonlyArray<string | undefined>
  /** What the keys have in common, if the map holds other things as well. */
  readonly stem?: string | undefined
  /** All values of a column, for rows that are made of other lists; undefined if it is elsewhere in other items. */
  readonly column?: (name: string) => ReadonlyArray<Step> | undefined
}

/** The same rows, which some of the items around do not have. */
export const optionalRows = (rows: Rows): Rows => ({
  ...rows,
  source: (absolute) => ({ ...rows.source(absolute), optional: true }),
  filtered: rows.filtered && ((condition, absolute) => ({ ...rows.filtered?.(condition, absolute), optional: true }))
})

/** A row, before it is known how it is found. */
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

/** How a path selects rows, and how it does so under a condition. */
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

/** Selects what has this key: of a list or map, or of whatever stands below. */
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

/** A list of objects with one key each, which is a name: `[{ "192.0.2.10": 20100 }]`. */
export const rowsOfPairs = (steps: ReadonlyArray<Step>, entries: ReadonlyArray<Entry>): Rows =>
  rowsBy(steps, entries, selectors.pairs, true)

/** A list of lists whose elements are different things. */
export const rowsOfTuples = (
  steps: ReadonlyArray<Step>,
  entries: ReadonlyArray<Entry>,
  columns: ReadonlyArray<string | undefined>
): Rows => ({ ...rowsBy(steps, entries, selectors.list, false), columns })

/** A list of lists whose first has the names of the columns. */
export const rowsAfterHeader = (
  steps: ReadonlyArray<Step>,
  entries: ReadonlyArray<Entry>,
  columns: ReadonlyArray<string>
): Rows => ({ ...rowsBy(steps, entries, selectors.afterHeader, false), columns })

/** The objects of a map that have a key, beside values of other kinds; `path` as a filter has it. */
export const rowsHaving = (
  steps: ReadonlyArray<Step>,
  entries: ReadonlyArray<Entry>,
  path: string,
  stem?: string
): Rows => ({ ...rowsBy(steps, entries, having(path, false), true), stem })

/** What is an object in some items and a list of such objects in others; `around` leads to the object that has it. */
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

/** Parallel lists: row i is an object of their i-th elements. */
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
