/** The syntax tree of a query of RFC 9535, well-typed (section 2.4.3) by construction. */
export interface Query {
  /** `$`, the document, or `@`, the current item. */
  readonly root: "$" | "@"
  readonly segments: ReadonlyArray<Segment>
}

export interface Segment {
  /** `..` instead of `.`: the selectors apply to the node and to everything below it. */
  readonly descendant: boolean
  readonly selectors: ReadonlyArray<Selector>
}

export type Selector =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "wildcard" }
  | {
      readonly kind: "slice"
      readonly start: number | undefined
      readonly end: number | undefined
      readonly step: number
    }
  | { readonly kind: "filter"; readonly test: Test }

/** The condition of a filter. */
export type Test =
  | { readonly kind: "or" | "and"; readonly tests: ReadonlyArray<Test> }
  | { readonly kind: "not"; readonly test: Test }
  | { readonly kind: "exists"; readonly query: Query }
  | {
      readonly kind: "compare"
      readonly operator: Operator
      readonly left: Comparable
      readonly right: Comparable
    }
  | { readonly kind: "regex"; readonly whole: boolean; readonly text: Comparable; readonly pattern: Comparable }

/** An operand of a comparison, or an argument that is a ValueType in the RFC. */
export type Comparable =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "singular"; readonly query: Query }
  | { readonly kind: "length"; readonly of: Comparable }
  | { readonly kind: "count" | "value"; readonly query: Query }
  /** The name or index of the item that the filter decides on: `key(@)`, a function of poller (section 2.4). */
  | { readonly kind: "key" }

export type Operator = "==" | "!=" | "<" | "<=" | ">" | ">="

/** The keys of a singular query, which has only names and indexes (section 2.3.5.1); undefined for other queries. */
export const singularKeys = (query: Query): ReadonlyArray<string | number> | undefined => {
  const keys: Array<string | number> = []
  for (const { descendant, selectors } of query.segments) {
    const [first, second] = selectors
    if (descendant || second !== undefined) return undefined
    if (first?.kind === "name") keys.push(first.name)
    else if (first?.kind === "index") keys.push(first.index)
    else return undefined
  }
  return keys
}

/** The names and indexes before the first wildcard, filter, slice, union or `..`. */
export const prefixKeys = ({ segments }: Query): ReadonlyArray<string | number> => {
  const keys: Array<string | number> = []
  for (const segment of segments) {
    const [key] = singularKeys({ root: "@", segments: [segment] }) ?? []
    if (key === undefined) break
    keys.push(key)
  }
  return keys
}

/** The same without negative indexes, whose position depends on the length of the array. */
export const leadingKeys = (query: Query): ReadonlyArray<string | number> => {
  const keys = prefixKeys(query)
  const end = keys.findIndex((key) => typeof key === "number" && key < 0)
  return end === -1 ? keys : keys.slice(0, end)
}

/** Whether a query consists only of names and of indexes from 0. */
export const isKeysOnly = (query: Query): boolean => leadingKeys(query).length === query.segments.length

type Condition = Exclude<Test, { readonly kind: "or" | "and" | "not" }>

/** The conditions that a test combines by `||`, `&&` and `!`. */
const conditionsOf = (test: Test): ReadonlyArray<Condition> => {
  switch (test.kind) {
    case "or":
    case "and":
      return test.tests.flatMap(conditionsOf)
    case "not":
      return conditionsOf(test.test)
    default:
      return [test]
  }
}

const operandsOf = (condition: Condition): ReadonlyArray<Comparable> => {
  switch (condition.kind) {
    case "exists":
      return []
    case "compare":
      return [condition.left, condition.right]
    case "regex":
      return [condition.text, condition.pattern]
  }
}

/** The queries of a test. */
export const queriesOf = (test: Test): ReadonlyArray<Query> =>
  conditionsOf(test).flatMap((condition) =>
    condition.kind === "exists" ? [condition.query] : operandsOf(condition).flatMap(queriesOfComparable)
  )

const queriesOfComparable = (comparable: Comparable): ReadonlyArray<Query> => {
  switch (comparable.kind) {
    case "literal":
    case "key":
      return []
    case "length":
      return queriesOfComparable(comparable.of)
    default:
      return [comparable.query]
  }
}

/** Whether a test uses the key of the item. */
export const asksForKey = (test: Test): boolean => conditionsOf(test).flatMap(operandsOf).some(isOfKey)

const isOfKey = (comparable: Comparable): boolean =>
  comparable.kind === "key" || (comparable.kind === "length" && isOfKey(comparable.of))

/** The queries of all filters in a query, and of those in them. */
export const queriesWithin = ({ segments }: Query): ReadonlyArray<Query> =>
  segments
    .flatMap(({ selectors }) => selectors)
    .flatMap((selector) => (selector.kind === "filter" ? queriesOf(selector.test) : []))
    .flatMap((query) => [query, ...queriesWithin(query)])
