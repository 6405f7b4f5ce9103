import type { KeyPath, SourceMap, SourceProblem } from "./source-map.ts"

/**
 * A problem with a value of the configuration (`about: "value"`), or with its key. The message follows the path:
 * `targets[0].url: missing`. `expected`: the value that was found may be added to the message.
 */
export interface Issue {
  readonly path: KeyPath
  readonly about: "key" | "value"
  readonly message: Message
  readonly expected: boolean
  /** A suggestion for the end of the message. */
  readonly hint?: string | undefined
}

/** Formats the path of another value, which may be in another file. */
export type ShowPath = (path: KeyPath) => string

/** A function if the message shows the paths of other values: their files are known only later. */
export type Message = string | ((show: ShowPath) => string)

export const issue = (path: KeyPath, message: Message): Issue => ({ path, about: "value", message, expected: false })
export const issueOfKey = (path: KeyPath, message: Message): Issue => ({ ...issue(path, message), about: "key" })

/** Formats a path for messages: `targets[0].headers["X-Api Key"]`. */
export const formatPath = (path: KeyPath): string =>
  path
    .map((key, index) => {
      if (typeof key === "number") return `[${key}]`
      if (!/^[\w-]+$/.test(key)) return `[${JSON.stringify(key)}]`
      return index === 0 ? key : `.${key}`
    })
    .join("")

/** The message of an issue in a configuration of one file. */
export const messageOf = ({ message }: Issue, show: ShowPath = formatPath): string =>
  typeof message === "string" ? message : message(show)

/** A message for the author of a configuration. `location` is a position in a file, or a flag. */
export interface Diagnostic {
  readonly location: string
  readonly message: string
  /** The line of the file, and a caret below the position, for a terminal. */
  readonly excerpt?: string | undefined
}

/** A problem with a source of targets. Two with the same subject are the same problem, even if the messages differ. */
export interface SourceDiagnostic extends Diagnostic {
  readonly subject: string
}

/**
 * `FILE:LINE:COL: path: message`, the format of compilers, so that editors can jump there. Without `kind` it is an
 * error.
 */
export const formatDiagnostic = ({ location, message }: Diagnostic, kind?: "warning" | "note"): string =>
  [location, ...(kind === undefined ? [] : [kind]), message].join(": ")

export const diagnosticOf = (file: string, { line, column, path, message, excerpt }: SourceProblem): Diagnostic => ({
  location: `${file}:${line}:${column}`,
  message: path.length === 0 ? message : `${formatPath(path)}: ${message}`,
  ...(excerpt !== undefined && { excerpt })
})

/** Like `formatDiagnostic`, and on a terminal with the line of the file below. */
export const formatForTerminal = (diagnostic: Diagnostic, isTerminal: boolean): string =>
  isTerminal && diagnostic.excerpt !== undefined
    ? `${formatDiagnostic(diagnostic)}\n${diagnostic.excerpt}`
    : formatDiagnostic(diagnostic)

/** Values below these keys are not shown: they may contain secrets. */
const secretKeys = new Set([
  "url",
  "headers",
  "body",
  "auth",
  "proxy",
  "basic_auth_users",
  "http",
  "params",
  "json",
  "form"
])

const isSecret = (path: KeyPath): boolean => path.some((key) => secretKeys.has(String(key)))

const maxLength = 60

/** A short description of a value. */
const describeValue = (value: unknown): string => {
  if (value === null) return "nothing"
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list"
  if (typeof value === "object") return Object.keys(value).length === 0 ? "an empty map" : "a map"
  const text = typeof value === "string" ? JSON.stringify(value) : String(value)
  return text.length > maxLength ? `${text.slice(0, maxLength)}...` : text
}

const valueAt = (value: unknown, path: KeyPath): unknown =>
  path.reduce((holder: unknown, key) => (Object.hasOwn(Object(holder), key) ? Object(holder)[key] : undefined), value)

/** An issue with its position and the value found there, as in the file, before variables were expanded. */
export const withPosition = (source: SourceMap, issue: Issue, show?: ShowPath): SourceProblem => {
  const { path, about, expected, hint = "" } = issue
  const position = about === "key" ? source.keyPositionOf(path) : source.positionOf(path)
  const found = expected && !isSecret(path) ? `, got ${describeValue(valueAt(source.value, path))}` : ""
  const message = messageOf(issue, show) + found + (isSecret(path) ? "" : hint)
  return { ...position, path, message, excerpt: isSecret(path) ? undefined : source.excerptAt(position) }
}

/** Sorts problems in the order of the file and removes duplicates. */
export const sortProblems = <A extends SourceProblem>(problems: ReadonlyArray<A>): ReadonlyArray<A> => {
  const byPlace = problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
  return [...new Map(byPlace.map((problem) => [formatDiagnostic(diagnosticOf("", problem)), problem])).values()]
}
