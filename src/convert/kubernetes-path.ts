import * as Result from "effect/Result"

/** A path in the syntax of RFC 9535, relative to the row. */
interface ConvertedPath {
  readonly path: string
  readonly isSingular: boolean
  /** Why Kubernetes' implementation finds nothing by this path, although poller does. */
  readonly fault?: string
}

/** A part of a template such as `planet-{.location}`. */
export type TemplatePart = { readonly text: string } | ConvertedPath

class Unsupported extends Error {}

const unsupported = (what: string): never => {
  throw new Unsupported(what)
}

interface Segment {
  readonly text: string
  readonly isSingular: boolean
  readonly fault?: string
}

const quote = (name: string) => `'${name.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`

const nameSegment = (name: string): Segment => ({
  text: /^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? `.${name}` : `[${quote(name)}]`,
  isSingular: true
})

/** The position of the `close` that ends the bracket before `start`. Skips quoted texts and inner brackets. */
const endOf = (text: string, start: number, open: string, close: string): number => {
  let depth = 0
  let quoted = ""
  for (let at = start; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === "\\") at++
    else if (quoted !== "") quoted = char === quoted ? "" : quoted
    else if (char === "'" || char === '"') quoted = char
    else if (char === open) depth++
    else if (char === close && --depth < 0) return at
  }
  return unsupported(`${close} is missing in ${text}`)
}

const unquote = (text: string): string | undefined => {
  const [, , content] = /^(['"])(.*)\1$/s.exec(text) ?? []
  return content?.replace(/\\(.)/gs, "$1")
}

/** One side of the comparison in a filter. */
const operand = (given: string): string => {
  const text = given.trim()
  const literal = unquote(text)
  if (literal !== undefined) return quote(literal)
  if (/^-?\d+(?:\.\d+)?$|^(?:true|false)$/.test(text)) return text
  if (!/^[@.$]/.test(text)) return unsupported(`${text} in a filter`)
  const root = text.startsWith("$") ? "$" : "@"
  return `${root}${segmentsOf(text)
    .map((segment) => segment.text)
    .join("")}`
}

/** Converts `?(@.state == "UP")` without the `?`. Kubernetes has one comparison, or the test that a key exists. */
const filter = (given: string): Segment => {
  const [, content] = /^\((.*)\)$/s.exec(given.trim()) ?? []
  if (content === undefined) return unsupported(`the filter ${given}`)
  const [, left, operator = "", right] = /^([^!<>=]+)([!<>=]+)(.+)$/s.exec(content) ?? []
  if (left === undefined || right === undefined) return { text: `[?${operand(content)}]`, isSingular: false }
  if (!["==", "!=", "<", "<=", ">", ">="].includes(operator)) return unsupported(`${operator} in a filter`)
  const integer = [left, right].map((side) => side.trim()).find((side) => /^-?\d+$/.test(side))
  return {
    text: `[?${operand(left)} ${operator} ${operand(right)}]`,
    isSingular: false,
    ...(integer !== undefined && { fault: `it compares a number with ${integer}.0, but not with ${integer}` })
  }
}

/** Kubernetes' implementation reads a key in quotes only up to the first space, and accepts only single quotes. */
const quotedKey = (given: string, name: string): Segment => {
  const fault = given.startsWith('"')
    ? "it knows single quotes only"
    : /[\s'[\]{}]/.test(name)
      ? "it knows no such key in quotes"
      : undefined
  return { ...nameSegment(name), ...(fault !== undefined && { fault }) }
}

/** Converts the content of brackets. */
const bracket = (given: string): Segment => {
  const content = given.trim()
  if (content === "*") return { text: "[*]", isSingular: false }
  if (content.startsWith("?")) return filter(content.slice(1))
  if (/^-?\d+$/.test(content)) return { text: `[${content}]`, isSingular: true }
  if (/^(?:-?\d*)(?::-?\d*){1,2}$/.test(content)) return { text: `[${content}]`, isSingular: false }
  const parts = content.split(",").map((part) => part.trim())
  const names = parts.map(unquote)
  if (parts.length === 1 && names[0] !== undefined) return quotedKey(content, names[0])
  const selectors = parts.map((part, index) => {
    const name = names[index]
    if (name !== undefined) return quote(name)
    return /^-?\d+$/.test(part) ? part : unsupported(`[${content}]`)
  })
  return { text: `[${selectors.join(", ")}]`, isSingular: false }
}

/** The segments of one expression, which may begin with `$` or `@`. */
const segmentsOf = (expression: string): ReadonlyArray<Segment> => {
  const text = expression.trim().replace(/^[$@]/, "")
  const segments: Array<Segment> = []
  let descends = false
  const add = (segment: Segment) => {
    const { text } = segment
    segments.push(descends ? { ...segment, text: `..${text.replace(/^\./, "")}`, isSingular: false } : segment)
    descends = false
  }
  for (let at = 0; at < text.length; ) {
    const char = text.charAt(at)
    if (char === "[") {
      const end = endOf(text, at + 1, "[", "]")
      add(bracket(text.slice(at + 1, end)))
      at = end + 1
    } else if (text.startsWith("..", at)) {
      descends = true
      at += 2
      if (text.charAt(at) !== "[") at--
      else continue
      const name = readName(text, at + 1)
      add(name.name === "*" ? { text: ".*", isSingular: false } : nameSegment(name.name))
      at = name.end
    } else if (char === ".") {
      const { name, end } = readName(text, at + 1)
      if (name !== "") add(name === "*" ? { text: ".*", isSingular: false } : nameSegment(name))
      else if (end < text.length && text.charAt(end) !== "[") return unsupported(text)
      at = end
    } else return unsupported(/^(?:range|end)\b/.test(text) ? `{${text}}` : text.slice(at))
  }
  return segments
}

/** A name up to the next special character; `\` escapes the next character. */
const readName = (text: string, start: number) => {
  let name = ""
  let end = start
  while (end < text.length && !/[.[\]\s]/.test(text.charAt(end))) {
    if (text.charAt(end) === "\\") end++
    name += text.charAt(end++)
  }
  return { name, end }
}

/** Converts an expression of Kubernetes' JSONPath, without its braces, to a path relative to the row. */
const convertExpression = (expression: string): TemplatePart => {
  const literal = unquote(expression.trim())
  if (literal !== undefined) return { text: literal }
  const segments = segmentsOf(expression)
  const path = segments.map(({ text }) => text).join("")
  const isSingular = segments.every(({ isSingular }) => isSingular)
  if (path === "") return { path: "@", isSingular }
  const fault = segments.find(({ fault }) => fault !== undefined)?.fault
  return {
    path: /^\.[A-Za-z_]/.test(path) ? path.slice(1) : /^\['/.test(path) ? path : `@${path}`,
    isSingular,
    ...(fault !== undefined && { fault })
  }
}

/**
 * Splits a template of Kubernetes' JSONPath into its parts (https://kubernetes.io/docs/reference/kubectl/jsonpath/).
 * Fails for syntax that RFC 9535 does not have.
 */
export const convertTemplate = (template: string): Result.Result<ReadonlyArray<TemplatePart>, string> => {
  const parts: Array<TemplatePart> = []
  try {
    for (let at = 0; at < template.length; ) {
      const open = template.indexOf("{", at)
      const text = template.slice(at, open < 0 ? undefined : open)
      if (text !== "") parts.push({ text })
      if (open < 0) break
      const close = endOf(template, open + 1, "{", "}")
      parts.push(convertExpression(template.slice(open + 1, close)))
      at = close + 1
    }
    return Result.succeed(parts)
  } catch (error) {
    if (error instanceof Unsupported) return Result.fail(error.message)
    throw error
  }
}
