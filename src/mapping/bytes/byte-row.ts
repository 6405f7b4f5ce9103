import { GivenUp, type Search as PathSearch, spend } from "../../jsonpath/search.ts"
import { describeRow, describeValue } from "../describe.ts"
import { documentOf, type Json } from "../document/json.ts"
import type { Node } from "../document/node.ts"
import { ParsedRow } from "../parsed-row.ts"
import type { List } from "../plan.ts"
import { type Ambiguous, ambiguous, type Field, type Range, type Row, type Visitor } from "../reader.ts"
import type { LabelValues } from "../sample.ts"
import type { ByteList } from "./byte-list.ts"
import { hasEscape, isShortestSpelling, jsonAt, textAt } from "./byte-scalar.ts"
import { absent, type Body, type FieldRanges, fieldRanges, findFields } from "./field-index.ts"
import {
  comma,
  invalid,
  leftBrace,
  leftBracket,
  letterN,
  minus,
  quote,
  rightBrace,
  rightBracket,
  skipKey,
  skipString,
  skipValue,
  skipWhitespace
} from "./json-scanner.ts"

/** What is needed from outside the rows: the document without its deferred lists, and the bytes of those. */
export interface ByteSource {
  readonly body: Body
  /** Absolute paths are evaluated on it. */
  readonly document: ParsedRow
  /** The root of the page that the rows are in. */
  readonly root: Node
  readonly search: PathSearch
}

/** A row in the bytes of the response. It is parsed only if a field is needed that is not in the field index. */
export class ByteRow implements Row {
  readonly #source: ByteSource
  readonly #list: ByteList
  readonly #around: ByteRow | undefined
  readonly #ranges: FieldRanges
  readonly #range: Range = { begin: 0, end: 0 }
  readonly #cursors = new Map<List, ByteRow>()
  #begin = 0
  #key: string | number = 0
  #parsed: ParsedRow | undefined

  constructor(source: ByteSource, list: ByteList, around: ByteRow | undefined) {
    this.#source = source
    this.#list = list
    this.#around = around
    this.#ranges = fieldRanges(list.index)
  }

  value(field: Field): Json | undefined | Ambiguous {
    return field.slot === undefined ? this.#rowFor(field).value(field) : this.valueAt(field.slot)
  }

  valueAt(slot: number): Json | undefined {
    const begin = this.#beginOf(slot)
    return begin === absent ? undefined : jsonAt(this.#source.body.bytes, begin, this.#endOf(slot))
  }

  text(field: Field): string | undefined | Ambiguous {
    if (field.slot === undefined) return this.#rowFor(field).text(field)
    const { bytes } = this.#source.body
    const begin = this.#beginOf(field.slot)
    const end = this.#endOf(field.slot)
    switch (bytes[begin]) {
      case undefined:
      case letterN:
        return undefined
      case leftBrace:
      case leftBracket:
        return ambiguous
      case quote:
        return textAt(bytes, begin, end)
      default:
        return bytes.toString("latin1", begin, end)
    }
  }

  values(field: Field): ReadonlyArray<Json> | undefined {
    if (field.slot === undefined) return this.#rowFor(field).values(field)
    const value = this.valueAt(field.slot)
    return value === undefined ? undefined : [value]
  }

  texts(field: Field): ReadonlyArray<string> {
    if (field.slot === undefined) return this.#rowFor(field).texts(field)
    if (this.#beginOf(field.slot) === absent) return []
    const text = this.text(field)
    return [typeof text === "string" ? text : ""]
  }

  label(field: Field, into: LabelValues, index: number): boolean {
    if (field.slot !== undefined) {
      const { bytes, hasEscapes } = this.#source.body
      const begin = this.#beginOf(field.slot)
      const end = this.#endOf(field.slot)
      if (bytes[begin] === quote && !(hasEscapes && hasEscape(bytes, begin, end))) {
        into.begins[index] = begin + 1
        into.ends[index] = end - 1
        return true
      }
    }
    const text = this.text(field)
    into.begins[index] = absent
    into.texts[index] = typeof text === "string" ? text : ""
    return text !== ambiguous
  }

  spelledNumber({ slot }: Field, nonNegative: boolean): Range | undefined {
    if (slot === undefined) return undefined
    const { bytes } = this.#source.body
    const begin = this.#beginOf(slot)
    const end = this.#endOf(slot)
    if (begin === absent || (nonNegative && bytes[begin] === minus)) return undefined
    if (!isShortestSpelling(bytes, begin, end)) return undefined
    this.#range.begin = begin
    this.#range.end = end
    return this.#range
  }

  key(up: number): string | number | undefined {
    const { keys, isSingle } = this.#list
    if (!isSingle && up === 0) return this.#key
    const level = isSingle ? up : up - 1
    return level < keys.length ? keys[keys.length - 1 - level] : this.#around?.key(level - keys.length)
  }

  eachRow(visitor: Visitor): void {
    const { bytes: list, rows } = visitor.list
    if (list?.slot === undefined) {
      this.#parse().eachRow(visitor)
      return
    }
    const begin = this.#beginOf(list.slot)
    if (begin === absent || this.#source.body.bytes[begin] === letterN) {
      if (rows.kind === "path") visitor.drop("missing", rows.path, this)
      return
    }
    let row = this.#cursors.get(visitor.list)
    if (row === undefined) {
      row = new ByteRow(this.#source, list, this)
      this.#cursors.set(visitor.list, row)
    }
    row.#visitRows(visitor, begin)
  }

  location(): string {
    return describeRow(this.#node())
  }

  found(field: Field): string {
    const value = field.slot === undefined ? undefined : this.valueAt(field.slot)
    if (field.slot === undefined || value === undefined) return this.#rowFor(field).found(field)
    const { bytes } = this.#source.body
    return describeValue(value, bytes.toString("latin1", this.#beginOf(field.slot), this.#endOf(field.slot)))
  }

  /**
   * Visits all rows of the list that begins at `begin`. Returns the end of the list; `invalid` if it is not JSON or was
   * left early.
   */
  readList(visitor: Visitor, begin: number): number {
    try {
      return this.#visitRows(visitor, begin)
    } catch (error) {
      if (error instanceof GivenUp) return invalid
      throw error
    }
  }

  #visitRows(visitor: Visitor, begin: number): number {
    if (this.#list.isSingle) return this.#visit(visitor, begin)
    const code = this.#source.body.bytes[begin]
    if (code === leftBracket) return this.#visitItems(visitor, begin)
    return code === leftBrace ? this.#visitMembers(visitor, begin) : invalid
  }

  #visitItems(visitor: Visitor, begin: number): number {
    const { body, search } = this.#source
    const { bytes } = body
    let next = skipWhitespace(bytes, begin + 1)
    if (bytes[next] === rightBracket) return next + 1
    for (let index = 0; ; index++) {
      spend(search, 1)
      this.#key = index
      const end = this.#visit(visitor, next)
      if (end === invalid) return invalid
      next = skipWhitespace(bytes, end)
      if (bytes[next] !== comma) return bytes[next] === rightBracket ? next + 1 : invalid
      next = skipWhitespace(bytes, next + 1)
    }
  }

  /**
   * In the order of JavaScript's object keys. Of two equal keys the last value counts, in the position of the first.
   */
  #visitMembers(visitor: Visitor, begin: number): number {
    const { body, search } = this.#source
    const { bytes } = body
    const begins: Record<string, number> = Object.create(null)
    let next = skipWhitespace(bytes, begin + 1)
    while (bytes[next] !== rightBrace) {
      const key = textAt(bytes, next, skipString(bytes, next))
      next = skipKey(bytes, next)
      begins[key] = next
      next = skipWhitespace(bytes, skipValue(bytes, next))
      if (bytes[next] === comma) next = skipWhitespace(bytes, next + 1)
    }
    for (const key of Object.keys(begins)) {
      spend(search, 1)
      this.#key = key
      if (this.#visit(visitor, begins[key] ?? begin) === invalid) return invalid
    }
    return next + 1
  }

  /**
   * Moves to the row that begins at `begin`, and visits it. Returns its end; `invalid` if it is not JSON or no more
   * rows are needed.
   */
  #visit(visitor: Visitor, begin: number): number {
    const { body, search } = this.#source
    const { index, filter } = this.#list
    this.#begin = begin
    this.#parsed = undefined
    const end = findFields(index, body, begin, this.#ranges)
    if (end === invalid) return invalid
    if (filter !== undefined && !filter(this, search)) return end
    return visitor.visit(this) ? invalid : end
  }

  #beginOf(slot: number): number {
    return this.#ranges.begins[slot] ?? absent
  }

  #endOf(slot: number): number {
    return this.#ranges.ends[slot] ?? absent
  }

  #rowFor({ path }: Field): ParsedRow {
    return path.absolute ? this.#source.document : this.#parse()
  }

  #parse(): ParsedRow {
    if (this.#parsed !== undefined) return this.#parsed
    const { body, document: outer } = this.#source
    const end = skipValue(body.bytes, this.#begin)
    const document = documentOf(body.bytes.toString("utf8", this.#begin, end))
    this.#parsed = new ParsedRow(outer.search, document, { ...this.#node(), value: document.root })
    return this.#parsed
  }

  /** Where the row is; the values are unknown. */
  #node(): Node {
    const { keys, isSingle } = this.#list
    const start = this.#around === undefined ? this.#source.root : this.#around.#node()
    const list = keys.reduce<Node>((parent, key) => ({ value: null, key, parent }), start)
    return isSingle ? list : { value: null, key: this.#key, parent: list }
  }
}
