import type { Issue } from "./issue.ts"
import { formatPath } from "./path-text.ts"
import type { KeyPath, SourceMap, SourceProblem } from "./source-map.ts"

/** Something to say to whoever wrote the configuration: where, in a file or on the command line, and what. */
export interface Diagnostic {
  readonly location: string
  readonly message: string
}

/** A problem of a source of targets. Two with the same subject are the same problem, also when the message differs. */
export interface SourceDiagnostic extends Diagnostic {
  readonly subject: string
}

/** `FILE:LINE:COL: path: message`, as compilers write it, so that editors jump there; `kind` marks what is no error. */
export const formatDiagnostic = ({ location, message }: Diagnostic, kind?: "warning" | "note"): string =>
  [location, ...(kind === undefined ? [] : [kind]), message].join(": ")

export const diagnosticOf = (file: string, { line, column, path, message }: SourceProblem): Diagnostic => ({
  location: `${file}:${line}:${column}`,
  message: path.length === 0 ? message : `${formatPath(path)}: ${message}`
})

/** Keys below which nothing that the file has is repeated: it may be a secret, or have one in it. */
const secretKeys = new Set(["url", "headers", "body", "auth", "proxy", "basic_auth_users", "http", "params"])

const isSecret = (path: KeyPath): boolean => path.some((key) => secretKeys.has(String(key)))

const maxLength = 60

/** What the file has, in a few words. */
const describeValue = (value: unknown): string => {
  if (value === null) return "nothing"
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list"
  if (typeof value === "object") return Object.keys(value).length === 0 ? "an empty map" : "a map"
  const text = typeof value === "string" ? JSON.stringify(value) : String(value)
  return text.length > maxLength ? `${text.slice(0, maxLength)}...` : text
}

const valueAt = (value: unknown, path: KeyPath): unknown =>
  path.reduce((holder: unknown, key) => (Object.hasOwn(Object(holder), key) ? Object(holder)[key] : undefined), value)

/** An issue with its place, and with what was found there as the file spells it, before variables were filled in. */
export const withPosition = (source: SourceMap, { path, about, message, expected }: Issue): SourceProblem => {
  const position = about === "key" ? source.keyPositionOf(path) : source.positionOf(path)
  const found = expected && !isSecret(path) ? `, got ${describeValue(valueAt(source.value, path))}` : ""
  return { ...position, path, message: message + found }
}

/** In the order of the file, each once. */
export const sortProblems = (problems: ReadonlyArray<SourceProblem>): ReadonlyArray<SourceProblem> => {
  const byPlace = problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
  return [...new Map(byPlace.map((problem) => [formatDiagnostic(diagnosticOf("", problem)), problem])).values()]
}
