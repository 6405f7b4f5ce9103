const literals = new Set(["true", "false", "null", "and", "or", "not", "in"])

/** Words of other languages for operators. */
const operators: ReadonlyArray<readonly [form: RegExp, operator: string]> = [
  [/\s+and\s+/gi, " && "],
  [/\s+or\s+/gi, " || "],
  [/(^|[\s(])not\s+/gi, "$1!"],
  [/\s*===\s*/g, " == "],
  [/\s*!==\s*/g, " != "],
  [/\s*<>\s*/g, " != "],
  [/(?<![=!<>~\s])\s*=\s*(?![=~])/g, " == "]
]

/** The parts of a filter between its quoted strings, changed; the strings stay as they are. */
const outsideStrings = (text: string, change: (part: string) => string): string =>
  text
    .split(/('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/)
    .map((part, index) => (index % 2 === 0 ? change(part) : part))
    .join("")

/** A name without `@.`: a field of the item. Names of functions, and names within a path, stay. */
const withItem = (part: string): string =>
  part.replace(/(?<![\w.@$\])])[A-Za-z_]\w*(?![\w(])/g, (name) => (literals.has(name) ? name : `@.${name}`))

const search = (path: string, pattern: string): string =>
  `search(${/^[@$]/.test(path) ? path : `@.${path}`}, '${pattern.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}')`

/** `=~ /ab.*c/` and `contains 'ab'` as functions. */
const asFunction = (text: string): string =>
  text
    .replace(/([@$]?[\w.[\]]+)\s*=~\s*\/((?:[^/\\]|\\.)*)\/\w*/g, (_, path: string, pattern: string) =>
      search(path, pattern)
    )
    .replace(/([@$]?[\w.[\]]+)\s+contains\s+(["'])(\w*)\2/gi, (_, path: string, _quote, part: string) =>
      search(path, part)
    )

/** `@.x in ['a', 'b']` as comparisons. */
const asComparisons = (text: string): string =>
  text.replace(/([@$]?[\w.]+)\s+in\s+[[(]([^\])]*)[\])]/gi, (_, path: string, list: string) =>
    list
      .split(",")
      .map((item) => `${path} == ${item.trim()}`)
      .join(" || ")
  )

/**
 * A filter of JMESPath, jq, SQL or another dialect of JSONPath, in the form of RFC 9535. The result is not always a
 * filter.
 */
export const translatedFilter = (filter: string): string => {
  const quoted = filter.replace(/`"?([^`"]*)"?`/g, (_, text: string) =>
    /^(?:-?[0-9.]+|true|false|null)$/.test(text) ? text : `'${text}'`
  )
  return outsideStrings(asComparisons(asFunction(quoted)), (part) =>
    withItem(operators.reduce((text, [form, operator]) => text.replace(form, operator), part))
  ).trim()
}
