import { each, find, type Path, select } from "../jsonpath/evaluate.ts"
import { type Effort, maxEffort, type Take } from "../jsonpath/search.ts"
import type { Document, Json } from "./document/json.ts"
import { documentNode, type Node } from "./document/node.ts"

/** A document as the paths of one mapping look into it. */
export interface Lookup {
  readonly document: Document
  readonly root: Node
  /** What an absolute path finds is the same for every row. */
  readonly found: Map<Path, ReadonlyArray<Node>>
  /** All searches draw on it, so that no document and no mapping can stall the daemon. */
  readonly effort: Effort
}

/** Several nodes where one was asked for. */
export const ambiguous = Symbol("ambiguous")

export const lookup = (document: Document, effort: Effort = { left: maxEffort }): Lookup => ({
  document,
  root: documentNode(document.root),
  found: new Map(),
  effort
})

/** All that a path finds from a row. */
export const nodesAt = ({ document, found, effort }: Lookup, path: Path, row: Node): ReadonlyArray<Node> => {
  if (!path.absolute) return select(path, document.root, row, effort)
  const known = found.get(path)
  if (known !== undefined) return known
  const nodes = select(path, document.root, row, effort)
  found.set(path, nodes)
  return nodes
}

/** The same, node by node, as long as `take` has not enough; of many rows, most are garbage before the next one. */
export const eachNodeAt = (look: Lookup, path: Path, row: Node, take: Take): void => {
  if (path.absolute && row !== look.root) nodesAt(look, path, row).some(take)
  else each(path, look.document.root, take, row, look.effort)
}

/** The one value that a path finds from a row, if any. */
export const valueAt = (look: Lookup, path: Path, row: Node): Json | undefined | typeof ambiguous => {
  if (path.keys !== undefined) return find(path.keys, path.absolute ? look.document.root : row.value)
  const [node, second] = nodesAt(look, path, row)
  return second === undefined ? node?.value : ambiguous
}

/** A number as the document spells it: only what holds it knows. */
export const spelled = ({ document }: Lookup, { value, parent, key }: Node): string => {
  const holder = parent?.value
  const isHeld = typeof holder === "object" && holder !== null && key !== undefined
  return (isHeld ? document.spelling(holder, key) : undefined) ?? String(value)
}

/** The one value that a path finds from a row, as words; undefined where nothing stands, or null. A list or map is several. */
export const wordsAt = (look: Lookup, path: Path, row: Node): string | undefined | typeof ambiguous => {
  const value = valueAt(look, path, row)
  switch (typeof value) {
    case "number": {
      const [node] = nodesAt(look, path, row)
      return node === undefined ? undefined : spelled(look, node)
    }
    case "boolean":
      return String(value)
    case "object":
      return value === null ? undefined : ambiguous
    default:
      return value
  }
}
