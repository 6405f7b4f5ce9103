import { inBaseUnit } from "../mapping/base-unit.ts"
import { isPlural, plural, singular } from "./words.ts"

/** Reserved prefixes, and prefixes with a meaning in Prometheus. */
const taken = ["poll", "poller", "polls", "process", "nodejs", "scrape", "upstream"]

/** A name begins with a lower-case letter. */
const first = /^[a-z]/

/** The prefix of all metric names of an API. */
export const prefixWords = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [word = ""] = words
  return taken.includes(word) || !first.test(word) ? ["api", ...words] : words
}

/** Names of metric types, which promlint rejects in metric names. */
const typeWords = /^(?:counter|gauge|gaugehistogram|histogram|summary)$/

/** Whether lint would read the word as a unit that the metric does not have. */
const isRefused = (word: string, at: number) => inBaseUnit(at === 0 ? word : `of_${word}`) !== undefined

const periods: ReadonlyMap<string, string> = new Map([
  ...["s", "sec", "secs", "seconds"].map((word) => [word, "second"] as const),
  ...["m", "min", "mins", "minutes"].map((word) => [word, "minute"] as const),
  ...["h", "hr", "hours"].map((word) => [word, "hour"] as const),
  ...["d", "days"].map((word) => [word, "day"] as const)
])

/** Rewrites words that lint would read as units: `blocked_hours` becomes `blocked_hour`, and `phase_b` `phaseb`. */
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

/** Before `count`, these words do not name what is counted. */
const notCounted = /^(?:total|max|min|current|last|item|value|active|inactive|open|pending|used|free)$|\d$/

/**
 * Replaces suffixes that a gauge must not have. `own`: the number of words from the last key; `of`: from the whole
 * field.
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
      // memory_total becomes total_memory
      return of < 2 ? [...words, "value"] : [...words.slice(0, -2), "total", before]
    default:
      return words
  }
}

/** Removes repeated words and repeated groups of words, but keeps numbers. */
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

/** The parts of a metric name. */
export interface NameRequest {
  /** Alternatives for the words after the prefix, best first. In each, the last word is the most specific. */
  readonly words: ReadonlyArray<ReadonlyArray<string>>
  /** How many words come from the last key (`own`) and from the whole field (`of`). */
  readonly own: number
  readonly of: number
  readonly type: "gauge" | "counter" | "info" | "stateset"
  /** The base unit at the end of the name. */
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

/**
 * Returns the function that makes unique names. In OpenMetrics, two names that differ only in `_total` or `_info` are
 * the same family.
 */
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

/** Label names with a meaning in Prometheus or in a metric type. */
const reserved = new Set(["le", "quantile", "job", "instance", "target"])

/** The first label name that is free, or else the last one with a number. */
export const labelName = (wanted: ReadonlyArray<string>, takenNames: ReadonlySet<string>): string => {
  const named = wanted.map((name) => (name === "" ? "value" : name))
  const allowed = named.map((name) => (reserved.has(name) ? `${name}_name` : first.test(name) ? name : `of_${name}`))
  const free = allowed.find((name) => !takenNames.has(name))
  if (free !== undefined) return free
  const last = allowed.at(-1) ?? "index"
  for (let number = 2; ; number++) if (!takenNames.has(`${last}_${number}`)) return `${last}_${number}`
}
