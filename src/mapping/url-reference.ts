import { compileRelative, type Path } from "../jsonpath/evaluate.ts"

/** A time as a request has it: `{now-5m:ms}`. */
interface Time {
  readonly time: string
}

/** A reference to a URL with placeholders for values of a row and times: `/nodes/{id}/stats?since={now-5m}`. */
export interface UrlReference {
  readonly text: string
  readonly parts: ReadonlyArray<string | Path | Time>
}

const placeholder = /\{([^{}]*)\}/g

const isTime = (part: Path | Time): part is Time => "time" in part

export const pathsOf = ({ parts }: UrlReference): ReadonlyArray<Path> =>
  parts.flatMap((part) => (typeof part === "string" || isTime(part) ? [] : [part]))

export const timesOf = ({ parts }: UrlReference): ReadonlyArray<string> =>
  parts.flatMap((part) => (typeof part !== "string" && isTime(part) ? [part.time] : []))

/** Throws a SyntaxError of one line if a placeholder is not a path. Times are not checked. */
export const compileUrlReference = (text: string): UrlReference => {
  const parts: Array<string | Path | Time> = []
  let end = 0
  for (const { 0: whole, 1: path = "", index } of text.matchAll(placeholder)) {
    if (index > end) parts.push(text.slice(end, index))
    parts.push(/^now(?:[:+-]|$)/.test(path) ? { time: whole } : compileRelative(path))
    end = index + whole.length
  }
  if (end < text.length) parts.push(text.slice(end))
  return { text, parts }
}

/** How the values of a reference are found. */
export interface UrlValues {
  /** The text that a path finds, or undefined. */
  readonly textOf: (path: Path) => string | undefined
  /** The time of the poll in the form of `template`, encoded. */
  readonly timeOf: (template: string) => string
}

/**
 * The reference of a row. Values are percent-encoded, unless one is the whole reference. Undefined if a value is
 * missing.
 */
export const expandUrl = ({ parts }: UrlReference, { textOf, timeOf }: UrlValues): string | undefined => {
  let expanded = ""
  for (const part of parts) {
    if (typeof part === "string") expanded += part
    else if (isTime(part)) expanded += timeOf(part.time)
    else {
      const text = textOf(part)
      if (text === undefined || text === "") return undefined
      expanded += parts.length === 1 ? text : encodeURIComponent(text)
    }
  }
  return expanded
}
