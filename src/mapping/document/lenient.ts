import * as Result from "effect/Result"
import { textLocation } from "./text.ts"

/** White space and comments of JSON5. */
const blank = /(?:[\s\ufeff]+|\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/)*/y
/** What some servers send before JSON, so that a browser cannot run it as a script. */
const antiXssi = /\)\]\}'?,?|(?:while ?\((?:1|true)\)|for ?\(;;\)) ?;?|\{\} ?&&|throw 1; ?<[^<>\n]*>|&&&START&&&/y
/** The call of JSONP. */
const jsonp = /[A-Za-z_$][\w$.]*[ \t]*\(/y
const plainString = { '"': /[^"\\\n\r]*/y, "'": /[^'\\\n\r]*/y }
const escapeSequence = /\\(?:u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})|(\r\n|[\n\r\u2028\u2029])|([\s\S]))/y
const identifier = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy
const digitKey = /[0-9]+/y
const decimal = /[+-]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?(?![\w.#])/y
const hexadecimal = /([+-]?)(0[xX][0-9A-Fa-f]+)(?!\w)/y
/** How JavaScript, Python, C and Visual C++ write NaN and infinity. */
const notANumber = /[+-]?(?:nan(?:\([\w]*\))?|inf(?:inity)?|[0-9]\.#(?:INF|IND|QNAN|SNAN)[0-9]*)(?![\w.])/iy

const literals: Readonly<Record<string, string>> = {
  true: "true",
  True: "true",
  false: "false",
  False: "false",
  null: "null",
  None: "null",
  undefined: "null"
}

const characters: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v", "0": "\0" }

/** A number of JSON5 as JSON spells it, with the same digits. */
const asJson = (number: string): string =>
  number
    .replace(/^\+/, "")
    .replace(/^(-?)\./, "$10.")
    .replace(/\.(?=[eE]|$)/, "")

class Fault extends Error {}

/**
 * Converts JSON5 and literals of Python to JSON, also behind a JSONP call or an anti-XSSI prefix. NaN and infinity
 * become null; decimal numbers keep their digits. Fails with a few words that name the position and quote nothing.
 */
export const lenientToJson = (text: string): Result.Result<string, string> => {
  const out: Array<string> = []
  let at = 0

  const fail = (what: string): never => {
    throw new Fault(at < text.length ? `${what} at ${textLocation(text, at)}` : "cut off")
  }
  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at
    const found = pattern.exec(text) ?? undefined
    if (found !== undefined) at = pattern.lastIndex
    return found
  }
  const skip = (token: string): boolean => {
    match(blank)
    const isThere = text.startsWith(token, at)
    if (isThere) at += token.length
    return isThere
  }

  const string = (quote: '"' | "'"): string => {
    at++
    let value = ""
    for (;;) {
      value += match(plainString[quote])?.[0] ?? ""
      if (text[at] === quote) break
      const found = text[at] === "\\" ? match(escapeSequence) : undefined
      if (found === undefined) return fail("invalid character in a string")
      const [, unicode, hex, lineEnd, other = ""] = found
      const code = unicode ?? hex
      if (code !== undefined) value += String.fromCharCode(Number.parseInt(code, 16))
      else if (lineEnd === undefined) value += characters[other] ?? other
    }
    at++
    return JSON.stringify(value)
  }

  const isQuote = (character: string | undefined): character is '"' | "'" => character === '"' || character === "'"

  const key = () => {
    match(blank)
    const next = text[at]
    const name = isQuote(next)
      ? string(next)
      : JSON.stringify((match(identifier) ?? match(digitKey) ?? fail("expected a key"))[0])
    if (!skip(":")) fail("expected a colon")
    out.push(name, ":")
  }

  const scalar = (): string => {
    const next = text[at]
    if (isQuote(next)) return string(next)
    if (match(notANumber) !== undefined) return "null"
    const hex = match(hexadecimal)
    if (hex !== undefined) return `${hex[1] === "-" ? "-" : ""}${BigInt(hex[2] ?? "")}`
    const number = match(decimal)
    if (number !== undefined) return asJson(number[0])
    const start = at
    const word = match(identifier)?.[0] ?? ""
    const literal = Object.hasOwn(literals, word) ? literals[word] : undefined
    if (literal === undefined) at = start
    return literal ?? fail("expected a value")
  }

  /** The root, without recursion: a document may be nested deeper than the stack. */
  const value = () => {
    const open: Array<"]" | "}"> = []
    for (;;) {
      match(blank)
      const opening = text[at]
      if (opening === "[" || opening === "{") {
        const closing = opening === "[" ? "]" : "}"
        at++
        out.push(opening)
        if (!skip(closing)) {
          open.push(closing)
          if (closing === "}") key()
          continue
        }
        out.push(closing)
      } else out.push(scalar())
      // a value has ended: close all arrays and objects that end after it
      for (;;) {
        const closing = open.at(-1)
        if (closing === undefined) return
        const isComma = skip(",")
        const isEnd = skip(closing)
        if (isComma && !isEnd) {
          out.push(",")
          if (closing === "}") key()
          break
        }
        if (!isEnd) fail(`expected a comma or ${closing}`)
        out.push(closing)
        open.pop()
      }
    }
  }

  try {
    match(blank)
    match(antiXssi)
    match(blank)
    if (at === text.length) return Result.fail("empty")
    const isCall = match(jsonp) !== undefined
    value()
    if (isCall && !skip(")")) fail("expected )")
    if (isCall) skip(";")
    match(blank)
    return at < text.length ? fail("text after the end") : Result.succeed(out.join(""))
  } catch (error) {
    if (error instanceof Fault) return Result.fail(error.message)
    throw error
  }
}
