import { isBaseUnit, type Unit, unitsInAnyCase } from "./value/unit.ts"

/**
 * Abbreviations that are units in a metric's name, but not as its first word. A single `m` is more often a minute than
 * a meter.
 */
const abbreviations = new Set(
  [
    ...["s", "sec", "ms", "msec", "us", "usec", "ns", "nsec", "m", "h", "hr", "d"],
    ...["b", "kb", "mb", "gb", "tb", "pb", "kib", "mib", "gib", "tib", "kbit", "mbit", "gbit", "kbps", "mbps", "gbps"],
    ...["wh", "kwh", "kw", "kv", "mv", "khz", "mhz", "ghz", "hpa", "kpa", "mbar", "psi", "mmhg", "inhg"],
    ...["kmh", "kph", "mph", "km", "cm", "mm", "kg", "mg", "ml", "lbs"]
  ].values()
)

/** Words in full that are units wherever they stand, beside plurals. */
const singular = new Set(["fahrenheit", "rankine", "percent", "pct", "percentage", "permille", "feet", "inches"])

/** Ends like a plural, but is no word of a name: `max_bars`, `mps`. */
const isPlural = (word: string): boolean => word.length > 3 && word.endsWith("s")

/**
 * The unit that this word of a metric's name means, if it should have been a base unit; undefined for a base unit, or a
 * word that is no unit.
 */
const unitInName = (word: string, first: boolean): Unit | undefined => {
  if (isBaseUnit(word)) return undefined
  if (!isPlural(word) && !singular.has(word) && (first || !abbreviations.has(word))) return undefined
  const units = unitsInAnyCase(word)
  // the name of a temperature says that it is one
  return units.find(({ base }) => base === (word.startsWith("kelvin") ? "kelvin" : base))
}

/** Units belong at the end, before `total`; in a rate they stay where they are. */
const withUnit = (words: ReadonlyArray<string>, index: number, base: string): ReadonlyArray<string> => {
  if (words.includes("per")) return words.with(index, base)
  const total = words.at(-1) === "total" ? ["total"] : []
  const rest = words.slice(0, words.length - total.length).filter((word, at) => at !== index && word !== base)
  return [...rest, base, ...total]
}

const isPerSecond = (words: ReadonlyArray<string>, index: number): boolean =>
  words[index + 1] === "per" && words[index + 2] === "second"

/** What a metric's name should be. */
export interface BaseUnitName {
  readonly name: string
  /** The unit that the name has now, as `unit:` takes it. */
  readonly unit: string
  /** To the base unit; undefined if no factor alone makes it. */
  readonly factor: number | undefined
}

/** The name with its first unit replaced by its base unit; undefined if all units are base units. */
export const inBaseUnit = (name: string): BaseUnitName | undefined => {
  const words = name.toLowerCase().split("_")
  for (const [index, word] of words.entries()) {
    const unit = unitInName(word, index === 0)
    if (unit === undefined) continue
    const { multiply, add, divide } = unit.conversion
    return {
      name: withUnit(words, index, unit.base).join("_"),
      unit: isPerSecond(words, index) ? `${unit.name}/s` : unit.name,
      factor: add === 0n ? Number(multiply) / Number(divide) : undefined
    }
  }
  return undefined
}
