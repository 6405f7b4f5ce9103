import { each, find, type Path, select } from "../jsonpath/evaluate.ts"
import { type Effort, maxEffort } from "../jsonpath/search.ts"
import { describeRow, describeValue } from "./describe.ts"
import type { Document, Json } from "./document/json.ts"
import { documentNode, keyOf, type Node } from "./document/node.ts"
import { type Ambiguous, ambiguous, type Field, type Row, type Visitor } from "./reader.ts"
import type { LabelValues } from "./sample.ts"

/** What all rows of a run share. */
export class Search {
  readonly document: Document
  readonly root: Node
  /** Limits all searches of a run together, so that no document and no mapping can stall the daemon. */
  readonly effort: Effort = { left: maxEffort }
  /** What absolute paths find, which is the same for every row. */
  readonly #found = new Map<Path, ReadonlyArray<Node>>()

  constructor(document: Document) {
    this.document = document
    this.root = documentNode(document.root)
  }

  nodes(path: Path, row: Node): ReadonlyArray<Node> {
    if (!path.absolute) return select(path, this.document.root, row, this.effort)
    const known = this.#found.get(path)
    if (known !== undefined) return known
    const nodes = select(path, this.document.root, row, this.effort)
    this.#found.set(path, nodes)
    return nodes
  }
}

/** A row that is a parsed value. */
export class ParsedRow implements Row {
  readonly search: Search
  /** The document that knows how the numbers of the row are spelled. */
  readonly document: Document
  node: Node

  constructor(search: Search, document: Document, node: Node) {
    this.search = search
    this.document = document
    this.node = node
  }

  value({ path }: Field): Json | undefined | Ambiguous {
    if (path.keys !== undefined) return find(path.keys, path.absolute ? this.search.document.root : this.node.value)
    const [node, second] = this.search.nodes(path, this.node)
    return second === undefined ? node?.value : ambiguous
  }

  text(field: Field): string | undefined | Ambiguous {
    const value = this.value(field)
    switch (typeof value) {
      case "number": {
        const [node] = this.search.nodes(field.path, this.node)
        return node === undefined ? undefined : this.#spelling(field.path, node)
      }
      case "boolean":
        return String(value)
      case "object":
        return value === null ? undefined : ambiguous
      default:
        return value
    }
  }

  values({ path }: Field): ReadonlyArray<Json> {
    return this.search.nodes(path, this.node).map(({ value }) => value)
  }

  texts({ path }: Field): ReadonlyArray<string> {
    return this.search
      .nodes(path, this.node)
      .map((node) => (typeof node.value === "object" ? "" : this.#spelling(path, node)))
  }

  label(field: Field, { begins, texts }: LabelValues, index: number): boolean {
    const text = this.text(field)
    begins[index] = -1
    texts[index] = typeof text === "string" ? text : ""
    return text !== ambiguous
  }

  /** Nothing: what was parsed has lost its spelling. */
  spelledNumber(): undefined {
    return undefined
  }

  key(up: number): string | number | undefined {
    return keyOf(this.node, up)
  }

  eachRow(visitor: Visitor): boolean {
    const { path } = visitor.list
    const { search, node } = this
    const start = path.absolute ? search.root : node
    if ((find(path.prefix, start.value) ?? null) === null) return false
    const row = new ParsedRow(search, path.absolute ? search.document : this.document, node)
    const visit = (found: Node): boolean => {
      row.node = found
      return visitor.visit(row)
    }
    if (path.absolute && node !== search.root) search.nodes(path, node).some(visit)
    else each(path, search.document.root, visit, node, search.effort)
    return true
  }

  location(): string {
    return describeRow(this.node)
  }

  found({ path }: Field): string {
    const [node, ...others] = this.search.nodes(path, this.node)
    if (node === undefined) return "nothing"
    return others.length > 0 ? `${others.length + 1} values` : describeValue(node.value, this.#spelling(path, node))
  }

  /** A number as the document spells it, which only the array or object that holds it can tell. */
  #spelling({ absolute }: Path, { value, parent, key }: Node): string {
    const holder = parent?.value
    const document = absolute ? this.search.document : this.document
    const isHeld = typeof holder === "object" && holder !== null && key !== undefined
    return (isHeld ? document.spelling(holder, key) : undefined) ?? String(value)
  }
}
