import { inBaseUnit } from "../mapping/base-unit.ts"
import { isPlural, plural, singular } from "./words.ts"

/** Names that are reserved, or have a meaning in Prometheus. */
const taken = ["poll", "poller", "polls", "process", "nodejs", "scrape", "upstream"]

/** A word that a name may begin with. */
const first = /^[a-z]/

/** The words that all names of an API begin with. */
export const prefixWords = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [word = ""] = words
  return taken.includes(word) || !first.test(word) ? ["api", ...words] : words
}

/** Words that would say which type a metric has (promlint). */
const typeWords = /^(?:counter|gauge|gaugehistogram|histogram|summary)$/

/** A word that the lint takes for a unit which the metric does not have. */
const isRefused = (word: string, at: number) => inBaseUnit(at === 0 ? word : `of_${word}`) !== undefined

const periods: ReadonlyMap<string, string> = new Map([
  ...["s", "sec", "secs", "seconds"].map((word) => [word, "second"] as const),
  ...["m", "min", "mins", "minutes"].map((word) => [word, "minute"] as const),
  ...["h", "hr", "hours"].map((word) => [word, "hour"] as const),
  ...["d", "days"].map((word) => [word, "day"] as const)
])

/** `blocked_hours` in the singular, `phase_b` as one word: no letter is lost, and nothing is taken for a unit. */
const withoutOddUnits = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const result: Array<string> = []
  for (const [index, given] of words.entries()) {
    const spelled = (words[index - 1] === "per" ? periods.get(given) : undefined) ?? given
    const single = singular(spelled)
    let word = isRefused(spelled, result.length) && !isRefused(single, result.length) ? single : spelled
    while (isRefused(word, result.length)) word = result.length > 0 ? `${result.pop()}${word}` : `of${word}`
    result.push(word)
  }
  return result
}

/** Words before `count` that do not say what is counted. */
const notCounted = /^(?:total|max|min|current|last|item|value|active|inactive|open|pending|used|free)$|\d$/

/**
 * What a gauge's name must not end in, with what to say instead; `own`: how many words are those of the last key, `of`:
 * of the field.
 */
const ending = (words: ReadonlyArray<string>, own: number, of: number): ReadonlyArray<string> => {
  const [last = "", before = ""] = [words.at(-1), words.at(-2)]
  const rest = words.slice(0, -1)
  switch (last) {
    case "count":
      if (isPlural(before)) return rest
      if (own < 2 || notCounted.test(before)) return [...rest, "number"]
      return [...rest.slice(0, -1), plural(before)]
    case "sum":
      return [...rest, "summed"]
    case "bucket":
    case "info":
      return [...rest, plural(last)]
    case "total":
      // memory_total is the total memory
      return of < 2 ? [...words, "value"] : [...words.slice(0, -2), "total", before]
    default:
      return words
  }
}

/** Without words that are said twice in a row, alone or several together; numbers are no words. */
const withoutRepeats = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const repeated = words.findIndex(
    (word, at) => at > 0 && words[at - 1] !== word && singular(words[at - 1] ?? "") === word
  )
  if (repeated > 0) return withoutRepeats(words.toSpliced(repeated - 1, 1))
  for (let size = Math.min(6, Math.floor(words.length / 2)); size > 0; size--) {
    for (let at = 0; at + 2 * size <= words.length; at++) {
      const said = words.slice(at, at + size)
      if (said.every((word, index) => word === words[at + size + index] && !/^\d+$/.test(word)))
        return withoutRepeats(words.toSpliced(at, size))
    }
  }
  return words
}

/** What a metric is called. */
export interface NameRequest {
  /** Words after the prefix, the preferred first; the last is the most specific. */
  readonly words: ReadonlyArray<ReadonlyArray<string>>
  /** How many of the last words are those of the last key, and of the field. */
  readonly own: number
  readonly of: number
  readonly type: "gauge" | "counter" | "info" | "stateset"
  /** The base unit that it ends in. */
  readonly base: string | undefined
}

const suffix = { gauge: "", stateset: "", counter: "_total", info: "_info" } as const

/** The name without its suffix. */
const stemOf = (
  prefix: ReadonlyArray<string>,
  words: ReadonlyArray<string>,
  { own, of, type, base }: NameRequest
): string => {
  const unit = base?.split("_") ?? []
  const said = words.slice(-unit.length).join("_") === base ? words.slice(0, -unit.length) : words
  const untyped = (words: ReadonlyArray<string>, from: number) =>
    words.map((word, at) => (at >= from && typeWords.test(word) ? plural(word) : word))
  const plain = untyped(said, 0)
  const allowed = base === undefined && (type === "gauge" || type === "stateset") ? ending(plain, own, of) : plain
  const last = base === undefined && allowed.length === 0 && type !== "info" ? ["value"] : allowed
  const full = withoutOddUnits(withoutRepeats([...untyped(prefix, 1), ...last]))
  const end =
    base === undefined && type !== "info" && /^(?:count|sum|bucket|info|total)$/.test(full.at(-1) ?? "")
      ? ["value"]
      : []
  return [...full, ...end, ...unit].join("_")
}

/** Gives names out, each once. Two that only differ in `_total` or `_info` are one family to OpenMetrics. */
export const nameGiver = (prefix: ReadonlyArray<string>): ((request: NameRequest) => string) => {
  const given = new Set<string>()
  return (request) => {
    const stems = request.words.map((words) => stemOf(prefix, words, request))
    const [longest = ""] = stems.slice(-1)
    const unit = request.base === undefined ? "" : `_${request.base}`
    const other = (number: number) =>
      `${longest.slice(0, longest.length - unit.length)}_other${number === 1 ? "" : number}${unit}`
    let stem = stems.find((stem) => !given.has(stem))
    for (let number = 1; stem === undefined; number++) if (!given.has(other(number))) stem = other(number)
    given.add(stem)
    return `${stem}${suffix[request.type]}`
  }
}

/** Label names that Prometheus or a metric's type gives a meaning. */
const reserved = new Set(["le", "quantile", "job", "instance", "target"])

/** The first of these label names that is not taken, or the last with a number. */
export const labelName = (wanted: ReadonlyArray<string>, takenNames: ReadonlySet<string>): string => {
  const named = wanted.map((name) => (name === "" ? "value" : name))
  const allowed = named.map((name) => (reserved.has(name) ? `${name}_name` : first.test(name) ? name : `of_${name}`))
  const free = allowed.find((name) => !takenNames.has(name))
  if (free !== undefined) return free
  const last = allowed.at(-1) ?? "index"
  for (let number = 2; ; number++) if (!takenNames.has(`${last}_${number}`)) return `${last}_${number}`
}
