import type { Json } from "../mapping/document/json.ts"
import type { Node } from "../mapping/document/node.ts"

/** What searches may still look at: nodes, and characters for regular expressions. */
export interface Effort {
  left: number
}

/** Takes a node that was found, says whether that is enough. */
export type Take = (node: Node) => boolean

/** One run of a path over a document. */
export interface Search {
  readonly root: Json
  readonly take: Take
  /** Shared with the searches of filters within. */
  readonly effort: Effort
}

/**
 * How much a search may look at. A body of 16 MB has at most eight million
 * nodes, so that only nested `..` over a hostile document comes here, after a second or so.
 */
export const maxEffort = 20_000_000

export class GivenUp extends Error {}

/** Throws GivenUp when the search has looked at too much. */
export const spend = (search: Search, effort: number): void => {
  search.effort.left -= effort
  if (search.effort.left < 0) throw new GivenUp()
}
