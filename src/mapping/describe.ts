import { find, type Path } from "../jsonpath/evaluate.ts"
import type { Json } from "./document/json.ts"
import { location, type Node } from "./document/node.ts"
import type { Labels } from "./sample.ts"

const maxText = 60

/** Shortened to fit on one line: texts and keys of a document may be megabytes long. */
const shorten = (text: string): string => (text.length > maxText ? `${text.slice(0, maxText)}…` : text)

/** What a path found. `spelling` is how the document spells a number. */
export const describeValue = (value: unknown, spelling: string): string => {
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === "string") return JSON.stringify(shorten(value))
  if (typeof value === "number") return shorten(spelling)
  return value === null || typeof value === "boolean" ? String(value) : "a map"
}

const maxKeys = 8

/** How to get at a list whose items were meant. */
const listHint = (prefix: Path["prefix"], end: number, absolute: boolean): string => {
  const key = prefix[end]
  if (typeof key === "number" || prefix.slice(0, end).some((step) => typeof step === "number")) return ""
  const path = [...(absolute ? ["$"] : []), ...prefix.slice(0, end)].map((step) => shorten(String(step))).join(".")
  if (/^(?:length|size|count)$/.test(String(key)) && path !== "") return `; how many is { count: "${path}[*]" }`
  return path === "" ? "; an each whose path ends in [*] has a row for each item" : `; its items are ${path}[*]`
}

/** What is there instead, if a path finds nothing: `queue has depth, oldest_ms`. */
export const describeNothing = ({ prefix, absolute }: Path, start: Json): string => {
  const end = prefix.findIndex((_, level) => find(prefix.slice(0, level + 1), start) === undefined)
  if (end === -1) return "nothing"
  const value = find(prefix.slice(0, end), start)
  const name = end === 0 ? (absolute ? "$" : "@") : shorten(String(prefix[end - 1]))
  if (Array.isArray(value)) return `${name} is a list of ${value.length}${listHint(prefix, end, absolute)}`
  if (typeof value !== "object" || value === null) return `${name} is ${describeValue(value, String(value))}`
  const keys = Object.keys(value)
  if (keys.length === 0) return "nothing"
  // in a calculation, a-b subtracts
  const odd = keys.find((key) => key.startsWith(`${prefix[end]}-`))
  const hint = odd === undefined ? "" : `; a key with - is ['${shorten(odd)}']`
  const more = keys.length > maxKeys ? ` and ${keys.length - maxKeys} more` : ""
  return `${name} has ${keys.slice(0, maxKeys).map(shorten).join(", ")}${more}${hint}`
}

export const describeLabels = (labels: Labels): string =>
  labels.length === 0
    ? "without labels, which would tell the series apart"
    : labels.map(([name, value]) => `${name}=${JSON.stringify(shorten(value))}`).join(",")

const maxSegments = 20

/** The normalized path of a row; only the last segments if there are many. */
export const describeRow = (row: Node): string => {
  const nodes: Array<Node> = []
  let at: Node | undefined = row
  for (; at?.parent !== undefined && nodes.length < maxSegments; at = at.parent) nodes.push(at)
  const shortened = nodes.reduceRight<Node>(
    (parent, { value, key }) => ({ value, key: typeof key === "string" ? shorten(key) : key, parent }),
    { value: null, key: undefined, parent: undefined }
  )
  return at?.parent === undefined ? location(shortened) : location(shortened).replace("$", "…")
}
