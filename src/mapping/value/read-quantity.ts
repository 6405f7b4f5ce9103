import { convertText, factorOf } from "./conversion.ts"
import { type Unit, unitOf, unitsNamed } from "./unit.ts"
import { prefixes } from "./unit-table.ts"

/** A number, with or without commas between thousands (`0,981` has none), and what follows it. */
const amount = /^([+-]?(?:(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)\s*(.*)$/s

/** A prefix without a unit: the `G` of `16G`, which is gigabytes if the base unit is bytes. */
const barePrefix = /^(?:[kKMGTPEZY]|[KMGTPE]i)$/
/** A decimal prefix of bytes or bits, in the name of a unit. */
const decimalPrefix = /^([kMGTPE])(?=B|bit)/

const one = factorOf("1")

/** Bounded, so that a document cannot fill the memory. No API has so many spellings of units. */
const maxUnits = 100

export interface QuantityOptions {
  /** The base unit of the result; undefined for a number without a unit, which may have a prefix. */
  readonly base: string | undefined
  /** What `k` is: with 1024, M is 1024² and G is 1024³. */
  readonly k: 1000 | 1024
}

/** The name of a unit whose decimal prefix is read as the binary one: `MB` as `MiB`. */
const binaryName = (name: string): string =>
  name.replace(decimalPrefix, (_, prefix: string) => `${prefix.toUpperCase()}i`)

const conversionFor = ({ base, k }: QuantityOptions, word: string): Unit["conversion"] | undefined => {
  if (word === "") return one
  if (barePrefix.test(word)) {
    if (base !== undefined && base !== "bytes") return unitOf(word, base)?.conversion
    const prefix = word === "K" ? "k" : word
    const factor = prefixes[k === 1024 && prefix.length === 1 ? `${prefix.toUpperCase()}i` : prefix]?.[1]
    return factor === undefined ? undefined : factorOf(factor)
  }
  const unit = base === undefined ? undefined : unitOf(word, base)
  if (unit === undefined || k === 1000) return unit?.conversion
  return unitsNamed(binaryName(unit.name)).find((other) => other.base === base)?.conversion ?? unit.conversion
}

/**
 * Reads a number and its unit (`95.2 MiB`, `25%`, `1,234 KB`) and converts it to the base unit; NaN if the unit is of
 * another kind or unknown.
 */
export const quantityReader = (options: QuantityOptions): ((text: string) => number) => {
  const known = new Map<string, Unit["conversion"] | undefined>()
  return (text) => {
    const [, number, word = ""] = amount.exec(text.trim().replace(/^\u2212/, "-")) ?? []
    if (number === undefined || word.length > 40) return Number.NaN
    let conversion = known.get(word)
    if (conversion === undefined && !known.has(word)) {
      conversion = conversionFor(options, word)
      if (known.size < maxUnits) known.set(word, conversion)
    }
    return conversion === undefined ? Number.NaN : convertText(conversion, number.replaceAll(",", ""))
  }
}
