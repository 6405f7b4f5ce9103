import type { Json, JsonArray, JsonObject } from "./json.ts"

type Holder = JsonArray | JsonObject

/**
 * Matches every number that JavaScript would spell differently, and few others: a long one, an exponent, a fraction
 * that ends in zero or is below a millionth, a negative zero.
 */
const odd = /[[:,\s]-?(?:[0-9.]{16}|0\.000000|[0-9.]+(?:[eE][-+]?[0-9]+|\.[0-9]*0)[,\]}\s])|[[:,\s]-0[,\]}\s]/

/**
 * The numbers of a text that `String(number)` spells differently, by the array or object that holds them in the parsed
 * `root`. The text is known to be JSON. Without recursion, because a document may be nested deeper than the stack.
 */
export const spellings = (text: string, root: Json): ReadonlyMap<Holder, ReadonlyMap<string | number, string>> => {
  const found = new Map<Holder, Map<string | number, string>>()
  if (!odd.test(text)) return found

  const outer: Array<readonly [holder: Json | undefined, key: string | number]> = []
  let holder: Json | undefined
  let key: string | number = ""
  let isKey = false

  const open = (first: string | number) => {
    const child = outer.length === 0 ? root : childOf(holder, key)
    outer.push([holder, key])
    holder = child
    key = first
  }
  const note = (spelling: string) => {
    if (!isHolder(holder)) return
    const known = found.get(holder)
    if (String(Number(spelling)) === spelling) known?.delete(key)
    else if (known === undefined) found.set(holder, new Map([[key, spelling]]))
    else known.set(key, spelling)
  }

  for (let at = 0; at < text.length; at++) {
    const start = at
    switch (text.charCodeAt(at)) {
      case quote:
        at = closingQuote(text, at)
        if (isKey) key = unquoted(text.slice(start, at + 1))
        isKey = false
        break
      case openingBrace:
        open("")
        isKey = true
        break
      case openingBracket:
        open(0)
        isKey = false
        break
      case comma:
        if (typeof key === "number") key++
        else isKey = true
        break
      case closingBrace:
      case closingBracket:
        ;[holder, key] = outer.pop() ?? [undefined, ""]
        isKey = false
        break
      default:
        if (!isDigit(text.charCodeAt(at)) && text.charCodeAt(at) !== minus) break
        while (isNumeric(text.charCodeAt(at + 1))) at++
        note(text.slice(start, at + 1))
    }
  }
  return found
}

const [quote, openingBrace, closingBrace, openingBracket, closingBracket, comma, minus] = [
  0x22, 0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x2d
]

const isDigit = (code: number) => code >= 0x30 && code <= 0x39
/** A digit, or one of `+-.eE`. */
const isNumeric = (code: number) =>
  isDigit(code) || code === minus || code === 0x2b || code === 0x2e || code === 0x65 || code === 0x45

const isHolder = (value: Json | undefined): value is Holder => typeof value === "object" && value !== null

/** Undefined if the parsed document does not have the key: it drops the first of two equal keys. */
const childOf = (holder: Json | undefined, key: string | number): Json | undefined =>
  isHolder(holder) && Object.hasOwn(holder, key) ? (holder as JsonObject)[key] : undefined

const unquoted = (string: string): string => (string.includes("\\") ? JSON.parse(string) : string.slice(1, -1))

/** The next quote with an even number of backslashes before it. */
const closingQuote = (text: string, opening: number): number => {
  for (let end = text.indexOf('"', opening + 1); ; end = text.indexOf('"', end + 1)) {
    let before = end
    while (text[before - 1] === "\\") before--
    if ((end - before) % 2 === 0) return end
  }
}
