/** A query of RFC 9535 as a tree, well-typed (section 2.4.3) by construction. */
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

/** What a filter decides. */
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

/** What a comparison compares, and what a function takes where the RFC says ValueType. */
export type Comparable =
  | { readonly kind: "literal"; readonly value: string | number | boolean | null }
  | { readonly kind: "singular"; readonly query: Query }
  | { readonly kind: "length"; readonly of: Comparable }
  | { readonly kind: "count" | "value"; readonly query: Query }

export type Operator = "==" | "!=" | "<" | "<=" | ">" | ">="

/** The keys of a query that finds at most one node by names and indexes alone (section 2.3.5.1); else undefined. */
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
