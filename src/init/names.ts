import { plural } from "./words.ts"

/** Names that nobody else may have, or that mean something to those who come after. */
const taken = ["poll", "poller", "process", "nodejs", "scrape", "upstream"]

/** A word that a name may begin with. */
const first = /^[a-z]/

/** The words that all names of an API begin with. */
export const prefixWords = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [word = ""] = words
  return taken.includes(word) || !first.test(word) ? ["api", ...words] : words
}

/** What a name ends in tells what it is: a counter's total, an info; the others are those of a histogram's series. */
const endings: Readonly<Record<string, string | undefined>> = {
  total: "counter",
  info: "info",
  count: "histogram",
  sum: "histogram",
  bucket: "histogram"
}
const typeWords = /^(?:counter|gauge|gaugehistogram|histogram|summary)$/

/** The words as a name may have them that is of this type. */
const legal = (words: ReadonlyArray<string>, type: string): ReadonlyArray<string> => {
  const plain = words.map((word, at) => (at > 0 && typeWords.test(word) ? plural(word) : word))
  const [last = ""] = plain.slice(-1)
  return Object.hasOwn(endings, last) && endings[last] !== type ? [...plain, "value"] : plain
}

/** Gives names out, each once. Two that only differ in `_total` or `_info` are one family to OpenMetrics. */
export const nameGiver = (): ((words: ReadonlyArray<string>, type: string) => string) => {
  const given = new Set<string>()
  return (words, type) => {
    const once = words.filter((word, at) => word !== words[at - 1])
    const name = legal(once, type).join("_")
    const [, stem = name, ending = ""] = /^(.*?)(_total|_info)?$/.exec(name) ?? []
    let unique = stem
    for (let number = 2; given.has(unique); number++) unique = `${stem}_${number}`
    given.add(unique)
    return `${unique}${ending}`
  }
}

/** The first of these label names that is not taken, or the last with a number. */
export const labelName = (wanted: ReadonlyArray<string>, takenNames: ReadonlySet<string>): string => {
  const named = wanted.map((name) => (name === "" ? "value" : name))
  const allowed = named.map((name) => (first.test(name) && name !== "le" && name !== "quantile" ? name : `of_${name}`))
  const free = allowed.find((name) => !takenNames.has(name))
  if (free !== undefined) return free
  const last = allowed.at(-1) ?? "index"
  for (let number = 2; ; number++) if (!takenNames.has(`${last}_${number}`)) return `${last}_${number}`
}
