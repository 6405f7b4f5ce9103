import * as Result from "effect/Result"
import type { Path } from "../jsonpath/evaluate.ts"
import { newEffort } from "../jsonpath/search.ts"
import { parse } from "./document/json.ts"
import { documentRow } from "./parsed-row.ts"
import type { Detail, List, Plan } from "./plan.ts"
import { ambiguous, type Row, type Visitor } from "./reader.ts"
import { expandUrl, type UrlValues } from "./url-reference.ts"

/** The documents that the rows of one list need. */
export interface DetailRequests extends Pick<Detail, "max" | "atOnce" | "isPartial"> {
  /** References to URLs, in the order of the rows; undefined if a value of the reference is missing. */
  readonly urls: ReadonlyArray<string | undefined>
}

/**
 * The documents to request for the rows of a response, by the id of the detail. `timeOf` renders the times in their
 * URLs. Fails as `parse` does.
 */
export const findDetails = (
  { root, details }: Plan,
  pages: ReadonlyArray<Uint8Array>,
  timeOf: UrlValues["timeOf"]
): Result.Result<ReadonlyArray<DetailRequests>, string> =>
  Result.map(Result.all(pages.map((page) => parse(page))), (documents) => {
    const urls = details.map((): Array<string | undefined> => [])
    new DetailFinder(root, urls, timeOf).visit(documentRow(documents, newEffort()))
    return details.map((detail, id) => ({ ...detail, urls: urls[id] ?? [] }))
  })

/** Visits the rows of lists with details, in the order of the walker. */
class DetailFinder implements Visitor {
  readonly list: List
  readonly #urls: ReadonlyArray<Array<string | undefined>>
  readonly #timeOf: UrlValues["timeOf"]
  readonly #inner: ReadonlyArray<DetailFinder>

  constructor(list: List, urls: ReadonlyArray<Array<string | undefined>>, timeOf: UrlValues["timeOf"]) {
    this.list = list
    this.#urls = urls
    this.#timeOf = timeOf
    this.#inner = list.lists.map((inner) => new DetailFinder(inner, urls, timeOf))
  }

  visit(row: Row): boolean {
    const { detail } = this.list
    if (detail !== undefined) {
      const textOf = (path: Path) => {
        const text = row.text({ path, slot: undefined })
        return text === ambiguous ? undefined : text
      }
      this.#urls[detail.id]?.push(expandUrl(detail.url, { textOf, timeOf: this.#timeOf }))
    }
    for (const inner of this.#inner) row.eachRow(inner)
    return false
  }

  drop(): void {}
}
