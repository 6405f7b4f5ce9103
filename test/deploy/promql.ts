const keywords = new Set([
  "and",
  "or",
  "unless",
  "by",
  "without",
  "on",
  "ignoring",
  "group_left",
  "group_right",
  "bool"
])

/** The metric names in a PromQL expression: its words without strings, matchers, ranges, labels, functions, keywords. */
export const metricsIn = (expression: string): ReadonlyArray<string> => {
  const bare = expression
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, "")
    .replaceAll(/\{[^}]*\}/g, "")
    .replaceAll(/\[[^\]]*\]/g, "")
    .replaceAll(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, "")
  const words = bare.matchAll(/\b([a-zA-Z_][a-zA-Z0-9_]*)\b(?!\s*\()/g)
  return [...new Set(Array.from(words, ([word]) => word).filter((word) => !keywords.has(word)))]
}
