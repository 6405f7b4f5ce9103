import { RE2JS } from "re2js"
import { compileRe2 } from "./pattern.ts"

/** A pattern that has to match a whole text, as in Prometheus' relabelling. */
export interface AnchoredPattern {
  readonly text: string
  /** The match and its groups by number; undefined if the text does not match. Takes linear time. */
  readonly match: (text: string) => ReadonlyArray<string> | undefined
  readonly groupCount: number
  readonly groupNames: Readonly<Record<string, number>>
}

/** Compiles RE2's syntax; the dot matches line ends too, as in Prometheus. Throws an Error of one line. */
export const compileAnchored = (text: string): AnchoredPattern => {
  // compiled alone first: its own parentheses have to be balanced
  const groupCount = compileRe2(text).groupCount()
  const compiled = RE2JS.compile(`^(?s:${text})$`)
  return {
    text,
    groupCount,
    groupNames: compiled.namedGroups(),
    match: (input) => {
      const matcher = compiled.matcher(input)
      if (!matcher.find()) return undefined
      return Array.from({ length: groupCount + 1 }, (_, group) => matcher.group(group) ?? "")
    }
  }
}

/** A reference in a replacement, as in Go's Regexp.Expand: `$1`, `${1}`, `$name`, `$$`. */
const reference = /\$(?:(\$)|(\w+)|\{(\w+)\})/g

type Part = string | number

/**
 * The parts of a replacement: texts, and numbers of groups. Throws an Error of one line if the pattern does not have
 * one of the groups.
 */
const partsOf = (replacement: string, { groupCount, groupNames }: AnchoredPattern): ReadonlyArray<Part> => {
  const parts: Array<Part> = []
  let end = 0
  for (const found of replacement.matchAll(reference)) {
    const [all, dollar, plain, braced] = found
    parts.push(replacement.slice(end, found.index))
    end = found.index + all.length
    const name = plain ?? braced ?? ""
    const group = /^[0-9]+$/.test(name) ? Number(name) : groupNames[name]
    if (dollar !== undefined) parts.push("$")
    else if (group !== undefined && group <= groupCount) parts.push(group)
    else
      throw new Error(
        `the pattern has no group ${name}${/^[0-9]+\D/.test(name) ? `: write $\{${Number.parseInt(name, 10)}}` : ""}`
      )
  }
  return [...parts, replacement.slice(end)]
}

export interface RewriteOptions {
  readonly pattern?: AnchoredPattern | undefined
  /** `$1` by default, or the whole match if the pattern has no group. */
  readonly replacement?: string | undefined
  /** Replacements by text; `_` is for every other text. */
  readonly map?: Readonly<Record<string, string>> | undefined
  readonly nullValues?: ReadonlyArray<string>
}

/**
 * The function that changes a label's value; it returns "" for no label. Undefined if nothing changes. Throws an Error
 * of one line.
 */
export const compileRewrite = ({
  pattern,
  replacement,
  map,
  nullValues = []
}: RewriteOptions): ((text: string) => string) | undefined => {
  if (pattern === undefined && map === undefined && nullValues.length === 0) return undefined
  const nulls = new Set(nullValues)
  const words = new Map(Object.entries(map ?? {}))
  const parts = pattern && partsOf(replacement ?? (pattern.groupCount === 0 ? "$0" : "$1"), pattern)
  return (text) => {
    if (text === "" || nulls.has(text)) return ""
    let result = text
    if (pattern !== undefined && parts !== undefined) {
      const groups = pattern.match(text)
      if (groups === undefined) return ""
      result = parts.map((part) => (typeof part === "number" ? (groups[part] ?? "") : part)).join("")
      if (nulls.has(result)) return ""
    }
    return words.get(result) ?? words.get("_") ?? result
  }
}
