import type { Path } from "../jsonpath/evaluate.ts"
import { location, type Node } from "./document/node.ts"
import { type Lookup, nodesAt, spelled } from "./lookup.ts"
import type { Labels } from "./sample.ts"

const longest = 60

/** Short enough for a line: texts and keys of a document may be megabytes long. */
const short = (text: string): string => (text.length > longest ? `${text.slice(0, longest)}…` : text)

/** What a path finds from a row. */
export const describeFound = (look: Lookup, path: Path, row: Node): string => {
  const nodes = nodesAt(look, path, row)
  const [node] = nodes
  if (node === undefined) return "nothing"
  if (nodes.length > 1) return `${nodes.length} values`
  const { value } = node
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === "string") return JSON.stringify(short(value))
  if (typeof value === "number") return short(spelled(look, node))
  return value === null || typeof value === "boolean" ? String(value) : "a map"
}

export const describeLabels = (labels: Labels): string =>
  labels.map(([name, value]) => `${name}=${JSON.stringify(short(value))}`).join(",")

const deepest = 20

/** Where a row is; of one that lies very deep only the end of the way. */
export const describeRow = (row: Node): string => {
  const steps: Array<Node> = []
  let at: Node | undefined = row
  for (; at?.parent !== undefined && steps.length < deepest; at = at.parent) steps.push(at)
  const way = steps.reduceRight<Node>(
    (parent, { value, key }) => ({ value, key: typeof key === "string" ? short(key) : key, parent }),
    { value: null, key: undefined, parent: undefined }
  )
  return at?.parent === undefined ? location(way) : location(way).replace("$", "…")
}
