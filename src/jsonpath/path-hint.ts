import { quoted } from "../mapping/document/node.ts"

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

/**
 * The path with odd names in brackets and quotes, and with numbers in brackets: `a-b.0` becomes `['a-b'][0]`. Undefined
 * if that does not make it a path.
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
      const end = text.indexOf("]", at)
      if (end < 0) return undefined
      result += text.slice(at, end + 1) === "[]" ? "[*]" : text.slice(at, end + 1)
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
  return result
}

/** How to write the path that a text was probably meant to be; undefined if that is not clear. */
export const pathHint = (text: string): string | undefined => {
  const trimmed = text.trim()
  for (const [whose, form] of otherForms) {
    const [, inner] = form.exec(trimmed) ?? []
    if (inner === undefined) continue
    const path = (whose.startsWith("JSON P") ? inner.replaceAll("/", ".") : inner).trim()
    return `this is ${whose}; here it is ${path === "" ? "@" : (corrected(path) ?? path)}`
  }
  if (/\.(?:length|size|count)(?:\(\))?$|^length\(.*\)$/.test(trimmed)) {
    const list = trimmed
      .replace(/\.(?:length|size|count)(?:\(\))?$/, "")
      .replace(/^length\((?:@\.?|\$\.)?(.*)\)$/, "$1")
    return `a path has no functions; the number of items is { count: "${list}[*]" }`
  }
  if (/\[\?.*[^=!<>]=[^=~]/.test(trimmed)) return "a filter compares with =="
  const path = corrected(trimmed)
  if (path === undefined || path === trimmed) return undefined
  return path.includes("'")
    ? `a name with characters other than letters, digits and _ needs brackets and quotes: "${path}"`
    : `here it is ${path}`
}
