import type { Path } from "../jsonpath/evaluate.ts"
import type { Json } from "./document/json.ts"
import type { List } from "./plan.ts"
import type { LabelValues } from "./sample.ts"

/** A path of a plan, as rows read it. */
export interface Field {
  readonly path: Path
  /** Its slot in the field index of the row; undefined if the row has to be parsed to find it. */
  readonly slot: number | undefined
}

/** In place of a value: the path finds several nodes. In place of a text: it finds several, or an array or object. */
export const ambiguous = Symbol("ambiguous")
export type Ambiguous = typeof ambiguous

/** Bytes of the response. */
export interface Range {
  begin: number
  end: number
}

/**
 * How the walker reads a row: a parsed value (parsed-row.ts), or the bytes of a row that is never parsed as a whole
 * (bytes/byte-row.ts). A row object is a cursor: it moves to the next row when the walker is done with one.
 */
export interface Row {
  /** The one value of a field. */
  readonly value: (field: Field) => Json | undefined | Ambiguous
  /**
   * The one value of a field as text, numbers as the document spells them; undefined for null. An array or object is
   * ambiguous.
   */
  readonly text: (field: Field) => string | undefined | Ambiguous
  /** All values of a field; undefined if the path finds nothing before its first wildcard, filter, slice or `..`. */
  readonly values: (field: Field) => ReadonlyArray<Json> | undefined
  /** The same as text; empty for arrays and objects. */
  readonly texts: (field: Field) => ReadonlyArray<string>
  /** Stores the text of a field as a label value, empty if there is none. Returns false if the field is ambiguous. */
  readonly label: (field: Field, into: LabelValues, index: number) => boolean
  /**
   * The bytes of a field that are a number in its shortest spelling, without a minus if `nonNegative`; undefined for
   * anything else.
   */
  readonly spelledNumber: (field: Field, nonNegative: boolean) => Range | undefined
  /** The key or index `up` levels above the row. */
  readonly key: (up: number) => string | number | undefined
  /** Visits the rows of a list. */
  readonly eachRow: (visitor: Visitor) => void
  /** Where the row is, as a normalized path, for problems. */
  readonly location: () => string
  /** What a path finds, in a few words, for problems. */
  readonly found: (field: Field) => string
}

/** Visits the rows of one list. */
export interface Visitor {
  readonly list: List
  /** Returns true if no more rows are needed. */
  readonly visit: (row: Row) => boolean
  /** The list, or a row of it, could not be read. `path` is the path of the list that failed in `row`. */
  readonly drop: (reason: "missing" | "ambiguous" | "not_a_number", path: Path, row: Row) => void
}
