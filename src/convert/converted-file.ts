import { Document, isCollection, isMap, isNode, isScalar } from "yaml"

/** A part that was not converted, and its line in the old file. */
export interface Lost {
  readonly what: string
  readonly line: number
  /**
   * The first word of the comment. `new`: the old program failed here, so poller has additional series. `check`: what
   * is right depends on the response.
   */
  readonly kind?: "lost" | "new" | "check"
}

export interface Conversion {
  readonly configuration: Readonly<Record<string, unknown>>
  /** Comments for objects in `configuration`. Each is written before its object. */
  readonly lost: ReadonlyMap<object, ReadonlyArray<Lost>>
  /** Comments at the start of the file. */
  readonly head: ReadonlyArray<string>
  /** Comments at the end of the file. */
  readonly foot: ReadonlyArray<string>
}

/** Collects the lost parts, by the object of the new configuration that they belong to. */
export class LostParts {
  readonly byObject = new Map<object, Array<Lost>>()

  add(owner: object, what: string, line: number, kind: Lost["kind"] = "lost"): void {
    this.byObject.set(owner, [...(this.byObject.get(owner) ?? []), { what, line, kind }])
  }

  /** Moves the comments of an object that is left out to another object. */
  move(from: object, to: object): void {
    for (const { what, line, kind } of this.byObject.get(from) ?? []) this.add(to, what, line, kind)
    this.byObject.delete(from)
  }
}

export const formatLost = ({ what, line, kind = "lost" }: Lost): string => `${kind}: ${what} (line ${line})`

const indent = (lines: ReadonlyArray<string>): string =>
  lines
    .flatMap((line) => line.split("\n"))
    .map((line) => ` ${line}`)
    .join("\n")

/** A longer map is written with one line for each key. */
const maxLine = 120

/** Escapes `${`, which is not a variable in the old file. */
const escapeVariables = (_key: unknown, value: unknown) =>
  typeof value === "string" ? value.replaceAll("${", () => "$${") : value

/** Formats a configuration with small maps on one line, and each comment before the object that it describes. */
export const formatConversion = ({ configuration, lost, head, foot }: Conversion): string => {
  const document = new Document(configuration, escapeVariables, { aliasDuplicateObjects: false })
  if (head.length > 0) document.commentBefore = indent(head)
  if (foot.length > 0) document.comment = indent(foot)

  const visit = (value: object, path: ReadonlyArray<string | number>): void => {
    const node = document.getIn(path, true)
    if (!isCollection(node)) return
    const children = Object.values(value).filter((child) => typeof child === "object" && child !== null)
    const isSmall = 2 * path.length + JSON.stringify(value).length <= maxLine
    const isLeaf = children.every((child) => Object.values(child).every((inner) => typeof inner !== "object"))
    node.flow =
      path.length > 2 && isSmall && isLeaf && path.at(-1) !== "metrics" && children.every((child) => !lost.has(child))
    for (const [key, child] of Object.entries(value)) {
      if (typeof child !== "object" || child === null) continue
      const at = [...path, Array.isArray(value) ? Number(key) : key]
      visit(child, at)
      const parts = lost.get(child)
      const below = document.getIn(at, true)
      if (parts === undefined || !isNode(below)) continue
      const pair = isMap(node) ? node.items.find(({ key: name }) => isScalar(name) && name.value === key) : undefined
      const place = isScalar(pair?.key) ? pair.key : below
      place.commentBefore = indent(parts.map(formatLost))
    }
  }
  visit(configuration, [])
  return document.toString({ lineWidth: 0, flowCollectionPadding: true })
}
