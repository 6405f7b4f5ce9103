import {
  type Diagnostic,
  diagnosticOf,
  formatPath,
  type Issue,
  issue,
  issueOfKey,
  withPosition
} from "./diagnostics.ts"
import type { KeyPath, SourceMap, SourceProblem } from "./source-map.ts"
import { type Fields, isMap } from "./unknown-values.ts"

/** A parsed file of a configuration. */
export interface ParsedFile {
  /** The name of the file in messages. */
  readonly name: string
  /** Relative paths of secret files start here. */
  readonly directory: string
  readonly source: SourceMap
}

/** The file and path of a value. */
interface Origin {
  readonly file: ParsedFile
  /** Its path in that file. */
  readonly path: KeyPath
}

/** The files of a configuration as one value, with the file of each part. */
export interface MergedFiles {
  readonly value: unknown
  readonly originOf: (path: KeyPath) => Origin
  /** Problems of merging, such as a key in two files. */
  readonly problems: ReadonlyArray<Diagnostic>
}

/** An issue with its file and its position in that file. */
export const locateIssue = (
  { originOf }: Pick<MergedFiles, "originOf">,
  found: Issue
): SourceProblem & { readonly file: string } => {
  const { file, path } = originOf(found.path)
  const show = (other: KeyPath) => {
    const origin = originOf(other)
    if (origin.file === file) return formatPath(origin.path)
    const { line } = origin.file.source.positionOf(origin.path)
    return `${origin.file.name}:${line}: ${formatPath(origin.path)}`
  }
  return { ...withPosition(file.source, { ...found, path }, show), file: file.name }
}

/** Keys with a list. `targets_from` may also be a single item. */
const listKeys = new Set(["targets", "targets_from"])

const itemsOf = (key: string, value: unknown): ReadonlyArray<readonly [path: KeyPath, item: unknown]> | undefined => {
  if (Array.isArray(value)) return value.map((item, index) => [[key, index], item] as const)
  return key === "targets_from" && isMap(value) ? [[[key], value]] : undefined
}

/**
 * Merges the top level: lists are joined in the order of the files, and maps have the keys of all files. The same key
 * in two files is a problem: it would not be clear which one counts.
 */
const mergeSeveral = (files: ReadonlyArray<ParsedFile>, first: ParsedFile): MergedFiles => {
  const problems: Array<Diagnostic> = []
  const report = (file: ParsedFile, found: Issue) =>
    void problems.push(diagnosticOf(file.name, withPosition(file.source, found)))
  const lists = new Map<string, Array<{ readonly origin: Origin; readonly item: unknown }>>()
  const maps = new Map<string, Map<string, { readonly file: ParsedFile; readonly value: unknown }>>()
  const others = new Map<string, { readonly file: ParsedFile; readonly value: unknown }>()

  const addKey = (file: ParsedFile, path: KeyPath, holders: typeof others, key: string, value: unknown) => {
    const before = holders.get(key)
    if (before === undefined) holders.set(key, { file, value })
    else {
      const { line } = before.file.source.keyPositionOf(path)
      report(file, issueOfKey(path, `${before.file.name}:${line} has it too: keep it in one file`))
    }
  }

  for (const file of files) {
    const { value } = file.source
    if (value === null || value === undefined) continue
    if (!isMap(value)) {
      report(file, { ...issue([], "expected a map"), expected: true })
      continue
    }
    for (const [key, part] of Object.entries(value)) {
      const items = listKeys.has(key) ? itemsOf(key, part) : undefined
      if (items !== undefined) {
        const list = lists.get(key) ?? []
        lists.set(key, list)
        for (const [path, item] of items) list.push({ origin: { file, path }, item })
      } else if (listKeys.has(key)) report(file, { ...issue([key], "expected a list"), expected: true })
      else if (isMap(part)) {
        const map = maps.get(key) ?? new Map()
        maps.set(key, map)
        for (const [name, inner] of Object.entries(part)) addKey(file, [key, name], map, name, inner)
      } else if (part !== null && key !== "$schema") addKey(file, [key], others, key, part)
    }
  }

  const value: Fields = Object.fromEntries([
    ...[...others].map(([key, { value }]) => [key, value] as const),
    ...[...maps].map(([key, map]) => [key, Object.fromEntries([...map].map(([name, { value }]) => [name, value]))]),
    ...[...lists].map(([key, list]) => [key, list.map(({ item }) => item)])
  ])

  const originOf = (path: KeyPath): Origin => {
    const [key = "", second = "", ...rest] = path
    const list = lists.get(String(key))
    if (list !== undefined) {
      const found = typeof second === "number" ? list[second] : undefined
      if (found !== undefined) return { file: found.origin.file, path: [...found.origin.path, ...rest] }
      return { file: list[0]?.origin.file ?? first, path }
    }
    const map = maps.get(String(key))
    const holder = map?.get(String(second)) ?? [...(map?.values() ?? [])][0] ?? others.get(String(key))
    return { file: holder?.file ?? first, path }
  }
  return { value, originOf, problems }
}

/** Merges the files of a configuration, at least one. */
export const mergeFiles = (files: ReadonlyArray<ParsedFile>): MergedFiles => {
  const [first, second] = files
  if (first === undefined) throw new Error("a configuration has a file")
  if (second !== undefined) return mergeSeveral(files, first)
  return { value: first.source.value, originOf: (path) => ({ file: first, path }), problems: [] }
}
