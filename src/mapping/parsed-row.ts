import { eachFrom, find, type Path, select } from "../jsonpath/evaluate.ts"
import type { Effort } from "../jsonpath/search.ts"
import { describeNothing, describeRow, describeValue } from "./describe.ts"
import type { Document, Json } from "./document/json.ts"
import { documentNode, keyOf, type Node } from "./document/node.ts"
import { type Ambiguous, ambiguous, type Field, type Row, type Visitor } from "./reader.ts"
import type { LabelValues } from "./sample.ts"
import { isOfDocument, visitRows } from "./visit-rows.ts"

/** What all rows of a run share. */
export interface Search {
  /** The documents of the response. `$` is the first, and lists that start at the document run over all. */
  readonly pages: readonly [PageRow, ...ReadonlyArray<PageRow>]
  /** Limits all searches of a run together, so that no document and no mapping can stall the daemon. */
  readonly effort: Effort
  /** The row that the document was requested for; undefined for the response itself. */
  readonly of?: Row | undefined
}

/** A row that is a parsed value. */
export class ParsedRow implements Row {
  readonly search: Search
  /** Has the spelling of the row's numbers. */
  readonly document: Document
  node: Node

  constructor(search: Search, document: Document, node: Node) {
    this.search = search
    this.document = document
    this.node = node
  }

  value({ path }: Field): Json | undefined | Ambiguous {
    if (path.keys !== undefined) return find(path.keys, this.#start(path))
    const [node, second] = this.nodes(path)
    return second === undefined ? node?.value : ambiguous
  }

  text(field: Field): string | undefined | Ambiguous {
    const value = this.value(field)
    switch (typeof value) {
      case "number": {
        const [node] = this.nodes(field.path)
        return node === undefined ? undefined : this.spelling(field.path, node)
      }
      case "boolean":
        return String(value)
      case "object":
        return value === null ? undefined : ambiguous
      default:
        return value
    }
  }

  values({ path }: Field): ReadonlyArray<Json> | undefined {
    const nodes = this.nodes(path)
    if (nodes.length === 0 && find(path.prefix, this.#start(path)) === undefined) return undefined
    return nodes.map(({ value }) => value)
  }

  texts({ path }: Field): ReadonlyArray<string> {
    return this.nodes(path).map((node) => (typeof node.value === "object" ? "" : this.spelling(path, node)))
  }

  label(field: Field, { begins, texts }: LabelValues, index: number): boolean {
    const text = this.text(field)
    begins[index] = -1
    texts[index] = typeof text === "string" ? text : ""
    return text !== ambiguous
  }

  /** Undefined: a parsed value has no bytes to copy. */
  spelledNumber(): undefined {
    return undefined
  }

  key(up: number): string | number | undefined {
    return keyOf(this.node, up)
  }

  eachRow(visitor: Visitor): void {
    const { rows } = visitor.list
    const pages = isOfDocument(rows) ? this.search.pages : [this]
    for (const page of pages) visitRows(rows, page, visitor, true)
  }

  location(): string {
    const { of } = this.search
    return describeRow(this.node) + (of === undefined ? "" : ` of the document of ${of.location()}`)
  }

  found({ path }: Field): string {
    const [node, ...others] = this.nodes(path)
    if (node === undefined) return describeNothing(path, this.#start(path))
    if (others.length > 0) return `${others.length + 1} values`
    // an object may have a toString of its own
    return describeValue(node.value, typeof node.value === "number" ? this.spelling(path, node) : "")
  }

  nodes(path: Path): ReadonlyArray<Node> {
    return path.absolute ? this.page.nodes(path) : select(path, this.root, this.node, this.search.effort)
  }

  /** Visits the nodes that a path finds. */
  visitNodes(path: Path, visit: (node: Node) => boolean): void {
    eachFrom(path.absolute ? this.page.node : this.node, path, this.root, visit, this.search.effort)
  }

  /** Whether a list is there. If it is not, calls the visitor's `drop`. */
  hasList(path: Path, visitor: Visitor): boolean {
    const isThere = (find(path.prefix, this.#start(path)) ?? null) !== null
    if (!isThere) visitor.drop("missing", path, this)
    return isThere
  }

  /** The document that a path looks into. */
  documentOf({ absolute }: Path): Document {
    return absolute ? this.page.document : this.document
  }

  /**
   * A value as text, numbers as the document spells them. A document has the spelling by array or object and key; the
   * root is in neither.
   */
  spelling(path: Path, { value, parent, key }: Node): string {
    const holder = parent?.value
    const isHeld = typeof holder === "object" && holder !== null && key !== undefined
    const document = this.documentOf(path)
    return (isHeld ? document.spelling(holder, key) : document.rootSpelling) ?? String(value)
  }

  /** What `$` is in filters. */
  protected get root(): Json {
    return this.search.pages[0].node.value
  }

  /** Where absolute paths start. */
  protected get page(): PageRow {
    return this.search.pages[0]
  }

  #start({ absolute }: Path): Json {
    return absolute ? this.page.node.value : this.node.value
  }
}

/** One document of a response. Absolute paths start at it. */
export class PageRow extends ParsedRow {
  readonly #found = new Map<Path, ReadonlyArray<Node>>()

  override nodes(path: Path): ReadonlyArray<Node> {
    if (!path.absolute) return super.nodes(path)
    const known = this.#found.get(path)
    if (known !== undefined) return known
    const nodes: Array<Node> = []
    this.visitNodes(path, (node) => nodes.push(node) < 0)
    this.#found.set(path, nodes)
    return nodes
  }

  protected override get page(): PageRow {
    return this
  }
}

/** The first page of a response as a row. `of` is the row that the documents were requested for (`get`), if any. */
export const documentRow = (documents: ReadonlyArray<Document>, effort: Effort, of?: Row): PageRow => {
  const search: { -readonly [K in keyof Search]?: Search[K] } = { effort, of }
  const [first, ...others] = documents.map(
    (document) => new PageRow(search as Search, document, documentNode(document.root))
  )
  if (first === undefined) throw new Error("a response has at least one page")
  search.pages = [first, ...others]
  return first
}
