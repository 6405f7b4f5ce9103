import type { Json, JsonArray, JsonObject } from "../mapping/document/json.ts"
import { documentNode, type Node } from "../mapping/document/node.ts"
import { compileTest, type Queries } from "./filter.ts"
import { parseQuery, parseQueryAt } from "./grammar.ts"
import { type Effort, GivenUp, newEffort, type Search, spend, type Take } from "./search.ts"
import { prefixKeys, type Query, type Segment, type Selector, singularKeys } from "./syntax.ts"

export { location } from "../mapping/document/node.ts"

/** A compiled JSONPath. */
export interface Path {
  readonly text: string
  readonly query: Query
  /** Whether it starts with `$`: at the document, not at the current item. */
  readonly absolute: boolean
  /** The names and indexes of a path that consists of nothing else; `find` evaluates it without making nodes. */
  readonly keys: ReadonlyArray<string | number> | undefined
  /** The names and indexes before the first wildcard, filter, slice, union or `..`. */
  readonly prefix: ReadonlyArray<string | number>
  /** Finds the nodes; `select`, `each` and `eachFrom` call it. */
  readonly run: Sink
}

/** Receives a node; returns true to end the search. */
type Sink = (node: Node, search: Search) => boolean

/** Compiles a path of RFC 9535. Throws a SyntaxError of one line that does not repeat the path. */
export const compile = (text: string): Path => compileQuery(text, parseQuery(text, false))

/**
 * Compiles a path of the mapping language: one of RFC 9535, or one that starts at the current item, whose leading `@.`
 * may be omitted: `id`, `disks[*]`, `['odd key']`, `@`. Throws as `compile` does.
 */
export const compileRelative = (text: string): Path => compileQuery(text, parseQuery(text, true))

/** The path that a text has at `start`, as `compileRelative` takes it, and where it ends. Throws as `compile` does. */
export const compileAt = (text: string, start: number): { readonly path: Path; readonly end: number } => {
  const { query, end } = parseQueryAt(text, start)
  return { path: compileQuery(text.slice(start, end).trim(), query), end }
}

/**
 * All nodes that a path finds, in the order of RFC 9535. A relative path starts at `item`, or at the document if there
 * is none. A search that exceeds `maxEffort`, or what earlier searches left of it, finds nothing.
 */
export const select = (path: Path, root: Json, item?: Node, effort?: Effort): ReadonlyArray<Node> => {
  const found: Array<Node> = []
  return each(path, root, (node) => found.push(node) < 0, item, effort) ? found : []
}

/** The same, but calls `take` with each node until it returns true. Returns false if the search exceeded its effort. */
export const each = (path: Path, root: Json, take: Take, item?: Node, effort: Effort = newEffort()): boolean =>
  eachFrom(path.absolute || item === undefined ? documentNode(root) : item, path, root, take, effort)

/** The same from the node `start`, also if the path is absolute. `$` in filters is `root`. */
export const eachFrom = (start: Node, path: Path, root: Json, take: Take, effort: Effort): boolean => {
  try {
    path.run(start, { root, take, effort })
    return true
  } catch (error) {
    if (error instanceof GivenUp) return false
    throw error
  }
}

/** The value at the end of `keys`, or undefined. Makes no nodes. */
export const find = (keys: ReadonlyArray<string | number>, start: Json): Json | undefined => {
  let value: Json | undefined = start
  for (const key of keys) {
    if (!isContainer(value)) return undefined
    value = child(value, key)
  }
  return value
}

/** The child with that name or index. Own properties only: `constructor` is a name like any other. */
const child = (holder: JsonArray | JsonObject, key: string | number): Json | undefined => {
  if (typeof key === "string") {
    if (isArray(holder)) return undefined
    const value = holder[key]
    // all inherited properties but `__proto__` are functions; Object.hasOwn for each key would double the time
    if (typeof value === "function" || (key === "__proto__" && !Object.hasOwn(holder, key))) return undefined
    return value
  }
  return isArray(holder) ? holder[key < 0 ? holder.length + key : key] : undefined
}

/** `Array.isArray` does not narrow to a read-only array. */
const isArray = (value: Json): value is JsonArray => Array.isArray(value)

const isContainer = (value: Json | undefined): value is JsonArray | JsonObject =>
  typeof value === "object" && value !== null

const compileQuery = (text: string, query: Query): Path => ({
  text,
  query,
  absolute: query.root === "$",
  keys: singularKeys(query),
  prefix: prefixKeys(query),
  run: compileSegments(query.segments)
})

const give: Sink = (node, { take }) => take(node)

/** Compiled from the last segment to the first: each passes its nodes straight to the next. */
const compileSegments = (segments: ReadonlyArray<Segment>): Sink =>
  segments.reduceRight<Sink>((next, { descendant, selectors }) => {
    const branches = selectors.map((selector) => compileSelector(selector, next))
    const [only, second] = branches
    const select: Sink =
      only !== undefined && second === undefined
        ? only
        : (node, search) => branches.some((branch) => branch(node, search))
    return descendant ? everywhere(select) : select
  }, give)

/**
 * The node and all its descendants, parents first. Without recursion, because a document may be nested deeper than the
 * stack.
 */
const everywhere =
  (select: Sink): Sink =>
  (start, search) => {
    const open = [start]
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (select(node, search)) return true
      openContainers(node, open, search)
    }
    return false
  }

/** Pushes the arrays and objects directly below a node, the first on top. */
const openContainers = (node: Node, open: Array<Node>, search: Search): void => {
  const { value } = node
  if (!isContainer(value)) return
  spend(search, 1)
  if (isArray(value)) {
    for (let index = value.length - 1; index >= 0; index--) {
      const below = value[index]
      if (isContainer(below)) open.push({ value: below, key: index, parent: node })
    }
    return
  }
  for (const key of Object.keys(value).reverse()) {
    const below = value[key]
    if (isContainer(below)) open.push({ value: below, key, parent: node })
  }
}

const compileSelector = (selector: Selector, next: Sink): Sink => {
  switch (selector.kind) {
    case "name":
    case "index": {
      const key = selector.kind === "name" ? selector.name : selector.index
      return (node, search) => {
        const { value } = node
        if (!isContainer(value)) return false
        const found = child(value, key)
        if (found === undefined) return false
        const position = typeof key === "number" && key < 0 && isArray(value) ? value.length + key : key
        return next({ value: found, key: position, parent: node }, search)
      }
    }
    case "wildcard":
      return (node, search) => eachChild(node, search, next)
    case "slice":
      return compileSlice(selector, next)
    case "filter": {
      const holds = compileTest(selector.test, queries)
      return (node, search) =>
        eachChild(node, search, (below) => holds(below.value, search, below.key) && next(below, search))
    }
  }
}

const eachChild = (node: Node, search: Search, visit: Sink): boolean => {
  const { value } = node
  if (!isContainer(value)) return false
  if (isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      spend(search, 1)
      const below = value[index]
      if (below !== undefined && visit({ value: below, key: index, parent: node }, search)) return true
    }
    return false
  }
  for (const key of Object.keys(value)) {
    spend(search, 1)
    const below = value[key]
    if (below !== undefined && visit({ value: below, key, parent: node }, search)) return true
  }
  return false
}

/** Bounds as in RFC 9535, section 2.3.4.2.2. */
const compileSlice = ({ start, end, step }: Extract<Selector, { kind: "slice" }>, next: Sink): Sink => {
  return (node, search) => {
    const { value } = node
    if (!isArray(value) || step === 0) return false
    const { length } = value
    const within = (bound: number, least: number, most: number) =>
      Math.min(Math.max(bound < 0 ? length + bound : bound, least), most)
    const [first, past] =
      step > 0
        ? [within(start ?? 0, 0, length), within(end ?? length, 0, length)]
        : [within(start ?? length - 1, -1, length - 1), end === undefined ? -1 : within(end, -1, length - 1)]
    for (let index = first; step > 0 ? index < past : index > past; index += step) {
      spend(search, 1)
      const found = value[index]
      if (found !== undefined && next({ value: found, key: index, parent: node }, search)) return true
    }
    return false
  }
}

const queries: Queries<Json> = {
  value: (query) => {
    const keys = singularKeys(query) ?? []
    return query.root === "$" ? (_, { root }) => find(keys, root) : (item) => find(keys, item)
  },
  nodes: (query, most) => {
    const run = compileSegments(query.segments)
    return (item, { root, effort }) => {
      const found: Array<Node> = []
      run(documentNode(query.root === "$" ? root : item), { root, take: (node) => found.push(node) >= most, effort })
      return found
    }
  }
}
