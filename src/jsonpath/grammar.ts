import { matcher } from "./iregexp.ts"
import {
  type Comparable,
  type Operator,
  type Query,
  type Segment,
  type Selector,
  singularKeys,
  type Test
} from "./syntax.ts"

const blank = /[ \t\n\r]*/y
const memberName = /[A-Za-z_\u{80}-\u{D7FF}\u{E000}-\u{10FFFF}][A-Za-z0-9_\u{80}-\u{D7FF}\u{E000}-\u{10FFFF}]*/uy
const integer = /0|-?[1-9][0-9]*/y
const number = /(?:0|-?[1-9][0-9]*|-0)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y
const word = /[a-z][a-z0-9_]*/y
const stringBody = {
  "'": /(?:[ -&(-[\]-\u{D7FF}\u{E000}-\u{10FFFF}]|\\[bfnrt/\\']|\\u[0-9A-Fa-f]{4})*/uy,
  '"': /(?:[ !#-[\]-\u{D7FF}\u{E000}-\u{10FFFF}]|\\[bfnrt/\\"]|\\u[0-9A-Fa-f]{4})*/uy
}
const segmentStart = /[ \t\n\r]*(\.\.?|(?=\[))/y
const colon = /[ \t\n\r]*:[ \t\n\r]*/y
const comparison = /[ \t\n\r]*(?:==|!=|<=|>=|<|>)[ \t\n\r]*/y
const conjunction = { or: /[ \t\n\r]*\|\|[ \t\n\r]*/y, and: /[ \t\n\r]*&&[ \t\n\r]*/y }

/** A filter nested deeper than this is a mistake. The limit protects the stack. */
const maxDepth = 100

/** An operand of a filter. What follows it decides whether it is compared or tested. */
type Operand = Comparable | { readonly kind: "nodes"; readonly query: Query } | Extract<Test, { kind: "regex" }>

/**
 * Parses a path. With `relative`, a path that starts with neither `$` nor `@` starts at the current item; without it,
 * RFC 9535 allows only `$`. Throws a SyntaxError of one line.
 */
export const parseQuery = (text: string, relative: boolean): Query => parseAt(text, relative, 0, true).query

/** The path that a text has at `start`, and where it ends. Throws as `parseQuery` does. */
export const parseQueryAt = (text: string, start: number): { readonly query: Query; readonly end: number } =>
  parseAt(text, true, start, false)

const parseAt = (text: string, relative: boolean, begin: number, isWhole: boolean) => {
  let at = begin
  let depth = 0

  const fail = (message: string, where = at): never => {
    throw new SyntaxError(`${message} at character ${where + 1}`)
  }
  const found = () =>
    at < text.length ? `found ${JSON.stringify(String.fromCodePoint(text.codePointAt(at) ?? 0))}` : "found the end"
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const taken = pattern.exec(text)?.[0]
    at += taken?.length ?? 0
    return taken
  }
  const skip = (token: string): boolean => {
    const there = text.startsWith(token, at)
    if (there) at += token.length
    return there
  }
  const expect = (token: string): void => {
    if (!skip(token)) fail(`expected ${token}, ${found()}`)
  }
  const nested = <A>(parse: () => A): A => {
    if (++depth > maxDepth) fail(`nested more than ${maxDepth} deep`)
    const parsed = parse()
    depth--
    return parsed
  }

  const segments = (): Array<Segment> => {
    const parsed: Array<Segment> = []
    for (let start = take(segmentStart); start !== undefined; start = take(segmentStart)) {
      const descendant = start.endsWith("..")
      const dotted = start.endsWith(".") && !(descendant && text[at] === "[")
      parsed.push({ descendant, selectors: dotted ? [shorthand()] : bracketed() })
    }
    return parsed
  }

  const shorthand = (): Selector => {
    if (skip("*")) return { kind: "wildcard" }
    const name = take(memberName)
    return name === undefined ? fail(`expected a name or *, ${found()}`) : { kind: "name", name }
  }

  const bracketed = (): Array<Selector> => {
    const selectors: Array<Selector> = []
    expect("[")
    do {
      take(blank)
      selectors.push(selector())
      take(blank)
    } while (skip(","))
    expect("]")
    return selectors
  }

  const selector = (): Selector => {
    if (text[at] === "'" || text[at] === '"') return { kind: "name", name: string() }
    if (skip("*")) return { kind: "wildcard" }
    if (skip("?")) {
      take(blank)
      return { kind: "filter", test: nested(or) }
    }
    const start = index()
    if (take(colon) !== undefined) {
      const end = index()
      const step = take(colon) === undefined ? undefined : index()
      return { kind: "slice", start, end, step: step ?? 1 }
    }
    return start === undefined
      ? fail(`expected a name in quotes, an index, a slice, * or ?, ${found()}`)
      : { kind: "index", index: start }
  }

  const index = (): number | undefined => {
    const start = at
    const digits = take(integer)
    if (digits === undefined) return undefined
    return Number.isSafeInteger(Number(digits)) ? Number(digits) : fail("an index is at most 2^53 - 1", start)
  }

  const string = (): string => {
    const start = at
    const quote = text[at] === "'" ? "'" : '"'
    expect(quote)
    const body = take(stringBody[quote]) ?? ""
    if (!skip(quote)) fail(`expected ${quote}, ${found()}`)
    const json = quote === "'" ? body.replaceAll("\\'", "'").replaceAll('"', '\\"') : body
    const value: string = JSON.parse(`"${json}"`)
    return value.isWellFormed() ? value : fail("half a surrogate pair in the string", start)
  }

  const or = (): Test => chain("or", and)
  const and = (): Test => chain("and", basic)
  const chain = (kind: "or" | "and", parse: () => Test): Test => {
    const first = parse()
    const tests = [first]
    while (take(conjunction[kind]) !== undefined) tests.push(parse())
    return tests.length === 1 ? first : { kind, tests }
  }

  const basic = (): Test => {
    const negated = skip("!")
    if (negated) take(blank)
    const start = at
    if (text[at] === "(") {
      const inner = parenthesized()
      return negated ? { kind: "not", test: inner } : inner
    }
    const left = operand()
    if (negated) return { kind: "not", test: tested(left, start) }
    const operator = take(comparison)?.trim()
    if (operator === undefined) return tested(left, start)
    return { kind: "compare", operator: operator as Operator, left: compared(left, start), right: argument() }
  }

  const parenthesized = (): Test => {
    expect("(")
    take(blank)
    const inner = nested(or)
    take(blank)
    expect(")")
    return inner
  }

  const operand = (): Operand => {
    const start = at
    const next = text[at]
    if (next === "$" || next === "@") {
      const inner = nested(query)
      return { kind: singularKeys(inner) === undefined ? "nodes" : "singular", query: inner }
    }
    if (next === "'" || next === '"') return { kind: "literal", value: string() }
    const digits = take(number)
    if (digits !== undefined) return { kind: "literal", value: Number(digits) }
    const name = take(word)
    if (name !== undefined && skip("(")) return nested(() => call(name, start))
    if (name === "true" || name === "false") return { kind: "literal", value: name === "true" }
    if (name === "null") return { kind: "literal", value: null }
    at = start
    return fail(`expected a path, a function or a literal, ${found()}`)
  }

  /** The rest of a call, after its parenthesis. There are five functions (section 2.4), and `key()` in a mapping. */
  const call = (name: string, start: number): Operand => {
    take(blank)
    switch (name) {
      case "length":
        return { kind: "length", of: closed(argument()) }
      case "count":
      case "value": {
        const where = at
        const inner = operand()
        if (inner.kind !== "nodes" && inner.kind !== "singular") return fail(`${name}() takes a path`, where)
        return { kind: name, query: closed(inner.query) }
      }
      case "match":
      case "search": {
        const searched = argument()
        take(blank)
        expect(",")
        take(blank)
        return { kind: "regex", whole: name === "match", text: searched, pattern: closed(pattern()) }
      }
      case "key": {
        // not in RFC 9535: `compile` is for conforming queries
        if (!relative) break
        const where = at
        const inner = operand()
        if (inner.kind !== "singular" || inner.query.root !== "@" || inner.query.segments.length > 0)
          return fail("key() takes @, the item that the filter is about,", where)
        return closed({ kind: "key" })
      }
    }
    return fail(`no such function ${name}()`, start)
  }

  const closed = <A>(parsed: A): A => {
    take(blank)
    expect(")")
    return parsed
  }

  /** In RFC 9535 a pattern that is not an I-Regexp selects nothing. In a mapping that can only be a mistake. */
  const pattern = (): Comparable => {
    const start = at
    const parsed = argument()
    if (relative && parsed.kind === "literal" && matcher(String(parsed.value), true) === undefined) {
      fail(
        `${JSON.stringify(parsed.value)} is not an I-Regexp (RFC 9485: [0-9] for \\d, no flags or lookarounds)`,
        start
      )
    }
    return parsed
  }

  const argument = (): Comparable => {
    const start = at
    return compared(operand(), start)
  }

  const compared = (parsed: Operand, start: number): Comparable => {
    if (parsed.kind === "nodes") return fail("expected a path to one value, of names and indexes only,", start)
    return parsed.kind === "regex" ? fail("match() and search() are not compared", start) : parsed
  }

  const tested = (parsed: Operand, start: number): Test => {
    if (parsed.kind === "regex") return parsed
    if (parsed.kind === "nodes" || parsed.kind === "singular") return { kind: "exists", query: parsed.query }
    return fail("a literal, length(), count(), value() and key() must be compared", start)
  }

  const query = (): Query => {
    const root = skip("$") ? "$" : "@"
    if (root === "@") expect("@")
    return { root, segments: segments() }
  }

  const whole = (): Query => {
    if (text[at] === "$" || (relative && text[at] === "@")) return query()
    if (!relative) return fail(`expected $, ${found()}`)
    const first: Array<Segment> = text[at] === "[" ? [] : [{ descendant: false, selectors: [shorthand()] }]
    return { root: "@", segments: [...first, ...segments()] }
  }

  const parsed = whole()
  if (isWhole && at < text.length)
    fail(`expected . or [ (a name with other characters is written ['odd-key']), ${found()}`)
  return { query: parsed, end: at }
}
