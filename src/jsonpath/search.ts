import type { Json } from "../mapping/document/json.ts"
import type { Node } from "../mapping/document/node.ts"

/** How many nodes, and characters for regular expressions, searches may still visit. */
export interface Effort {
  left: number
}

/** Receives a found node; returns true to end the search. */
export type Take = (node: Node) => boolean

/** One run of a path over a document. */
export interface Search {
  readonly root: Json
  readonly take: Take
  /** Shared with the searches inside filters. */
  readonly effort: Effort
}

/**
 * A body of 16 MB has at most eight million nodes, so only a nested `..` over a hostile document gets here, after about
 * a second.
 */
export const maxEffort = 20_000_000

export class GivenUp extends Error {}

/** Throws GivenUp if the effort is used up. */
export const spend = (search: Search, effort: number): void => {
  search.effort.left -= effort
  if (search.effort.left < 0) throw new GivenUp()
}
