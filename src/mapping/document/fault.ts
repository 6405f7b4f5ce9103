import { textLocation } from "./text.ts"

const blank = /[ \t\n\r]*/y
const scalar = /true|false|null|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y
const notPlain = /["\\\u0000-\u001f]|$/g
const escaped = /\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4})/y

/**
 * Why a text that JSON.parse rejected is not JSON (RFC 8259), and where. The messages of JSON.parse quote the text,
 * which may hold secrets, and some of them lack the position.
 */
export const fault = (text: string): string => {
  let at = 0
  const take = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    if (!pattern.test(text)) return false
    at = pattern.lastIndex
    return true
  }
  const skip = (token: string): boolean => {
    const there = text[at] === token
    if (there) at++
    return there
  }
  const string = (): boolean => {
    if (!skip('"')) return false
    do {
      notPlain.lastIndex = at
      at = notPlain.exec(text)?.index ?? text.length
    } while (take(escaped))
    return skip('"')
  }
  /** What is wrong with the key; undefined after a key and its colon. */
  const keyFault = (): string | undefined => {
    if (text[at] !== '"') return here("expected a key")
    if (!string()) return here("invalid character in a string")
    take(blank)
    return skip(":") ? undefined : here("expected a colon")
  }
  const here = (what: string) => (at < text.length ? `${what} at ${textLocation(text, at)}` : "cut off")

  take(blank)
  if (at === text.length) return "empty"
  if (text[at] === "<") return "it starts like HTML or XML"
  /** The brackets that are open. */
  const open: Array<"[" | "{"> = []
  for (;;) {
    take(blank)
    if (text[at] === "[" || text[at] === "{") {
      const bracket = text[at] === "[" ? "[" : "{"
      at++
      take(blank)
      if (!skip(closing[bracket])) {
        open.push(bracket)
        const wrong = bracket === "{" ? keyFault() : undefined
        if (wrong !== undefined) return wrong
        continue
      }
    } else if (text[at] === '"') {
      if (!string()) return here("invalid character in a string")
    } else if (!take(scalar)) return here("expected a value")
    // a value has ended: close all arrays and objects that end after it
    for (;;) {
      take(blank)
      const bracket = open.at(-1)
      if (bracket === undefined) return here("text after the end")
      if (skip(",")) {
        take(blank)
        const wrong = bracket === "{" ? keyFault() : undefined
        if (wrong !== undefined) return wrong
        break
      }
      if (!skip(closing[bracket])) return here(`expected a comma or ${closing[bracket]}`)
      open.pop()
    }
  }
}

const closing = { "[": "]", "{": "}" } as const
