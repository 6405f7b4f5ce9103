import { RE2JS } from "re2js"

/** A regular expression that takes the value out of a text. */
export interface Pattern {
  readonly text: string
  /**
   * What the first group of the first match holds, or all of the match if there is no group; undefined if nothing
   * matches. Linear in the text.
   */
  readonly capture: (text: string) => string | undefined
}

/** A pattern in RE2's syntax (github.com/google/re2/wiki/Syntax). Throws an Error of one line. */
export const compilePattern = (text: string): Pattern => {
  const compiled = RE2JS.compile(text)
  const group = Math.min(1, compiled.groupCount())
  return {
    text,
    capture: (input) => {
      const matcher = compiled.matcher(input)
      return matcher.find() ? (matcher.group(group) ?? undefined) : undefined
    }
  }
}
