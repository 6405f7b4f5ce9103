import { RE2JS } from "re2js"

const quantified = String.raw`(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})?`
const category = String.raw`\\[pP]\{(?:L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|Z[lps]?|S[ckmo]?|C[cfno]?)\}`
const escaped = String.raw`\\[()*+\-.?[\\\]^nrt{|}]`
const inClass = String.raw`[^\[\]\\\-\u{D800}-\u{DFFF}]`
const classCharacter = `(?:${inClass}|${escaped})`
const classPart = `(?:${category}|${classCharacter}(?:-${classCharacter})?)`
const character = String.raw`[^()*+.?[\\\]{|}\u{D800}-\u{DFFF}]`

/** One token of RFC 9485, section 3: a dot, another atom, a parenthesis or a bar. */
const step = new RegExp(
  `(?<dot>\\.)(?<often>${quantified})|(?:${character}|${category}|${escaped}|\\[\\^?(?:-|${classPart})${classPart}*-?\\])${quantified}|(?<open>\\()|(?<close>\\))${quantified}|\\|`,
  "uy"
)

/** The pattern for RE2, or undefined if RFC 9485 does not allow it. The dot does not match line ends (section 5.3). */
const translate = (pattern: string): string | undefined => {
  const parts: Array<string> = []
  let depth = 0
  step.lastIndex = 0
  while (step.lastIndex < pattern.length) {
    const match = step.exec(pattern)
    if (match === null) return undefined
    const { dot, often, open, close } = match.groups ?? {}
    if (open !== undefined) depth++
    if (close !== undefined && --depth < 0) return undefined
    parts.push(dot === undefined ? match[0] : `[^\\n\\r]${often}`)
  }
  return depth === 0 ? parts.join("") : undefined
}

/**
 * Compiles an I-Regexp (RFC 9485) that matches a whole text or, if `whole` is false, a part of it. Matching takes
 * linear time. Undefined if the pattern is not an I-Regexp: `\d`, `(?i)`, lookarounds.
 */
export const matcher = (pattern: string, whole: boolean): ((text: string) => boolean) | undefined => {
  const translated = translate(pattern)
  if (translated === undefined) return undefined
  try {
    const compiled = RE2JS.compile(translated)
    return whole ? (text) => compiled.testExact(text) : (text) => compiled.test(text)
  } catch {
    return undefined
  }
}
