import * as fc from "fast-check"
import { parseQuery } from "../../src/jsonpath/grammar.ts"
import { type Query, queriesOf, type Segment, type Selector } from "../../src/jsonpath/syntax.ts"
import { compileCalc } from "../../src/mapping/value/calc.ts"
import { seededRandom } from "../seeded-random.ts"
import { numberSpelled, spelled, stringSpelled, withEscape, word } from "./random-json.ts"

/** What the paths of a mapping expect of one value in a document. */
interface Shape {
  readonly members: Map<string, Shape>
  /** The shape of each item of an array, or of each member of an object. */
  items: Shape | undefined
  isValue: boolean
}

const emptyShape = (): Shape => ({ members: new Map(), items: undefined, isValue: false })

const memberOf = ({ members }: Shape, name: string): Shape => {
  const known = members.get(name) ?? emptyShape()
  members.set(name, known)
  return known
}

const itemsOf = (shape: Shape): Shape => {
  shape.items ??= emptyShape()
  return shape.items
}

/** The shapes that a query leads to. Adds the shapes on its way. */
const follow = (query: Query, root: Shape, start: Shape): ReadonlyArray<Shape> =>
  query.segments.reduce<ReadonlyArray<Shape>>(
    (shapes, segment) => shapes.flatMap((shape) => step(segment, shape, root)),
    [query.root === "$" ? root : start]
  )

const step = ({ descendant, selectors }: Segment, shape: Shape, root: Shape): ReadonlyArray<Shape> =>
  (descendant ? [shape, memberOf(shape, "a")] : [shape]).flatMap((from) =>
    selectors.map((selector) => select(selector, from, root))
  )

const select = (selector: Selector, shape: Shape, root: Shape): Shape => {
  if (selector.kind === "name") return memberOf(shape, selector.name)
  const items = itemsOf(shape)
  if (selector.kind === "filter") {
    for (const query of queriesOf(selector.test)) for (const end of follow(query, root, items)) end.isValue = true
  }
  return items
}

/** Adds what a part of a mapping expects of a row: every string in it that is a path. */
const addPaths = (part: unknown, root: Shape, row: Shape): void => {
  if (typeof part === "string") {
    for (const end of follow(parseQuery(part, true), root, row)) end.isValue = true
  } else if (typeof part === "object" && part !== null) {
    for (const [key, inner] of Object.entries(part)) {
      if (key === "calc") for (const { path } of compileCalc(inner).operands) addPaths(path.text, root, row)
      else if (!notPaths.has(key)) addPaths(inner, root, row)
    }
  }
}

/** Keys of label entries whose values are not paths. The random mappings have no labels with these names. */
const notPaths = new Set(["pattern", "replacement", "map"])

interface RowPart {
  readonly path?: string
  readonly labels_from?: unknown
  readonly metrics?: Readonly<Record<string, unknown>>
  readonly each?: ReadonlyArray<RowPart>
}

const addMetric = (metric: unknown, root: Shape, row: Shape): void => {
  if (typeof metric !== "object" || metric === null) addPaths(metric, root, row)
  else if (Array.isArray(metric)) for (const entry of metric) addMetric(entry, root, row)
  else {
    addPaths(Reflect.get(metric, "value"), root, row)
    addPaths(Reflect.get(metric, "labels_from"), root, row)
    for (const key of ["unit", "count", "quantiles"])
      if (typeof Reflect.get(metric, key) === "object") addPaths(Reflect.get(metric, key), root, row)
    const buckets: unknown = Reflect.get(metric, "buckets")
    if (typeof buckets !== "object" || buckets === null) return
    const { path, le, value } = buckets as Readonly<Record<string, string>>
    for (const rows of follow(parseQuery(path ?? "@", true), root, row))
      for (const part of [le, value]) addPaths(part, root, rows)
  }
}

const addRows = ({ labels_from, metrics = {}, each = [] }: RowPart, root: Shape, row: Shape): void => {
  addPaths(labels_from, root, row)
  for (const metric of Object.values(metrics)) addMetric(metric, root, row)
  for (const inner of each) {
    if (inner.path === undefined) continue
    for (const rows of follow(parseQuery(inner.path, true), root, row)) addRows(inner, root, rows)
  }
}

const values = fc.sample(spelled, { numRuns: 500, seed: 1 })
const scalars = fc.sample(fc.oneof(numberSpelled, stringSpelled(word)), { numRuns: 500, seed: 2 })
const names = ["x", "1", "b", "0", "a b"]
const spaces = ["", "", "", "", "", " ", "\n\t", "\r"]

/** Writes the text of a document. Much faster than new arbitraries for each mapping. */
class Writer {
  readonly #random: () => number

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  /** A value of this shape, sometimes any other. */
  value({ members, items, isValue }: Shape, depth = 0): string {
    const any = this.#of(values)
    if (this.#chance(0.05) || depth > 8) return any
    const choices = [
      ...(isValue ? [() => this.#scalar()] : []),
      ...(items === undefined ? [] : [() => this.#items(items, depth + 1)]),
      ...(members.size === 0 ? [] : [() => this.#object([...members], depth + 1)])
    ]
    return choices.length === 0 ? any : this.#of(choices)()
  }

  #scalar(): string {
    return this.#chance(0.4) ? String(Math.trunc(this.#random() * 1000) / 4) : this.#of(scalars)
  }

  #items(items: Shape, depth: number): string {
    const count = Math.trunc(this.#random() * 5)
    if (this.#chance(0.2))
      return this.#object(
        Array.from({ length: count }, () => [this.#of(names), items] as const),
        depth
      )
    const values = Array.from({ length: count }, () => this.#spaced(this.value(items, depth)))
    return `[${values.join(",") || this.#of(spaces)}]`
  }

  /** Sometimes a member is missing, there is another one, or one occurs twice. */
  #object(members: ReadonlyArray<readonly [string, Shape]>, depth: number): string {
    const [first] = members
    const all = members.filter(() => !this.#chance(0.05))
    if (this.#chance(0.1)) all.unshift([this.#of(names), emptyShape()])
    if (this.#chance(0.05) && first !== undefined) all.push(first)
    const written = all.map(
      ([name, shape]) => `${this.#spaced(this.#name(name))}:${this.#spaced(this.value(shape, depth))}`
    )
    return `{${written.join(",")}}`
  }

  #name(name: string): string {
    const plain = JSON.stringify(name)
    return this.#chance(0.05) ? withEscape(plain) : plain
  }

  #spaced(text: string): string {
    return `${this.#of(spaces)}${text}${this.#of(spaces)}`
  }

  #chance(share: number): boolean {
    return this.#random() < share
  }

  #of<A>(choices: ReadonlyArray<A>): A {
    return choices[Math.trunc(this.#random() * choices.length)] as A
  }
}

/** The text of a document that has what the paths of a mapping expect. */
export const responseFor = (mapping: object, seed: number): string => {
  const root = emptyShape()
  addRows(mapping, root, root)
  return new Writer(seed).value(root)
}
