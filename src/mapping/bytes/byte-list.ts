import type { Path } from "../../jsonpath/evaluate.ts"
import { compileTest, type Predicate, type Queries } from "../../jsonpath/filter.ts"
import { asksForKey, isKeysOnly, leadingKeys, type Query, queriesOf } from "../../jsonpath/syntax.ts"
import type { ByteRow } from "./byte-row.ts"
import { type FieldIndex, fieldIndex, slotOf } from "./field-index.ts"

/** How the rows of a list are read from bytes. */
export interface ByteList {
  /** Lead from the row around the list to the list or, if `isSingle`, to its only row. */
  readonly keys: ReadonlyArray<string | number>
  readonly isSingle: boolean
  /** The slot of the list in the field index of the row around it; undefined in the document itself. */
  readonly slot: number | undefined
  /** The fields of a row that need no parsing. */
  readonly index: FieldIndex
  /** Undefined: every row counts. */
  readonly filter: Predicate<ByteRow> | undefined
}

/**
 * A list can be read from bytes if its path is keys, and after them at most one wildcard or one filter that compares
 * plain fields.
 */
export const compileByteList = ({ query }: Path, around: FieldIndex | undefined): ByteList | undefined => {
  const keys = leadingKeys(query)
  const [segment, ...more] = query.segments.slice(keys.length)
  const [selector, ...others] = segment?.selectors ?? []
  if (more.length > 0 || others.length > 0 || segment?.descendant) return undefined
  const index = fieldIndex()
  const slot = around && slotOf(around, keys)
  const list = { keys, isSingle: selector === undefined, slot, index }
  switch (selector?.kind) {
    case undefined:
    case "wildcard":
      return { ...list, filter: undefined }
    case "filter": {
      const isPlain = (query: Query) => query.root === "@" && isKeysOnly(query)
      if (asksForKey(selector.test) || !queriesOf(selector.test).every(isPlain)) return undefined
      return { ...list, filter: compileTest(selector.test, byteQueries(index)) }
    }
    default:
      return undefined
  }
}

/** The queries of a filter, evaluated with the field index of a row. */
const byteQueries = (index: FieldIndex): Queries<ByteRow> => ({
  value: (query) => {
    const slot = slotOf(index, leadingKeys(query))
    return (row) => row.valueAt(slot)
  },
  nodes: (query) => {
    const slot = slotOf(index, leadingKeys(query))
    return (row) => {
      const value = row.valueAt(slot)
      return value === undefined ? [] : [{ value }]
    }
  }
})
