import type { Json } from "./json.ts"

/**
 * A value and its location (RFC 9535, section 1.1). Nodes are linked to their parents, so a step down costs the same at
 * any depth.
 */
export interface Node {
  readonly value: Json
  /** Its object key or array index in `parent`; undefined for the document itself. */
  readonly key: string | number | undefined
  readonly parent: Node | undefined
}

export const documentNode = (root: Json): Node => ({ value: root, key: undefined, parent: undefined })

/** The key `up` levels above the node's own, as `{ key: 0 }` and `{ key: 1 }` in `labels_from` mean it. */
export const keyOf = (node: Node, up: number): string | number | undefined => {
  let at: Node | undefined = node
  for (let level = 0; level < up; level++) at = at?.parent
  return at?.key
}

/** The node's normalized path (RFC 9535, section 2.7): `$['items'][0]`. */
export const location = (node: Node): string => {
  const segments: Array<string> = []
  for (let at = node; at.parent !== undefined; at = at.parent) {
    segments.push(typeof at.key === "number" ? `[${at.key}]` : quoted(String(at.key)))
  }
  return `$${segments.reverse().join("")}`
}

/** The segment of a normalized path that selects a key: `['odd key']`. */
export const quoted = (key: string): string => {
  const escaped = key.replace(/[\u0000-\u001f'\\]/g, (character) =>
    character === "'" ? "\\'" : JSON.stringify(character).slice(1, -1)
  )
  return `['${escaped}']`
}
