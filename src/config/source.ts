import * as Result from "effect/Result"
import * as Yaml from "yaml"

/** Where in a file a thing is named: keys of maps, indexes of lists. */
export type KeyPath = ReadonlyArray<string | number>

/** From 1, as editors count. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** Something to say of a place in a file. */
export interface Problem extends Position {
  readonly path: KeyPath
  readonly message: string
}

/** A YAML or JSON text that was understood, with the place of everything in it. */
export interface Source {
  readonly value: unknown
  /** Where the value at `path` stands, or the nearest thing around it that the text has. */
  readonly positionOf: (path: KeyPath) => Position
  /** Where the key at the end of `path` stands. */
  readonly keyPositionOf: (path: KeyPath) => Position
  /** Keys that stand twice in one map: the text can still be read, so they hide nothing else. */
  readonly duplicates: ReadonlyArray<Problem>
}

const resolve = (node: unknown, document: Yaml.Document): unknown =>
  Yaml.isAlias(node) ? node.resolve(document) : node

const keyOf = (pair: Yaml.Pair): string => String(Yaml.isScalar(pair.key) ? pair.key.value : pair.key)

/** The value at the end of `path` and its key, as far down as the text goes. */
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

/** The keys that lead to what stands at `offset`. */
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

/** Reads YAML 1.2 or JSON; fails with what is wrong with the text as such, and where. */
export const read = (text: string): Result.Result<Source, ReadonlyArray<Problem>> => {
  const lines = new Yaml.LineCounter()
  const document = Yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false, merge: true })
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line, column: col }
  }
  const problemAt = (offset: number, message: string): Problem => ({
    ...at(offset),
    path: pathTo(offset, document.contents),
    message
  })

  const broken = [...document.errors, ...document.warnings].filter(({ code }) => code !== "DUPLICATE_KEY")
  if (broken.length > 0) {
    return Result.fail(
      broken.map(({ code, pos, message }) =>
        problemAt(pos[0], code === "MULTIPLE_DOCS" ? "a second document: one file holds one" : message)
      )
    )
  }
  const loose: Array<Problem> = []
  Yaml.visit(document, {
    Alias: (_, alias) => {
      if (!alias.resolve(document))
        loose.push(problemAt(startOf(alias) ?? 0, `no anchor &${alias.source} before this alias`))
    }
  })
  if (loose.length > 0) return Result.fail(loose)

  return Result.succeed({
    value: document.toJS(),
    positionOf: (path) => at(startOf(find(document, path).value) ?? 0),
    keyPositionOf: (path) => at(startOf(find(document, path).key) ?? 0),
    duplicates: document.errors.map(({ pos }) => problemAt(pos[0], "this key stands twice in the map"))
  })
}
