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
  /** What `unit:` says; undefined for the base unit itself, which needs no conversion. */
  readonly unit: string | undefined
  /** The base unit that the metric's name ends in. */
  readonly base: string
}

/** A key's words without the unit that one of them is. */
export interface KeyUnit {
  readonly words: ReadonlyArray<string>
  readonly unit: string | undefined
  /** Undefined if the number stays as it is, since the unit is no multiple of a base unit. */
  readonly base: string | undefined
  readonly note?: string | undefined
}

const isBase = ({ conversion: { multiply, add, divide } }: Unit) => multiply === divide && add === 0n

/** Spellings that a reader takes for nothing else. */
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

/** Units of a word: in its own case if there are such, since `mbps` are bits and `MBps` bytes. */
const unitsOf = (word: string) => (unitsNamed(word).length > 0 ? unitsNamed(word) : unitsInAnyCase(word))

/** One unit, or none if the word may be several: `mw` is a milliwatt or a megawatt. */
const only = (units: ReadonlyArray<Unit>): Unit | undefined => {
  const bases = units.filter(({ base }) => base !== "kelvin")
  return bases.length === 1 ? bases[0] : undefined
}

const isUnitAt = (words: ReadonlyArray<string>, at: number): boolean => {
  const word = words[at] ?? ""
  // min is a minimum, unless it says in what
  if (word === "min" && words[at - 1] === "in" && at > 1) return true
  if (!multiples.has(word) || words.includes("per")) return false
  if (words.length === 1) return alone.has(word)
  if (/^[mg]b$/.test(word) && words.some((other) => /^(?:pressure|baro|barometer)$/.test(other))) return false
  if (abbreviations.has(word)) return words.slice(at + 1).every(isQualifier)
  return !isTime(word) || !opensWindow(words[at - 1] ?? "")
}

/** `read_mb_per_sec` is a rate: its unit is `MB/s`. */
const rateOf = (words: ReadonlyArray<string>): KeyUnit | undefined => {
  if (words.length < 2 || !/^(?:s|sec|second|seconds)$/.test(words.at(-1) ?? "")) return undefined
  const rest = words.slice(0, words.at(-2) === "per" ? -2 : -1)
  // kB_read/s has the amount before the verb
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

/** The unit that a key states by a word of at least two letters, or by one letter that its context makes sure of. */
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

/** What decides between units of one spelling: `m` of a distance is a meter, of an uptime a minute. */
const fitting = (units: ReadonlyArray<Unit>, key: ReadonlyArray<string>): Unit | undefined => {
  const bases = new Map(units.map((unit) => [unit.base, unit]))
  if (bases.size === 1) return units[0]
  const word = units[0]?.word ?? ""
  if (bases.has("celsius")) return /^k/i.test(word) ? bases.get("kelvin") : bases.get("celsius")
  const [, , base = ""] =
    letters.find(([letter, context]) => letter === word && key.some((word) => context.test(word))) ?? []
  return bases.get(base)
}

/** The unit that another field of the document says in a text; `key`: the words of what it is the unit of. */
export const unitOfText = (text: string, key: ReadonlyArray<string>): StatedUnit | undefined => {
  const unit = fitting(unitsNamed(text), key)
  return unit && stated(unit)
}

/** The base unit that several texts have in common. */
export const baseOfTexts = (texts: ReadonlyArray<string>, key: ReadonlyArray<string>): string | undefined => {
  const bases = new Set(texts.map((text) => fitting(unitsNamed(text), key)?.base))
  const [base] = bases
  return bases.size === 1 ? base : undefined
}
