import * as Result from "effect/Result"

const quote = (name: string) => `'${name.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`

/**
 * Splits a GJSON path at each `.` or `|` outside of parentheses; `\` escapes the next character. `isPlain`: the part is
 * a key or an index, without wildcards, queries or modifiers.
 */
const split = (path: string): ReadonlyArray<{ readonly text: string; readonly isPlain: boolean }> => {
  const parts: Array<{ text: string; isPlain: boolean }> = [{ text: "", isPlain: true }]
  let depth = 0
  for (let at = 0; at < path.length; at++) {
    const part = parts.at(-1)
    const char = path.charAt(at)
    if (part === undefined) break
    if (char === "\\" && depth === 0) part.text += path.charAt(++at)
    else if (depth === 0 && (char === "." || char === "|")) parts.push({ text: "", isPlain: true })
    else {
      if (char === "(") depth++
      if (char === ")") depth--
      if (/[*?@#]/.test(char)) part.isPlain = false
      part.text += char
    }
  }
  return parts
}

/** Converts the query `#(state=="UP")#` to a filter. Without the last `#`, GJSON takes only the first match. */
const query = (text: string): string | undefined => {
  const [, key = "", operator = "", value = ""] =
    /^#\(\s*([\w.-]+)\s*(==|!=|<=|>=|<|>)\s*("(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?|true|false)\s*\)#?$/.exec(text) ?? []
  if (key === "") return undefined
  const path = key
    .split(".")
    .map((name) => `[${quote(name)}]`)
    .join("")
  const literal = value.startsWith('"') ? quote(value.slice(1, -1).replace(/\\(.)/g, "$1")) : value
  return `[?@${path} ${operator} ${literal}]`
}

/** A GJSON path, converted to the syntax of RFC 9535. */
export interface GjsonPath {
  readonly path: string
  /** The last key: Telegraf's name for the field. */
  readonly name: string
  /** Whether the value is the length of a list, as with `list.#`. */
  readonly isCount: boolean
  /** Whether GJSON takes the first of several, as with `list.#(name=="x")`. */
  readonly isFirst: boolean
  readonly isSingular: boolean
}

/**
 * Converts a path of GJSON (https://github.com/tidwall/gjson/blob/master/SYNTAX.md). Fails for syntax without a
 * counterpart.
 */
export const convertGjson = (given: string): Result.Result<GjsonPath, string> => {
  if (given === "" || given === "@this")
    return Result.succeed({ path: "@", name: "", isCount: false, isFirst: false, isSingular: true })
  const parts = split(given)
  let path = ""
  let name = ""
  let isSingular = true
  let isFirst = true
  const isCount = parts.length > 1 && parts.at(-1)?.text === "#" && parts.at(-1)?.isPlain === false
  for (const { text, isPlain } of parts) {
    if (isPlain && /^\d+$/.test(text)) path += `[${text}]`
    else if (isPlain) {
      name = text
      path += /^[A-Za-z_]\w*$/.test(text) ? `.${text}` : `[${quote(text)}]`
    } else {
      const selector = text === "#" || text === "*" ? "[*]" : query(text)
      if (selector === undefined) return Result.fail(`${text} in ${given}`)
      path += selector
      isFirst &&= text.endsWith(")")
      isSingular = false
    }
  }
  const relative = /^\.[A-Za-z_]/.test(path) ? path.slice(1) : path.startsWith("['") ? path : `@${path}`
  return Result.succeed({ path: relative, name, isCount, isFirst: isFirst && !isSingular, isSingular })
}
