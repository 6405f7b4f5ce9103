import { type Unit, unitsInAnyCase, unitsNamed } from "../mapping/value/unit.ts"
import {
  abbreviations,
  alone,
  foreign,
  isQualifier,
  isTemperature,
  isTime,
  letters,
  multiples,
  opensWindow
} from "./unit-words.ts"

/** A unit that the document states. */
export interface StatedUnit {
  /** The value of `unit:`; undefined for a base unit, which needs no conversion. */
  readonly unit: string | undefined
  /** The base unit at the end of the metric name. */
  readonly base: string
}

/** The words of a key without its unit, and that unit. */
export interface KeyUnit {
  readonly words: ReadonlyArray<string>
  readonly unit: string | undefined
  /** Undefined if the number is not converted, because the unit is not a multiple of a base unit. */
  readonly base: string | undefined
  readonly note?: string | undefined
}

const isBase = ({ conversion: { multiply, add, divide } }: Unit) => multiply === divide && add === 0n

/** Unambiguous spellings of units. */
const clearer: ReadonlyMap<string, string> = new Map([
  ["m", "minutes"],
  ["h", "hours"],
  ["d", "days"],
  ["w", "weeks"],
  ["millis", "ms"],
  ["micros", "us"],
  ["nanos", "ns"],
  ["µs", "us"]
])

const stated = (unit: Unit): StatedUnit => {
  const name = unit.base === "seconds" ? (clearer.get(unit.name) ?? unit.name) : unit.name
  return { unit: isBase(unit) ? undefined : name, base: unit.base }
}

/** Units that a word may mean. Its own case is tried first, since `mbps` are bits and `MBps` bytes. */
const unitsOf = (word: string) => (unitsNamed(word).length > 0 ? unitsNamed(word) : unitsInAnyCase(word))

/** The unit, if there is only one; `mw` may be a milliwatt or a megawatt. */
const only = (units: ReadonlyArray<Unit>): Unit | undefined => {
  const bases = units.filter(({ base }) => base !== "kelvin")
  return bases.length === 1 ? bases[0] : undefined
}

const isUnitAt = (words: ReadonlyArray<string>, at: number): boolean => {
  const word = words[at] ?? ""
  // min means minimum, except after "in"
  if (word === "min" && words[at - 1] === "in" && at > 1) return true
  if (!multiples.has(word) || words.includes("per")) return false
  if (words.length === 1) return alone.has(word)
  if (/^[mg]b$/.test(word) && words.some((other) => /^(?:pressure|baro|barometer)$/.test(other))) return false
  if (abbreviations.has(word)) return words.slice(at + 1).every(isQualifier)
  return !isTime(word) || !opensWindow(words[at - 1] ?? "")
}

/** Parses a rate: `read_mb_per_sec` has the unit `MB/s`. */
const rateOf = (words: ReadonlyArray<string>): KeyUnit | undefined => {
  if (words.length < 2 || !/^(?:s|sec|second|seconds)$/.test(words.at(-1) ?? "")) return undefined
  const rest = words.slice(0, words.at(-2) === "per" ? -2 : -1)
  // in kB_read/s the unit stands before the verb
  for (const [at, word] of rest.entries()) {
    const amount = multiples.has(word) ? only(unitsOf(word)) : undefined
    if (amount?.base !== "bytes") continue
    const unit = isBase(amount) ? undefined : `${amount.name}/s`
    return { unit, base: "bytes_per_second", words: rest.toSpliced(at, 1) }
  }
  return undefined
}

const noted = (words: ReadonlyArray<string>, unit: string): KeyUnit => ({
  words,
  unit: undefined,
  base: undefined,
  note: `In ${unit}; unit: ${unit} would convert it.`
})

/** The unit in a key: a word of at least two letters, or a letter whose context makes it clear. */
export const unitOfKey = (words: ReadonlyArray<string>): KeyUnit | undefined => {
  const rate = rateOf(words)
  if (rate !== undefined) return rate
  for (const at of words.keys()) {
    const unit = isUnitAt(words, at) ? only(unitsOf(words[at] ?? "")) : undefined
    if (unit !== undefined) return { ...stated(unit), words: words.toSpliced(at, 1) }
  }
  const [last = ""] = words.slice(-1)
  const rest = words.slice(0, -1)
  const other = words.find((word) => foreign.has(word))
  if (other !== undefined && words.length > 1) return noted(words, other)
  if (last === "f" && isTemperature(rest)) return noted(words, "fahrenheit")
  const found = letters.find(([letter, context]) => letter === last && rest.some((word) => context.test(word)))
  return found === undefined ? undefined : { unit: undefined, base: found[2], words: rest }
}

/**
 * Uses the key to choose between units with the same spelling: `m` is a meter for a distance and a minute for an
 * uptime.
 */
const fitting = (units: ReadonlyArray<Unit>, key: ReadonlyArray<string>): Unit | undefined => {
  const bases = new Map(units.map((unit) => [unit.base, unit]))
  if (bases.size === 1) return units[0]
  const word = units[0]?.word ?? ""
  if (bases.has("celsius")) return /^k/i.test(word) ? bases.get("kelvin") : bases.get("celsius")
  const [, , base = ""] =
    letters.find(([letter, context]) => letter === word && key.some((word) => context.test(word))) ?? []
  return bases.get(base)
}

/** The unit in a text of another field. `key`: the words of the key of the number. */
export const unitOfText = (text: string, key: ReadonlyArray<string>): StatedUnit | undefined => {
  const unit = fitting(unitsNamed(text), key)
  return unit && stated(unit)
}

/** The base unit of several texts; undefined if they have different ones. */
export const baseOfTexts = (texts: ReadonlyArray<string>, key: ReadonlyArray<string>): string | undefined => {
  const bases = new Set(texts.map((text) => fitting(unitsNamed(text), key)?.base))
  const [base] = bases
  return bases.size === 1 ? base : undefined
}
