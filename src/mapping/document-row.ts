import { ByteRow } from "./bytes/byte-row.ts"
import type { DeferredDocument } from "./bytes/deferred.ts"
import { absent } from "./bytes/field-index.ts"
import { PageRow, ParsedRow, type Search } from "./parsed-row.ts"
import type { DeferredLists } from "./plan.ts"
import type { Visitor } from "./reader.ts"
import { visitRows } from "./visit-rows.ts"

/** The deferred lists of a response. In the documents of its pages they are empty; their rows are in the bytes. */
export interface DeferredPages extends DeferredLists {
  readonly pages: ReadonlyArray<DeferredDocument>
}

/** The document as a row. The rows of deferred lists come from the bytes. */
export class DocumentRow extends ParsedRow {
  readonly #deferred: DeferredPages | undefined
  readonly #enter: (bytes: Buffer) => void
  /** A deferred list did not end where it was assumed to, or was left early. */
  isMisaligned = false

  /** `enter` is called with the bytes of a page before its rows are visited. */
  constructor(search: Search, deferred: DeferredPages | undefined, enter: (bytes: Buffer) => void) {
    const [{ document, node }] = search.pages
    super(search, document, node)
    this.#deferred = deferred
    this.#enter = enter
  }

  override eachRow(visitor: Visitor): void {
    for (const [index, page] of this.search.pages.entries()) {
      const deferred = this.#deferred?.pages[index]
      if (deferred !== undefined) this.#enter(deferred.body.bytes)
      visitRows(visitor.list.rows, page, visitor, false)
      if (deferred !== undefined) this.#readDeferred(visitor, deferred, page)
    }
  }

  #readDeferred(visitor: Visitor, { body, ranges }: DeferredDocument, page: PageRow): void {
    const slot = this.#deferred?.slots.get(visitor.list)
    const { bytes } = visitor.list
    const begin = slot === undefined ? absent : (ranges.begins[slot] ?? absent)
    if (slot === undefined || bytes === undefined || begin === absent) return
    const search = { root: this.root, take: () => true, effort: this.search.effort }
    const row = new ByteRow({ body, document: this, root: page.node, search }, bytes, undefined)
    if (row.readList(visitor, begin) !== ranges.ends[slot]) this.isMisaligned = true
  }
}
