import type { Json, JsonArray, JsonObject } from "../mapping/document/json.ts"
import type { LeftOut } from "./left-out.ts"
import { columnNames, columnsOf, headerOf, isPairs, timedPair } from "./list-kind.ts"
import { isObject, mapKinds } from "./map.ts"
import { tableAmong, zipAmong } from "./parallel-lists.ts"
import { descendantsHaving, every, filterPath, itemPath, keysOf, type Place, type Step, valueAt } from "./place.ts"
import {
  type Entry,
  optionalRows,
  type Rows,
  rowsAfterHeader,
  rowsBelow,
  rowsHaving,
  rowsOfList,
  rowsOfMap,
  rowsOfPairs,
  rowsOfTuples
} from "./rows.ts"
import type { Whole } from "./whole.ts"
import { wordsOf } from "./words.ts"

/** The structure that items share. */
export interface Shape {
  /** Places with numbers, strings or booleans. Some items may have another type there. */
  readonly fields: ReadonlyArray<Place>
  readonly rows: ReadonlyArray<Rows>
  /** Paths without a field or rows: null or empty in all items, too deep, or keys of what is a list in other items. */
  readonly left: ReadonlyArray<LeftOut>
}

const isArray = (value: Json | undefined): value is JsonArray => Array.isArray(value)

/** Limit of nested objects; no known API reaches it. */
const maxDepth = 30

const entriesOf = (lists: ReadonlyArray<JsonArray | undefined>): ReadonlyArray<Entry> =>
  lists.flatMap((list, parent) => (list ?? []).map((item, key) => ({ item, parent, key })))

const isNothing = (value: Json): boolean =>
  value === null || value === "" || (typeof value === "object" && Object.values(value).every(isNothing))

const mapEntries = (objects: ReadonlyArray<JsonObject | undefined>): ReadonlyArray<Entry> =>
  objects.flatMap((object, parent) => Object.entries(object ?? {}).map(([key, item]) => ({ item, parent, key })))

const below = (item: Json, steps: ReadonlyArray<Step>) =>
  steps.includes(every)
    ? undefined
    : valueAt(
        item,
        steps.filter((step) => step !== every)
      )

/** Facts about items that their values do not contain. */
export interface Kind {
  /** The words of the items' key, which help to decide whether an item is itself a map. */
  readonly words: ReadonlyArray<string>
  /** For tuples: the names of their elements. */
  readonly columns?: ReadonlyArray<string | undefined> | undefined
}

export const shapeOf = (items: ReadonlyArray<Json>, { words, columns }: Kind, whole: Whole): Shape => {
  const fields: Array<Place> = []
  const rows: Array<Rows> = []
  const left: Array<LeftOut> = []
  const leave = (why: string, steps: ReadonlyArray<Step>) => left.push({ why, path: itemPath(steps) })

  const add = ({ values }: Place, found: Rows): void =>
    void rows.push(values.some((value) => value === undefined || value === null) ? optionalRows(found) : found)

  const visit = (place: Place): void => {
    const { steps, values } = place
    const objects = values.map((value) => (isObject(value) ? value : undefined))
    const lists = values.map((value) => (isArray(value) ? value : undefined))
    const present = objects.filter((object) => object !== undefined && Object.keys(object).length > 0)
    const filled = lists.filter((list) => list !== undefined && list.length > 0)
    const isField = values.some((value) => value !== null && value !== undefined && typeof value !== "object")
    if (isField) fields.push(place)
    if (steps.length > maxDepth && present.length + filled.length > 0) leave("too deep", steps)
    else if (filled.length > 0 && present.length > 0) visitBoth(place, lists, objects)
    else if (filled.length > 0) visitLists(place, lists)
    else if (present.length > 0) visitObjects(place, objects)
    else if (!isField)
      leave(values.some((value) => typeof value === "object" && value !== null) ? "empty" : "null", steps)
  }

  /** A value that is an object in some items and a list of such objects in others. */
  const visitBoth = (
    place: Place,
    lists: ReadonlyArray<JsonArray | undefined>,
    objects: ReadonlyArray<JsonObject | undefined>
  ): void => {
    const elements = entriesOf(lists)
    const single = objects.flatMap(
      (item, parent): ReadonlyArray<Entry> => (item === undefined ? [] : [{ item, parent, key: 0 }])
    )
    const entries = [...elements, ...single].sort((a, b) => a.parent - b.parent)
    const things = entries.map(({ item }) => item)
    const key = things.every(isObject)
      ? Object.keys(things[0] ?? {}).find(
          (key) => key.isWellFormed() && things.every((thing) => isObject(thing) && Object.hasOwn(thing, key))
        )
      : undefined
    const around = place.steps.slice(0, -1)
    const found = key === undefined ? [] : items.flatMap((item) => descendantsHaving(below(item, around), key))
    if (
      key !== undefined &&
      place.steps.length > 0 &&
      found.length === things.length &&
      found.every((value) => things.includes(value))
    )
      add(place, rowsBelow(around, place.steps, entries, filterPath([key])))
    else {
      // [*] selects the values of both lists and objects
      const values = [...elements, ...mapEntries(objects)].sort((a, b) => a.parent - b.parent)
      add(place, rowsOfList(place.steps, values))
      for (const key of new Set(mapEntries(objects).map(({ key }) => String(key))))
        if (key.isWellFormed()) leave("keys of what is a list elsewhere", [...place.steps, key])
    }
  }

  const visitLists = (place: Place, lists: ReadonlyArray<JsonArray | undefined>): void => {
    const filled = lists.filter((list) => list !== undefined && list.length > 0)
    const elements = filled.flat()
    const { steps } = place
    const isBox = filled.length > 1 && elements.every((element) => typeof element !== "object")
    if ((whole.boxed || isBox) && lists.every((list) => list === undefined || list.length <= 1)) {
      visit({ steps: [...steps, { index: 0 }], values: lists.map((list) => list?.[0]) })
      return
    }
    const pair = timedPair(filled.filter((list) => list !== undefined))
    if (pair !== undefined) {
      for (const [index, name] of pair.entries())
        visit({ steps: [...steps, { index, name }], values: lists.map((list) => list?.[index]) })
      return
    }
    if (elements.every(isArray)) {
      visitMatrix(place, lists)
      return
    }
    const names = elements.every(isObject) ? columnNames(filled.filter((list) => list !== undefined)) : undefined
    const pairs = isPairs(filled.filter((list) => list !== undefined))
    if (names !== undefined && !(pairs && filled.length === 1)) {
      const find = (list: JsonArray | undefined, name: string) =>
        list?.find((element) => isObject(element) && Object.hasOwn(element, name))
      for (const name of names) {
        if (!name.isWellFormed()) continue
        const values = lists.map((list) => {
          const column = find(list, name)
          return isObject(column) ? column[name] : undefined
        })
        visit({ steps: [...steps, every, name], values })
      }
    } else if (pairs) {
      add(
        place,
        rowsOfPairs(
          steps,
          lists.flatMap((list, parent) =>
            (list ?? []).flatMap((element) =>
              Object.entries(isObject(element) ? element : {}).map(([key, item]) => ({ item, parent, key }))
            )
          )
        )
      )
    } else add(place, rowsOfList(steps, entriesOf(lists)))
  }

  const visitMatrix = (place: Place, lists: ReadonlyArray<JsonArray | undefined>): void => {
    const { steps } = place
    const header =
      lists.filter((list) => list !== undefined).length === 1
        ? headerOf(lists.flatMap((list) => list ?? []).filter(isArray))
        : undefined
    if (header !== undefined) {
      const entries = entriesOf(lists).filter(({ key }) => key !== 0)
      add(place, rowsAfterHeader(steps, entries, header))
      return
    }
    const columns = columnsOf(lists.flatMap((list) => list ?? []).filter(isArray), whole.legends)
    add(
      place,
      columns === undefined ? rowsOfList(steps, entriesOf(lists)) : rowsOfTuples(steps, entriesOf(lists), columns)
    )
  }

  const visitObjects = (place: Place, objects: ReadonlyArray<JsonObject | undefined>): void => {
    const { steps } = place
    const own = steps.length === 0 ? words : wordsOf(keysOf(steps).at(-1) ?? "")
    const kinds =
      own.length === 0
        ? []
        : mapKinds(
            own,
            objects.filter((object) => object !== undefined)
          )
    if (kinds.some(({ kind }) => kind === "all")) {
      const entries = mapEntries(objects)
      add(place, rowsOfMap(steps, entries))
      for (const { key, item } of entries) if (isNothing(item)) leave("without a value", [...steps, String(key)])
      return
    }
    const having = kinds.filter((kind) => kind.kind === "having")
    const isThing = (value: Json | undefined) => isObject(value) && having.some(({ key }) => Object.hasOwn(value, key))
    for (const { key, stem } of having) {
      const things = mapEntries(objects).filter(({ item }) => isObject(item) && Object.hasOwn(item, key))
      add(place, rowsHaving(steps, things, filterPath([key]), stem))
    }
    const allKeys = [...new Set(objects.flatMap((object) => Object.keys(object ?? {})))]
    const keys = allKeys.filter((key) => key.isWellFormed())
    for (const key of allKeys)
      if (!key.isWellFormed()) leave("keys that are not Unicode text", [...steps, key.toWellFormed()])
    let places = keys.map((key): Place => {
      const found = objects.map((object) =>
        object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined
      )
      const values = found.map((value) => (isThing(value) ? undefined : value))
      return { steps: [...steps, key], values, hasRows: found.some(isThing) }
    })
    if (having.length > 0) places = places.filter(({ values }) => values.some((value) => value !== undefined))
    for (const among of [tableAmong, zipAmong]) {
      for (let found = among(steps, places); found !== undefined; found = among(steps, places)) {
        const { taken } = found
        add({ steps, values: taken[0]?.values ?? [] }, found.rows)
        places = places.filter((place) => !taken.includes(place))
      }
    }
    for (const place of places) visit(place)
  }

  if (columns === undefined) visit({ steps: [], values: items })
  for (const [index, name] of (columns ?? []).entries())
    visit({ steps: [{ index, name }], values: items.map((item) => (isArray(item) ? item[index] : undefined)) })
  return { fields, rows, left }
}
