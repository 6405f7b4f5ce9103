import { getHeapStatistics } from "node:v8"
import type { Json } from "../mapping/document/json.ts"
import type { Node } from "../mapping/document/node.ts"

/** How many nodes, and characters for regular expressions, searches may still visit. */
export interface Effort {
  left: number
  /** False while `left` counts only the first part of the effort. */
  isWhole: boolean
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

/** A body of 16 MB has at most eight million nodes, so only a nested `..` over a hostile document needs more. */
const most = 10_000_000

/** Bytes of a node. A node that was found keeps its parents in memory. */
const nodeSize = 56

/** The first part of the effort. Nearly all documents need less. */
const first = 500_000

/** The effort for one document: all nodes that it visits take a third of the heap at most. */
export const maxEffort = (): number => Math.min(most, Math.floor(getHeapStatistics().heap_size_limit / 3 / nodeSize))

/**
 * The effort for one document: at first only a part, to which `useUp` adds the rest. The rest depends on the size of
 * the heap, which is read only if it is needed: node:v8 takes time to load.
 */
export const newEffort = (): Effort => ({ left: first, isWhole: false })

export class GivenUp extends Error {}

/** Subtracts from the effort. Returns true once it is used up. */
export const useUp = (effort: Effort, by: number): boolean => {
  effort.left -= by
  if (effort.left >= 0) return false
  if (!effort.isWhole) {
    effort.isWhole = true
    effort.left += maxEffort() - first
  }
  return effort.left < 0
}

/** Throws GivenUp if the effort is used up. */
export const spend = ({ effort }: Search, by: number): void => {
  if (useUp(effort, by)) throw new GivenUp()
}
