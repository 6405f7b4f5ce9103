import type { Json } from "../mapping/document/json.ts"
import type { Node } from "../mapping/document/node.ts"
import { matcher } from "./iregexp.ts"
import { type Search, spend } from "./search.ts"
import type { Comparable, Operator, Query, Test } from "./syntax.ts"

/**
 * Whether a filter keeps an item: a parsed value, or a row that is bytes. Only a filter with `key(@)` needs the key of
 * the item.
 */
export type Predicate<Item> = (item: Item, search: Search, key?: string | number) => boolean

/** Compiles the queries inside a filter for one kind of item. */
export interface Queries<Item> {
  /** At most `most` nodes. */
  readonly nodes: (query: Query, most: number) => (item: Item, search: Search) => ReadonlyArray<Pick<Node, "value">>
  /** The one value of a singular query. */
  readonly value: (query: Query) => Evaluate<Item>
}

/** A value, or undefined for the RFC's Nothing. */
type Evaluate<Item> = (item: Item, search: Search, key?: string | number) => Json | undefined

/** The predicate of a filter (RFC 9535, section 2.3.5). */
export const compileTest = <Item>(test: Test, queries: Queries<Item>): Predicate<Item> => {
  switch (test.kind) {
    case "or": {
      const tests = test.tests.map((each) => compileTest(each, queries))
      return (item, search, key) => tests.some((each) => each(item, search, key))
    }
    case "and": {
      const tests = test.tests.map((each) => compileTest(each, queries))
      return (item, search, key) => tests.every((each) => each(item, search, key))
    }
    case "not": {
      const inner = compileTest(test.test, queries)
      return (item, search, key) => !inner(item, search, key)
    }
    case "exists": {
      const nodes = queries.nodes(test.query, 1)
      return (item, search) => nodes(item, search).length > 0
    }
    case "compare": {
      const left = compileComparable(test.left, queries)
      const right = compileComparable(test.right, queries)
      const holds = comparison[test.operator]
      return (item, search, key) => holds(left(item, search, key), right(item, search, key), search)
    }
    case "regex":
      return compileRegex(test, queries)
  }
}

const compileComparable = <Item>(comparable: Comparable, queries: Queries<Item>): Evaluate<Item> => {
  switch (comparable.kind) {
    case "literal":
      return () => comparable.value
    case "key":
      return (_item, _search, key) => key
    case "singular":
      return queries.value(comparable.query)
    case "length": {
      const of = compileComparable(comparable.of, queries)
      return (item, search, key) => length(of(item, search, key))
    }
    case "count": {
      const nodes = queries.nodes(comparable.query, Number.POSITIVE_INFINITY)
      return (item, search) => nodes(item, search).length
    }
    case "value": {
      const nodes = queries.nodes(comparable.query, 2)
      return (item, search) => {
        const [first, second] = nodes(item, search)
        return second === undefined ? first?.value : undefined
      }
    }
  }
}

/** `match()` and `search()`; false if the value is not a string or the pattern not an I-Regexp (section 2.4.6). */
const compileRegex = <Item>(test: Extract<Test, { kind: "regex" }>, queries: Queries<Item>): Predicate<Item> => {
  const text = compileComparable(test.text, queries)
  const pattern = compileComparable(test.pattern, queries)
  let last: string | undefined
  let matches: ((text: string) => boolean) | undefined
  return (item, search, key) => {
    const subject = text(item, search, key)
    const source = pattern(item, search, key)
    if (typeof subject !== "string" || typeof source !== "string") return false
    if (source !== last) {
      spend(search, 1000 + source.length)
      matches = matcher(source, test.whole)
      last = source
    }
    if (matches === undefined) return false
    spend(search, subject.length)
    return matches(subject)
  }
}

/** The length of a string is its number of characters, not of UTF-16 units (section 2.4.4). */
const length = (value: Json | undefined): number | undefined => {
  if (typeof value === "string") {
    let characters = 0
    for (const _ of value) characters++
    return characters
  }
  if (Array.isArray(value)) return value.length
  return typeof value === "object" && value !== null ? Object.keys(value).length : undefined
}

type Holds = (left: Json | undefined, right: Json | undefined, search: Search) => boolean

/** Section 2.3.5.2.2: two numbers or two strings have an order, other values have none. Nothing equals Nothing. */
const comparison: Record<Operator, Holds> = {
  "==": (left, right, search) => equal(left, right, search),
  "!=": (left, right, search) => !equal(left, right, search),
  "<": (left, right) => less(left, right),
  ">": (left, right) => less(right, left),
  "<=": (left, right, search) => less(left, right) || equal(left, right, search),
  ">=": (left, right, search) => less(right, left) || equal(left, right, search)
}

/** Deep equality. Without recursion, because a document may be nested deeper than the stack. */
const equal: Holds = (left, right, search) => {
  const open: Array<readonly [Json | undefined, Json | undefined]> = [[left, right]]
  for (let pair = open.pop(); pair !== undefined; pair = open.pop()) {
    const [one, other] = pair
    if (one === other) continue
    if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false
    if (Array.isArray(one) !== Array.isArray(other)) return false
    const keys = Object.keys(one)
    if (keys.length !== Object.keys(other).length) return false
    spend(search, keys.length)
    for (const key of keys) {
      if (!Object.hasOwn(other, key)) return false
      open.push([Reflect.get(one, key), Reflect.get(other, key)])
    }
  }
  return true
}

const less = (left: Json | undefined, right: Json | undefined): boolean => {
  if (typeof left === "number" && typeof right === "number") return left < right
  return typeof left === "string" && typeof right === "string" && before(left, right)
}

/** Compares Unicode scalar values. `<` compares UTF-16 units, in which surrogates come before U+E000. */
const before = (left: string, right: string): boolean => {
  const shared = Math.min(left.length, right.length)
  for (let at = 0; at < shared; at++) {
    const one = left.charCodeAt(at)
    const other = right.charCodeAt(at)
    if (one !== other) return rank(one) < rank(other)
  }
  return left.length < right.length
}
const rank = (unit: number) => (unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit)
