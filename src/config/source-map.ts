import * as Result from "effect/Result"
import * as Yaml from "yaml"
import { findCutTexts, findMisreadings } from "./yaml-misreadings.ts"
import { excerptOf, explainSyntax, type SyntaxFault } from "./yaml-syntax.ts"

/** The path of a value in a file: keys of maps and indexes of lists. */
export type KeyPath = ReadonlyArray<string | number>

/** Counted from 1, as in editors. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** A problem at a position of a file. */
export interface SourceProblem extends Position {
  readonly path: KeyPath
  readonly message: string
  /** The line of the text, and a caret below the position, for a terminal. */
  readonly excerpt?: string | undefined
}

/** A parsed YAML or JSON text, with the position of every value. */
export interface SourceMap {
  readonly value: unknown
  /** The position of the value at `path`, or of the nearest value around it. */
  readonly positionOf: (path: KeyPath) => Position
  /** The position of the last key of `path`. */
  readonly keyPositionOf: (path: KeyPath) => Position
  /** Whether the value at `path` is a text in quotes. */
  readonly isQuoted: (path: KeyPath) => boolean
  /** The line of a position with a caret below it; undefined if it may show a secret, or is too long. */
  readonly excerptAt: (position: Position) => string | undefined
  /** Duplicate keys. The rest of the text is still read. */
  readonly duplicates: ReadonlyArray<SourceProblem>
  /** Texts that YAML ends at a `#`, although the author probably meant all of the line. */
  readonly cutTexts: ReadonlyArray<SourceProblem>
}

const resolve = (node: unknown, document: Yaml.Document): unknown =>
  Yaml.isAlias(node) ? node.resolve(document) : node

const keyOf = ({ key }: Yaml.Pair): string => (Yaml.isScalar(key) ? String(key.value) : "")

/** The value at `path` and its key, or those of the nearest value around it. */
const find = (document: Yaml.Document, path: KeyPath): { readonly value: unknown; readonly key: unknown } => {
  let value: unknown = document.contents
  let key: unknown
  for (const step of path) {
    const holder = resolve(value, document)
    if (Yaml.isMap(holder)) {
      const pair = holder.items.find((pair) => keyOf(pair) === String(step))
      if (pair === undefined) return { value, key }
      key = pair.key
      value = pair.value ?? pair.key
    } else if (Yaml.isSeq(holder) && typeof step === "number" && step < holder.items.length) {
      value = holder.items[step]
      key = value
    } else return { value, key }
  }
  return { value, key }
}

const startOf = (node: unknown): number | undefined => (Yaml.isNode(node) ? node.range?.[0] : undefined)

/** The path of the value at `offset`. */
const pathTo = (offset: number, node: unknown): KeyPath => {
  const covers = (part: unknown) => Yaml.isNode(part) && part.range && part.range[0] <= offset && offset < part.range[2]
  if (Yaml.isMap(node)) {
    const pair = node.items.find(({ key, value }) => covers(key) || covers(value))
    return pair === undefined ? [] : [keyOf(pair), ...pathTo(offset, pair.value)]
  }
  if (Yaml.isSeq(node)) {
    const index = node.items.findIndex(covers)
    return index < 0 ? [] : [index, ...pathTo(offset, node.items[index])]
  }
  return []
}

/** Nodes that are valid YAML but cannot be part of a configuration. */
const unsupported = (document: Yaml.Document): ReadonlyArray<readonly [node: unknown, message: string]> => {
  const found: Array<readonly [unknown, string]> = []
  Yaml.visit(document, {
    Alias: (_, alias, around) => {
      const target = alias.resolve(document)
      if (target === undefined) found.push([alias, `no anchor &${alias.source} before this alias`])
      else if (around.includes(target)) found.push([alias, `this alias is inside its own anchor &${alias.source}`])
    },
    Pair: (_, { key }) => {
      if (!Yaml.isScalar(key)) found.push([key, "a key must be a word, not a list, a map or an alias"])
    }
  })
  return found
}

/** Parses YAML 1.2 or JSON. Fails with the syntax errors. With the schema `failsafe`, all scalars are strings. */
export const parseYaml = (
  text: string,
  schema: "core" | "failsafe" = "core"
): Result.Result<SourceMap, ReadonlyArray<SourceProblem>> => {
  const lines = new Yaml.LineCounter()
  const document = Yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true, schema })
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const problemAt = (offset: number, message: string): SourceProblem => ({
    ...at(offset),
    path: pathTo(offset, document.contents),
    message
  })
  const syntaxProblem = ({ offset, message }: SyntaxFault): ReadonlyArray<SourceProblem> => [
    { ...at(offset), path: [], message, excerpt: excerptOf(text, offset) }
  ]

  const broken = [...document.errors, ...document.warnings].filter(({ code }) => code !== "DUPLICATE_KEY")
  const faults = [
    ...(broken.length > 0 ? [explainSyntax(text, broken, document)] : []),
    ...(schema === "core" ? findMisreadings(text, document) : [])
  ].sort((a, b) => a.offset - b.offset)
  if (faults[0] !== undefined) return Result.fail(syntaxProblem(faults[0]))
  const odd = unsupported(document)
  if (odd.length > 0) return Result.fail(odd.map(([node, message]) => problemAt(startOf(node) ?? 0, message)))

  return Result.map(toValue(document), (value) => ({
    value,
    positionOf: (path) => at(startOf(find(document, path).value) ?? 0),
    keyPositionOf: (path) => at(startOf(find(document, path).key) ?? 0),
    isQuoted: (path) => {
      const value = resolve(find(document, path).value, document)
      return Yaml.isScalar(value) && value.type !== Yaml.Scalar.PLAIN
    },
    excerptAt: ({ line, column }) => excerptOf(text, (lines.lineStarts[line - 1] ?? 0) + column - 1),
    cutTexts: schema === "core" ? findCutTexts(document).map(({ offset, message }) => problemAt(offset, message)) : [],
    duplicates: document.errors.map(({ pos }) => problemAt(pos[0], "duplicate key"))
  }))
}

/** Fails for aliases that multiply without bound, and for merge keys whose value is not a map. */
const toValue = (document: Yaml.Document): Result.Result<unknown, ReadonlyArray<SourceProblem>> =>
  Result.try({
    try: (): unknown => document.toJS(),
    catch: (error) => [
      { line: 1, column: 1, path: [], message: error instanceof Error ? error.message : String(error) }
    ]
  })
