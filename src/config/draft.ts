import { Document, isCollection, isMap, isNode } from "yaml"
import type { Inferred } from "../init/infer.ts"

/** A drafted target without its mapping. */
export interface Heading {
  readonly name: string
  readonly url: string
  /** More settings, in this order. */
  readonly settings: Readonly<Record<string, unknown>>
  /** The comment at the start of the file. */
  readonly comment: string
}

/** A metric with a longer line gets one line for each key. */
const maxLine = 120

/**
 * A configuration of one target, formatted as a person would write it: one line for each metric, and notes as comments.
 */
export const formatDraft = ({ name, url, settings, comment }: Heading, { mapping, notes }: Inferred): string => {
  const document = new Document({ targets: [{ name, url, ...settings, ...mapping }] }, escapeVariables)
  document.commentBefore = indentComment(comment)

  const applyStyle = (value: object, path: ReadonlyArray<string | number>): void => {
    const node = document.getIn(path, true)
    if (!isCollection(node)) return
    const isLeaf = Object.values(value).every(
      (child) => typeof child !== "object" || !("value" in child || "path" in child)
    )
    if (Array.isArray(value)) node.flow = value.every((item) => typeof item !== "object")
    if (isMap(node) && isLeaf) {
      const line = `${String(path.at(-1))}: ${JSON.stringify(value)}`
      node.flow = path.at(-1) !== "metrics" && 2 * path.length + line.length <= maxLine
    }
    for (const [key, child] of Object.entries(value)) {
      if (typeof child !== "object" || child === null) continue
      const index = Array.isArray(value) ? Number(key) : key
      applyStyle(child, [...path, index])
      const note = notes.get(child)
      const below = document.getIn([...path, index], true)
      if (note === undefined || !isNode(below)) continue
      const pair = isMap(node) ? node.items.find(({ key: at }) => String(at) === key) : undefined
      const place = pair !== undefined && key !== "metrics" && isNode(pair.key) ? pair.key : below
      place.commentBefore = indentComment(note)
      if (Array.isArray(value) && key !== "0") below.spaceBefore = true
    }
  }
  applyStyle(mapping, ["targets", 0])
  return document.toString({ lineWidth: 0 })
}

/** `${` in a path is not a variable. */
const escapeVariables = (_key: unknown, value: unknown) =>
  typeof value === "string" ? value.replaceAll("${", () => "$${") : value

const indentComment = (text: string) => text.replace(/^/gm, " ")
