import { RE2JS } from "re2js"

/** A regular expression that extracts a value from a text. */
export interface Pattern {
  readonly text: string
  /**
   * The text of the first group in the first match, or the whole match if there is no group; undefined if nothing
   * matches. Takes linear time.
   */
  readonly capture: (text: string) => string | undefined
}

/** Compiles RE2's syntax (github.com/google/re2/wiki/Syntax). Throws an Error of one line. */
export const compileRe2 = (text: string): RE2JS => {
  const [lookaround] = /\(\?<?[=!]/.exec(text) ?? []
  try {
    return RE2JS.compile(text)
  } catch (error) {
    if (lookaround === undefined) throw error
    throw new Error(`RE2 has no ${lookaround}: put what is wanted into a group, as in "now ([0-9]+)"`)
  }
}

/** A pattern in RE2's syntax. Throws an Error of one line. */
export const compilePattern = (text: string): Pattern => {
  const compiled = compileRe2(text)
  const group = Math.min(1, compiled.groupCount())
  return {
    text,
    capture: (input) => {
      const matcher = compiled.matcher(input)
      return matcher.find() ? (matcher.group(group) ?? undefined) : undefined
    }
  }
}
