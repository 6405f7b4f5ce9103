import { isBaseUnit, type Unit, unitsInAnyCase } from "./value/unit.ts"

/** Abbreviations that are units in a metric's name, except as its first word. `m` is read as minutes, not meters. */
const abbreviations = new Set(
  [
    ...["s", "sec", "ms", "msec", "us", "usec", "ns", "nsec", "m", "h", "hr", "d"],
    ...["b", "kb", "mb", "gb", "tb", "pb", "kib", "mib", "gib", "tib", "kbit", "mbit", "gbit", "kbps", "mbps", "gbps"],
    ...["wh", "kwh", "kw", "kv", "mv", "khz", "mhz", "ghz", "hpa", "kpa", "mbar", "psi", "mmhg", "inhg"],
    ...["kmh", "kph", "mph", "km", "cm", "mm", "kg", "mg", "ml", "lbs"]
  ].values()
)

/** Full words that count as units anywhere in a name, besides plurals. */
const singular = new Set(["fahrenheit", "rankine", "percent", "pct", "percentage", "permille", "feet", "inches"])

/** Whether a word may be a plural such as `bars`. A shorter word such as `mps` is an abbreviation. */
const isPlural = (word: string): boolean => word.length > 3 && word.endsWith("s")

/** The unit that a word of a metric's name means. Undefined for a base unit, and for a word that is not a unit. */
const unitInName = (word: string, first: boolean): Unit | undefined => {
  if (isBaseUnit(word)) return undefined
  if (!isPlural(word) && !singular.has(word) && (first || !abbreviations.has(word))) return undefined
  const units = unitsInAnyCase(word)
  // `kelvins` becomes `kelvin`, although the table has it first as a unit of `celsius`
  return units.find(({ base }) => base === (word.startsWith("kelvin") ? "kelvin" : base))
}

/** Puts the unit at the end of the name, before `total`. In a rate (`per`) it stays where it is. */
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
  /** Converts to the base unit; undefined if an offset is needed too, as for fahrenheit. */
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
