import { compileRelative, type Path } from "../jsonpath/evaluate.ts"

/** A reference to a URL with values of a row in it: `/nodes/{id}/stats`. */
export interface UrlReference {
  readonly text: string
  readonly parts: ReadonlyArray<string | Path>
}

const placeholder = /\{([^{}]*)\}/g

/** Throws a SyntaxError of one line if a placeholder is not a path. */
export const compileUrlReference = (text: string): UrlReference => {
  const parts: Array<string | Path> = []
  let end = 0
  for (const { 0: whole, 1: path = "", index } of text.matchAll(placeholder)) {
    if (/^now(?:[:+-]|$)/.test(path)) throw new SyntaxError("a time cannot stand here; a field is written {['now']}")
    if (index > end) parts.push(text.slice(end, index))
    parts.push(compileRelative(path))
    end = index + whole.length
  }
  if (end < text.length) parts.push(text.slice(end))
  return { text, parts }
}

/**
 * The reference of a row; `textOf` is the text that a path finds, undefined if there is none. Values are
 * percent-encoded, unless one is the whole reference. Undefined if a value is missing.
 */
export const expandUrl = ({ parts }: UrlReference, textOf: (path: Path) => string | undefined): string | undefined => {
  let expanded = ""
  for (const part of parts) {
    const text = typeof part === "string" ? part : textOf(part)
    if (text === undefined || text === "") return undefined
    expanded += typeof part === "string" || parts.length === 1 ? text : encodeURIComponent(text)
  }
  return expanded
}
