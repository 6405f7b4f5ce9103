import { compileRelative, type Path } from "../jsonpath/evaluate.ts"
import { type Document, documentOf, type Json, type JsonArray, type JsonObject } from "./document/json.ts"
import type { Node } from "./document/node.ts"
import { ParsedRow } from "./parsed-row.ts"
import type { Rows } from "./plan.ts"
import type { Visitor } from "./reader.ts"

/**
 * Visits the rows of a list. `isRepeated`: the list is visited once for each row around it, so its nodes are cached.
 */
export const visitRows = (rows: Rows, around: ParsedRow, visitor: Visitor, isRepeated: boolean): void => {
  switch (rows.kind) {
    case "path":
      if (rows.isText) visitTexts(rows.path, around, visitor)
      else visitNodes(rows.path, around, visitor, isRepeated)
      return
    case "table":
      visitTable(rows, around, visitor)
      return
    case "zip":
      visitZip(rows, around, visitor)
  }
}

/**
 * Whether rows start at the document, whatever the row around them. A table with one relative path belongs to the row
 * around.
 */
export const isOfDocument = (rows: Rows): boolean => {
  switch (rows.kind) {
    case "path":
      return rows.path.absolute
    case "table":
      return rows.rows.absolute && rows.columns.absolute
    case "zip":
      return rows.columns.every(([, path]) => path.absolute)
  }
}

const visitNodes = (path: Path, around: ParsedRow, visitor: Visitor, isRepeated: boolean): void => {
  if (!around.hasList(path, visitor)) return
  const row = new ParsedRow(around.search, around.documentOf(path), around.node)
  const visit = (node: Node): boolean => {
    row.node = node
    return visitor.visit(row)
  }
  if (isRepeated && path.absolute) around.nodes(path).some(visit)
  else around.visitNodes(path, visit)
}

/** The path in problems that concern a row as a whole. */
const itself = compileRelative("@")

/** The JSON in the strings that a path finds. */
const visitTexts = (path: Path, around: ParsedRow, visitor: Visitor): void => {
  if (!around.hasList(path, visitor)) return
  for (const node of around.nodes(path)) {
    const document = typeof node.value === "string" ? parseText(node.value) : undefined
    if (document === undefined) {
      const reason = node.value === null ? "missing" : "not_a_number"
      visitor.drop(reason, itself, new ParsedRow(around.search, around.documentOf(path), node))
    } else if (visitor.visit(new ParsedRow(around.search, document, rootAt(node, document)))) return
  }
}

/**
 * The root of a document that was a string, in the place of that string. The parent has no value, since the spelling of
 * the root must not be looked up there: it belongs to the outer document.
 */
const rootAt = ({ key, parent }: Node, { root }: Document): Node => ({
  value: root,
  key,
  parent: parent && { ...parent, value: null }
})

const parseText = (text: string): Document | undefined => {
  try {
    return documentOf(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** Rows that are lists of values. The names of the values are in another list. */
const visitTable = ({ columns, rows }: Extract<Rows, { kind: "table" }>, around: ParsedRow, visitor: Visitor): void => {
  const names = listAt(columns, around, visitor)
  const list = listAt(rows, around, visitor)
  if (names === undefined || list === undefined) return
  const keys = names.value.map((name) => (typeof name === "string" ? name : JSON.stringify(name)))
  for (const [index, values] of list.value.entries()) {
    const node: Node = { value: values, key: index, parent: list }
    if (!isArray(values)) {
      visitor.drop("not_a_number", itself, new ParsedRow(around.search, around.documentOf(rows), node))
      continue
    }
    const cells = values.slice(0, keys.length).map((_, at): Cell => ({ name: keys[at] ?? "", holder: values, key: at }))
    if (visitor.visit(rowOfCells(cells, node, around, rows))) return
  }
}

/** Lists side by side: the i-th row has the i-th value of each. */
const visitZip = ({ columns }: Extract<Rows, { kind: "zip" }>, around: ParsedRow, visitor: Visitor): void => {
  const lists = columns.flatMap(([name, path]) => {
    const list = listAt(path, around, visitor)
    return list === undefined ? [] : [{ name, path, list }]
  })
  const [first] = lists
  if (first === undefined) return
  const length = lists.reduce((longest, { list }) => Math.max(longest, list.value.length), 0)
  for (let index = 0; index < length; index++) {
    const cells = lists
      .filter(({ list }) => index < list.value.length)
      .map(({ name, list }): Cell => ({ name, holder: list.value, key: index }))
    const node: Node = { value: null, key: index, parent: first.list }
    if (visitor.visit(rowOfCells(cells, node, around, first.path))) return
  }
}

/** Where a value of an assembled row is in the document. */
interface Cell {
  readonly name: string
  readonly holder: JsonArray
  readonly key: number
}

/** A row with the values of these cells. Its numbers are spelled as in the cells. */
const rowOfCells = (cells: ReadonlyArray<Cell>, node: Node, around: ParsedRow, path: Path): ParsedRow => {
  const source = around.documentOf(path)
  // fromEntries makes own properties, also of a name such as __proto__
  const value: JsonObject = Object.fromEntries(cells.map(({ name, holder, key }) => [name, holder[key] ?? null]))
  const document: Document = {
    root: value,
    spelling: (holder, key) => {
      if (holder !== value) return source.spelling(holder, key)
      const cell = cells.findLast(({ name }) => name === key)
      return cell && source.spelling(cell.holder, cell.key)
    }
  }
  return new ParsedRow(around.search, document, { ...node, value })
}

/** The one list that a path finds. Otherwise undefined, and the visitor gets the reason. */
const listAt = (
  path: Path,
  around: ParsedRow,
  visitor: Visitor
): (Node & { readonly value: JsonArray }) | undefined => {
  if (!around.hasList(path, visitor)) return undefined
  const [node, second] = around.nodes(path)
  if (second !== undefined) visitor.drop("ambiguous", path, around)
  else if (node === undefined) visitor.drop("missing", path, around)
  else if (!isArray(node.value)) visitor.drop("not_a_number", path, around)
  else return { ...node, value: node.value }
  return undefined
}

/** `Array.isArray` does not narrow to a read-only array. */
const isArray = (value: Json): value is JsonArray => Array.isArray(value)
