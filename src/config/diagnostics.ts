import type { Issue } from "./issue.ts"
import { place } from "./path-text.ts"
import type { KeyPath, Problem, Source } from "./source-map.ts"

/** Something to say to whoever wrote the configuration: where, in a file or on the command line, and what. */
export interface Remark {
  readonly where: string
  readonly message: string
}

/** `FILE:LINE:COL: path: message`, as compilers write it, so that editors jump there; `kind` marks what is no error. */
export const show = ({ where, message }: Remark, kind?: "warning" | "note"): string =>
  [where, ...(kind === undefined ? [] : [kind]), message].join(": ")

export const remark = (file: string, { line, column, path, message }: Problem): Remark => ({
  where: `${file}:${line}:${column}`,
  message: path.length === 0 ? message : `${place(path)}: ${message}`
})

/** Keys below which nothing that the file has is repeated: it may be a secret, or have one in it. */
const secretive = new Set(["url", "headers", "body", "auth", "proxy", "basic_auth_users", "http", "params"])

const isSecret = (path: KeyPath): boolean => path.some((key) => secretive.has(String(key)))

const longest = 60

/** What the file has, in a few words. */
const inWords = (value: unknown): string => {
  if (value === null) return "nothing"
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list"
  if (typeof value === "object") return Object.keys(value).length === 0 ? "an empty map" : "a map"
  const text = typeof value === "string" ? JSON.stringify(value) : String(value)
  return text.length > longest ? `${text.slice(0, longest)}...` : text
}

const valueAt = (value: unknown, path: KeyPath): unknown =>
  path.reduce((holder: unknown, key) => Object(holder)[key], value)

/** An issue with its place, and with what was found there as the file spells it, before variables were filled in. */
export const located = (source: Source, { path, about, message, expected }: Issue): Problem => {
  const position = about === "key" ? source.keyPositionOf(path) : source.positionOf(path)
  const found = expected && !isSecret(path) ? `, got ${inWords(valueAt(source.value, path))}` : ""
  return { ...position, path, message: message + found }
}

/** In the order of the file, each once. */
export const sorted = (problems: ReadonlyArray<Problem>): ReadonlyArray<Problem> => {
  const byPlace = problems.toSorted((a, b) => a.line - b.line || a.column - b.column)
  return [...new Map(byPlace.map((problem) => [show(remark("", problem)), problem])).values()]
}
