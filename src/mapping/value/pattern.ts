import { RE2JS } from "re2js"

/** A regular expression that takes the value out of a text. */
export interface Pattern {
  readonly text: string
  /** What the first group of the first match holds; undefined where nothing matches. Linear in the text. */
  readonly capture: (text: string) => string | undefined
}

/** A pattern in RE2's syntax (github.com/google/re2/wiki/Syntax). Throws an Error of one line. */
export const compilePattern = (text: string): Pattern => {
  const compiled = RE2JS.compile(text)
  if (compiled.groupCount() === 0)
    throw new Error("it has no group: put the number in parentheses, as in ([0-9.]+) Mbps")
  return {
    text,
    capture: (input) => {
      const matcher = compiled.matcher(input)
      return matcher.find() ? (matcher.group(1) ?? undefined) : undefined
    }
  }
}
