import { quoted } from "../mapping/document/node.ts"
import { translatedFilter } from "./filter-hint.ts"
import { parseQuery } from "./grammar.ts"

/** How other programs write a path. The group of a pattern is the path without what poller does not need. */
const otherForms: ReadonlyArray<readonly [whose: string, form: RegExp]> = [
  ["a template's form", /^\{\{\s*\.?([^{}]+?)\s*\}\}$/],
  ["json_exporter's form", /^\{\s*\$?\.?([^{}]*?)\s*\}$/],
  ["jq's form", /^\.(?!\.)(.*)$/],
  ["JSON Pointer's form", /^\/([\w-]+(?:\/[\w-]+)*)$/]
]

const name = /[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*/y
/** A name with characters that are only allowed in brackets and quotes. It ends at the next dot or bracket. */
const oddName = /[\w\u0080-\uffff$#%&+~^:;!|\\/-]+(?: [\w-]+)*/y

const isPath = (text: string): boolean => {
  try {
    parseQuery(text, true)
    return true
  } catch {
    return false
  }
}

/** The end of a part in brackets, which may have brackets and strings in it. */
const closing = (text: string, start: number): number => {
  let depth = 0
  let quote = ""
  for (let at = start; at < text.length; at++) {
    const sign = text[at] ?? ""
    if (quote !== "") {
      if (sign === "\\") at++
      else if (sign === quote) quote = ""
    } else if (sign === "'" || sign === '"') quote = sign
    else if (sign === "[" || sign === "(") depth++
    else if ((sign === "]" || sign === ")") && --depth === 0) return at
  }
  return -1
}

/**
 * The path with odd names in brackets and quotes, with numbers in brackets, and with filters as in RFC 9535: `a-b.0`
 * becomes `['a-b'][0]`. Undefined if that does not make it a path.
 */
const corrected = (text: string): string | undefined => {
  let at = 0
  let result = ""
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    at += found?.length ?? 0
    return found
  }
  if (text[0] === "$" || text[0] === "@") result += text[at++]
  while (at < text.length) {
    if (text[at] === "[") {
      const end = closing(text, at)
      if (end < 0) return undefined
      const inner = text.slice(at + 1, end).trim()
      if (inner === "") result += "[*]"
      else result += inner.startsWith("?") ? `[?${translatedFilter(inner.slice(1))}]` : `[${inner}]`
      at = end + 1
      continue
    }
    const dot = take(/\.\.?|(?=[^.[])/y)
    if (dot === undefined) return undefined
    if (text[at] === "*" || dot === "..") {
      const word = text[at] === "*" ? text[at++] : take(name)
      if (word === undefined) return undefined
      result += `${dot}${word}`
      continue
    }
    // #(id=="a") of GJSON finds the first item, #(id=="a")# all of them
    if (text.startsWith("#(", at)) {
      const end = closing(text, at + 1)
      if (end < 0) return undefined
      result += `[?${translatedFilter(text.slice(at + 2, end))}]`
      at = text[end + 1] === "#" ? end + 2 : end + 1
      continue
    }
    const start = at
    const plain = take(name)
    if (plain !== undefined && (at === text.length || text[at] === "." || text[at] === "[")) {
      result += result === "" ? plain : `.${plain}`
      continue
    }
    at = start
    const odd = take(oddName)
    if (odd === undefined || (at < text.length && text[at] !== "." && text[at] !== "[")) return undefined
    if (/^[0-9]+$/.test(odd)) result += `[${odd}]`
    else if (odd === "#") result += "[*]"
    else result += quoted(odd)
  }
  return isPath(result) ? result : undefined
}

/** The text if it is a path, or the corrected path. */
const meant = (text: string): string | undefined => (isPath(text) ? text : corrected(text))

/** The steps of jq that have a counterpart. `path` is what stands before the `|`. */
const jqSteps: ReadonlyArray<readonly [step: RegExp, hint: (path: string, argument: string) => string | undefined]> = [
  [/^(?:length|count)$/, (path) => `the number of items is { count: "${path.replace(/\[\*\]$/, "")}[*]" }`],
  [
    /^(?:tonumber|tostring|values|@text)$/,
    (path) => `here it is ${path}: a string that reads as a number needs no conversion`
  ],
  [
    /^(?:to_entries|keys|keys_unsorted)(?:\s*\|?\s*\.?\[\])?(?:\s*\|.*)?$/,
    (path) => `the rows are ${path}.*, and the key of each is the label { key: 0 }`
  ],
  [
    /^select\((.*)\)(?:\s*\|\s*\.([\w.]+))?$/,
    (path, argument) => {
      const [, test = "", rest] = /^select\((.*)\)(?:\s*\|\s*\.([\w.]+))?$/.exec(argument) ?? []
      const filter = translatedFilter(test.replace(/(?<![\w@)\]])\.(?=\w)/g, "@."))
      const found = `${path.replace(/\[\*\]$/, "")}[?${filter}]${rest === undefined ? "" : `.${rest}`}`
      return isPath(found) ? `here it is ${found}` : undefined
    }
  ],
  [
    /^\.[\w.[\]]+$/,
    (path, step) => {
      const found = meant(`${path}${step}`)
      return found === undefined ? undefined : `here it is ${found}`
    }
  ],
  [/^(?:add|min|max|first|last)$/, (path, step) => `here it is { ${step === "add" ? "sum" : step}: "${path}" }`]
]

/** Where the first `|` outside brackets and parentheses is; -1 if there is none. */
const barOf = (text: string): number => {
  for (let at = 0; at >= 0 && at < text.length; at++) {
    if (text[at] === "|") return at
    if (text[at] === "[" || text[at] === "(") {
      at = closing(text, at)
      if (at < 0) return -1
    }
  }
  return -1
}

const pipeHint = (text: string): string | undefined => {
  const bar = barOf(text)
  if (bar < 0) return undefined
  const path = meant(text.slice(0, bar).trim().replace(/^\./, "") || "@")
  const step = text.slice(bar + 1).trim()
  const index = /^\[(\d+)\]$/.exec(step)?.[1]
  if (path !== undefined && index !== undefined) return `a path has no |; the first is { first: "${path}" }`
  for (const [form, hint] of jqSteps) {
    const found = path !== undefined && form.test(step) ? hint(path, step) : undefined
    if (found !== undefined) return found
  }
  return "a path has no |: it only finds values; see units, parse, map and calc for what is made of them"
}

/** What a path cannot say, and what says it. */
const elsewhere: ReadonlyArray<readonly [form: RegExp, hint: string]> = [
  [/~$|@(?:property|key|path)\b/, "the key of a row is not in a path: it is the label { key: 0 }, in a filter key(@)"],
  [
    /(?:^|\.)\^|@parent\b|(?:^|\/)\.\.(?:\/|$)/,
    "a path does not go up: take the label in the labels_from of the outer each, or start at the document with $"
  ]
]

const aggregateOf = (text: string): string | undefined => {
  const [, name = "", inner = ""] = /^(sum|min|max|count|first|last)\((.+)\)$/.exec(text) ?? []
  const path = inner === "" ? undefined : meant(inner.trim())
  return path === undefined ? undefined : `a path has no functions; this is { ${name}: "${path}" }`
}

const isSum = (text: string): boolean => /[\w\])]\s+[-+*/]\s+[\w$@([]|[\w\])][*/+][\w$@([]/.test(text)

/** How to write the path that a text was probably meant to be; undefined if that is not clear. */
export const pathHint = (text: string): string | undefined => {
  const trimmed = text.trim()
  if (/^\{\{?-?\s*range\b/.test(trimmed)) return "a path has no range: rows are an each"
  for (const [whose, form] of otherForms) {
    const [, inner] = form.exec(trimmed) ?? []
    if (inner === undefined) continue
    const path = (whose.startsWith("JSON P") ? inner.replaceAll("/", ".") : inner).trim()
    const found = path === "" ? "@" : barOf(path) < 0 ? meant(path) : undefined
    const rest = found === undefined ? pathHint(path) : `here it is ${found}`
    return rest === undefined ? `this is ${whose}` : `this is ${whose}; ${rest}`
  }
  const other = elsewhere.find(([form]) => form.test(trimmed))?.[1] ?? pipeHint(trimmed)
  if (other !== undefined) return other
  if (/\.(?:length|size|count)(?:\(\))?$|^length\(.*\)$/.test(trimmed)) {
    const list = trimmed
      .replace(/\.(?:length|size|count)(?:\(\))?$/, "")
      .replace(/^length\((?:@\.?|\$\.)?(.*)\)$/, "$1")
    return `a path has no functions; the number of items is { count: "${list}[*]" }`
  }
  const aggregate = aggregateOf(trimmed)
  if (aggregate !== undefined) return aggregate
  const path = corrected(trimmed)
  if (path === undefined || path === trimmed)
    return !/[?'"]/.test(trimmed) && isSum(trimmed)
      ? `a path has no arithmetic; this is { calc: "${trimmed}" }`
      : undefined
  if (!path.includes("'") || path.includes("?")) return `here it is ${path}`
  const sum = /^[\w.]+[*/+][\w.]+$/.test(trimmed) ? `; as arithmetic it is { calc: "${trimmed}" }` : ""
  return `a name with characters other than letters, digits and _ needs brackets and quotes: "${path}"${sum}`
}
