import * as Yaml from "yaml"

/** A syntax error, its position, and how to fix it. */
export interface SyntaxFault {
  readonly offset: number
  readonly message: string
}

/** A line of the text around a position. */
export interface Line {
  readonly text: string
  readonly start: number
  /** The position in the line, from 0. */
  readonly at: number
}

export const lineAt = (text: string, offset: number): Line => {
  const start = offset === 0 ? 0 : text.lastIndexOf("\n", offset - 1) + 1
  const end = text.indexOf("\n", start)
  return { text: text.slice(start, end < 0 ? text.length : end).replace(/\r$/, ""), start, at: offset - start }
}

/** Quotes a text, with the quotes that need the fewest escapes. */
export const quoted = (text: string): string => (/["\\]/.test(text) ? `'${text.replaceAll("'", "''")}'` : `"${text}"`)

/** Keys whose values may be secrets. Their lines are not shown. */
export const secretKey =
  /(?:^|[\s{,])(?:url|headers|headers_from|body|auth|basic|proxy|params|login|json|form|password|token)\s*:/

/**
 * The key and the plain value around a position, as the author meant them: up to the end of the line, or of the flow
 * map.
 */
const pairAround = (
  { text, at }: Line,
  inFlow: boolean
): { readonly key: string; readonly value: string; readonly from: number } | undefined => {
  const opening = /(?:^|[{,]|- )\s*(?:["']?([\w$.-]+)["']?)\s*:\s+/g
  let found: { readonly key: string; readonly from: number } | undefined
  for (const match of text.matchAll(opening)) {
    const from = match.index + match[0].length
    if (from > at) break
    found = { key: match[1] ?? "", from }
  }
  if (found === undefined) return undefined
  return { ...found, value: inFlow ? flowValue(text.slice(found.from)) : text.slice(found.from).trim() }
}

/** A value inside `{ }` with its brackets balanced: up to a comma before another key, or to the closing brace. */
const flowValue = (text: string): string => {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]
    if (sign === "[" || sign === "(") depth++
    else if (sign === "]" || sign === ")") depth--
    else if (sign === "}" && depth <= 0) return text.slice(0, at).trim()
    else if (sign === "," && depth <= 0 && /^,\s*[\w$.-]+\s*:\s/.test(text.slice(at))) return text.slice(0, at).trim()
  }
  return text.trim()
}

/** The positions of the braces and brackets that are still open before a position of a line. Skips quoted texts. */
const openBefore = (text: string, at: number): ReadonlyArray<number> => {
  const open: Array<number> = []
  let quote = ""
  for (let index = 0; index < at; index++) {
    const sign = text[index] ?? ""
    if (quote !== "") {
      if (sign === quote) quote = ""
    } else if ((sign === '"' || sign === "'") && /[\s[{,]/.test(text[index - 1] ?? " ")) quote = sign
    else if (sign === "{" || sign === "[") open.push(index)
    else if (sign === "}" || sign === "]") open.pop()
  }
  return open
}

const knownKey =
  /(?:^|\s)(value|help|type|unit|path|metrics|labels|labels_from|each|map|scale|parse|pattern|states|optional|default)$/

/** Suggests quotes around a value, with its key; empty if the line may contain a secret. */
export const quoteIt = (line: Line, inFlow: boolean): string => {
  const pair = pairAround(line, inFlow)
  if (pair === undefined || pair.value === "" || secretKey.test(line.text)) return ""
  return `: ${pair.key}: ${quoted(pair.value)}`
}

/** Whether a position is inside `{ }` or `[ ]` that starts on its line. */
const isInFlow = (line: Line): boolean => openBefore(line.text, line.at).length > 0

/** Longer lines are not readable on a terminal. */
const maxExcerpt = 200

/** The line of a position with a caret below it; undefined if it may show a secret, or is too long. */
export const excerptOf = (text: string, offset: number): string | undefined => {
  const line = lineAt(text, offset)
  if (line.text.length > maxExcerpt || secretKey.test(line.text)) return undefined
  // keeps tabs, so that the caret is below its character
  return `${line.text}\n${line.text.slice(0, line.at).replace(/[^\t]/g, " ")}^`
}

type Explain = (text: string, line: Line, error: Yaml.YAMLError, document: Yaml.Document) => SyntaxFault | undefined

const fault = (line: Line, at: number, message: string): SyntaxFault => ({ offset: line.start + at, message })

const bracketInFlow: Explain = (_, line, { message }) => {
  if (!/^Unexpected flow-seq-start at node end/.test(message)) return undefined
  return fault(line, line.at, `a path with [ ] inside { } needs quotes${quoteIt(line, true)}`)
}

const reservedStart: Explain = (_, line, { code }) => {
  if (code !== "BAD_SCALAR_START" && code !== "BAD_ALIAS" && code !== "TAG_RESOLVE_FAILED") return undefined
  // not meant as a list: [*] is a path
  const at = line.text[line.at - 1] === "[" ? line.at - 1 : line.at
  const inFlow = openBefore(line.text, at).length > 0
  return fault(
    line,
    at,
    `a value that begins with ${line.text[at] ?? ""} needs quotes${quoteIt({ ...line, at }, inFlow)}`
  )
}

const colonInText: Explain = (_, line, { code }) => {
  if (code !== "BLOCK_IN_FLOW" && code !== "BLOCK_AS_IMPLICIT_KEY") return undefined
  const inFlow = isInFlow(line)
  const pair = pairAround(line, inFlow)
  const colon = pair === undefined ? -1 : line.text.indexOf(": ", Math.max(pair.from, line.at))
  if (colon < 0) return undefined
  const before = line.text.slice(pair?.from ?? 0, colon)
  const key = knownKey.exec(before)?.[1]
  if (inFlow && key !== undefined && before.trim() !== key)
    return fault(line, colon - key.length, `a comma is missing before ${key}`)
  return fault(line, colon, `a text with ": " in it needs quotes${quoteIt(line, inFlow)}`)
}

const indentation: Explain = (_, line, { code }) => {
  if (code === "TAB_AS_INDENT") return fault(line, line.at, "a tab: YAML is indented with spaces")
  if (code === "BLOCK_AS_IMPLICIT_KEY")
    return fault(
      line,
      line.at,
      "this line has a value already, but the next one is indented more, as if it were a part of it"
    )
  return undefined
}

/** A map whose items do not start in the same column. */
const unevenMap: Explain = (_, line, { code, message }) =>
  code === "BAD_INDENT" && /same column|start at the same/.test(message)
    ? fault(
        line,
        line.at + (/^\s*/.exec(line.text.slice(line.at))?.[0].length ?? 0),
        "not indented like the lines above it that it belongs to"
      )
    : undefined

const missingSpace: Explain = (_, line, { code }) => {
  if (code !== "MULTILINE_IMPLICIT_KEY") return undefined
  const [all, , key = "", value = ""] = /^(\s*(?:- )?)([\w$.-]+):(\S.*)$/.exec(line.text) ?? []
  if (all === undefined) return fault(line, line.at, "expected a key with a colon and a value: key: value")
  const rest = secretKey.test(`${key}:`) ? "" : `: ${key}: ${value}`
  return fault(line, line.text.indexOf(":"), `a space is missing after the colon${rest}`)
}

const unclosedBrace: Explain = (text, line, { code, message }) => {
  const isBrace = code === "BAD_INDENT" && /^Flow (?:map|sequence)/.test(message)
  const isMissing = code === "MISSING_CHAR" && /expected|Missing/.test(message) && /[\]}]/.test(message)
  if (!isBrace && !isMissing) return undefined
  // goes back to the last line that opens a bracket without closing it
  for (let start = line.start; ; ) {
    const found = lineAt(text, start)
    const comment = / #/.exec(found.text)?.index
    const open = openBefore(found.text, found.text.length)
    const openBeforeComment = comment === undefined ? [] : openBefore(found.text, comment)
    if (comment !== undefined && openBeforeComment.length > 0)
      return fault(
        found,
        comment + 1,
        `a text with " #" in it needs quotes, since # begins a comment${quoteIt({ ...found, at: comment }, true)}`
      )
    const last = open.at(-1)
    if (last !== undefined) return fault(found, last, `this ${found.text[last]} is not closed`)
    if (found.start === 0) return undefined
    start = found.start - 1
  }
}

const quotes: Explain = (text, line, { code, message }, document) => {
  if (code === "UNEXPECTED_TOKEN" && /scalar at node end/.test(message) && /["']/.test(line.text[line.at - 1] ?? ""))
    return fault(line, line.at, "text after the closing quote: the quotes belong around all of it")
  if (code !== "MISSING_CHAR" || !/quote/.test(message)) return undefined
  let opening: number | undefined
  Yaml.visit(document, {
    Scalar: (_, { type, range }) => {
      if (type === "QUOTE_DOUBLE" || type === "QUOTE_SINGLE") opening = range?.[0] ?? opening
    }
  })
  if (opening === undefined) return undefined
  const found = lineAt(text, opening)
  return fault(found, found.at, "this quote is not closed")
}

const escapes: Explain = (_, line, { code, message }) => {
  if (code !== "BAD_DQ_ESCAPE") return undefined
  const [sequence = "\\"] = /\\\S/.exec(message) ?? []
  return fault(
    line,
    line.at,
    `${sequence} has no meaning inside double quotes: use single quotes, which take a \\ as it is, or write \\${sequence}`
  )
}

const explanations = [
  escapes,
  bracketInFlow,
  reservedStart,
  colonInText,
  unevenMap,
  missingSpace,
  unclosedBrace,
  quotes,
  indentation
]

const tooDeep = "nested too deeply"

/**
 * The first error of the parser, with a fix: the later ones mostly follow from it. A tab goes before all other errors.
 */
export const explainSyntax = (
  text: string,
  errors: ReadonlyArray<Yaml.YAMLError>,
  document: Yaml.Document
): SyntaxFault => {
  const [first] = errors.toSorted((a, b) => a.pos[0] - b.pos[0])
  const deep = errors.find(({ message }) => /call stack|regular expression/.test(message))
  if (first === undefined || deep !== undefined) return { offset: 0, message: tooDeep }
  if (first.code === "MULTIPLE_DOCS")
    return { offset: first.pos[0], message: "a second YAML document: a file can have only one" }
  const tab = errors.find(({ code }) => code === "TAB_AS_INDENT")
  const error = tab ?? first
  const line = lineAt(text, error.pos[0])
  for (const explain of explanations) {
    const found = explain(text, line, error, document)
    if (found !== undefined) return found
  }
  return { offset: error.pos[0], message: error.message.split("\n")[0] ?? "not YAML" }
}
