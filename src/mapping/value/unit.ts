import { type Conversion, compose, factorOf, withOffset } from "./conversion.ts"
import { otherPrefixes, prefixes, quantities, rateTable, type UnitRow, unitTable } from "./unit-table.ts"

/** A unit as a text spells it. */
export interface Unit {
  readonly word: string
  /** The spelling that messages propose. */
  readonly name: string
  /** The base unit that the conversion leads to: `seconds`, `bytes_per_second`. */
  readonly base: string
  readonly conversion: Conversion
}

/** The base unit that a metric's name ends in, before `_total`: `seconds` for `shop_wait_seconds_total`. */
export const baseUnitOf = (name: string): string | undefined => {
  const stem = name.replace(/_total$/, "")
  const base = baseUnits.find((unit) => stem === unit || stem.endsWith(`_${unit}`))
  return base === undefined ? undefined : (proposed.get(base) ?? base)
}

/** From each spelling of a base unit to the one that messages propose. */
const proposed: ReadonlyMap<string, string> = new Map([
  ...Object.values(quantities).flatMap(([first, ...others]) =>
    [first, ...others].map((unit) => [unit, first] as const)
  ),
  ["bytes_per_second", "bytes_per_second"]
])
const baseUnits: ReadonlyArray<string> = [...proposed.keys()].sort((a, b) => b.length - a.length)

/** Whether a word is a base unit by itself. */
export const isBaseUnit = (word: string): boolean => proposed.has(word)

const nameOf = ({ name, symbols, words }: UnitRow): string => name ?? symbols[0] ?? words[0] ?? ""

const unitsOfRow = (row: UnitRow, words: ReadonlyArray<string>, prefix?: string): ReadonlyArray<Unit> => {
  const own = row.offset === undefined ? factorOf(row.factor) : withOffset(factorOf(row.factor), row.offset)
  const factor = prefix === undefined ? undefined : prefixes[prefix]?.[1]
  const conversion = factor === undefined ? own : compose(factorOf(factor), own)
  const base = quantities[row.quantity][0]
  return words.map((word) => ({ word, name: `${prefix ?? ""}${nameOf(row)}`, base, conversion }))
}

/** How a prefix may be spelled before a symbol. */
const spellingsOf = (prefix: string): ReadonlyArray<string> => [
  prefix,
  ...Object.keys(otherPrefixes).filter((other) => otherPrefixes[other] === prefix)
]

const symbolsOf = (row: UnitRow): ReadonlyArray<Unit> => [
  ...unitsOfRow(row, row.symbols),
  ...(row.prefixes ?? []).flatMap((prefix) =>
    unitsOfRow(
      row,
      spellingsOf(prefix).flatMap((spelling) => row.symbols.map((symbol) => spelling + symbol)),
      prefix
    )
  )
]

const wordsOf = (row: UnitRow): ReadonlyArray<Unit> => [
  ...unitsOfRow(row, row.words),
  ...Object.entries(row.prefixes === undefined ? {} : prefixes).flatMap(([prefix, [long]]) =>
    unitsOfRow(
      row,
      row.words.map((word) => long + word),
      prefix
    )
  )
]

const rates: ReadonlyArray<Unit> = rateTable.flatMap(([symbols, factor]) =>
  symbols.map((word) => ({ word, name: symbols[0] ?? word, base: "bytes_per_second", conversion: factorOf(factor) }))
)

const memo = <A>(make: () => A): (() => A) => {
  let made: A | undefined
  return () => {
    made ??= make()
    return made
  }
}

const exact = memo(() => Map.groupBy([...unitTable.flatMap(symbolsOf), ...rates], ({ word }) => word))
const words = memo(() => Map.groupBy(unitTable.flatMap(wordsOf), ({ word }) => word))
const anyCase = memo(() =>
  Map.groupBy([...unitTable.flatMap((row) => [...symbolsOf(row), ...wordsOf(row)]), ...rates], ({ word }) =>
    word.toLowerCase()
  )
)

const perSecond = /^(.+?)(?: ?\/ ?| per )(?:s|sec|second)$/i

/** In a rate such as `kb/s` this may be bits or bytes. */
const lowerCaseBytes = /^[kmgtp]?b$/

/** The units that a text may name: `m` is a minute or a meter. Empty if it names none. */
export const unitsNamed = (text: string): ReadonlyArray<Unit> => {
  const word = text.trim().replace(/\s+/g, " ").replace(/^° /, "°")
  const found = exact().get(word) ?? words().get(word.toLowerCase())
  if (found !== undefined) return found
  const [, amount] = perSecond.exec(word) ?? []
  if (amount === undefined || lowerCaseBytes.test(amount)) return []
  return unitsNamed(amount)
    .filter(({ base }) => base === "bytes")
    .map((unit) => ({ ...unit, word, name: `${unit.name}/s`, base: "bytes_per_second" }))
}

/** The unit of this base that a text names. */
export const unitOf = (text: string, base: string): Unit | undefined =>
  unitsNamed(text).find((unit) => unit.base === base)

/**
 * The same for a word of a key or a name, where case has no meaning: `mw` may be a milliwatt or a megawatt. Each unit
 * is returned once.
 */
export const unitsInAnyCase = (word: string): ReadonlyArray<Unit> => {
  const found = anyCase().get(word.toLowerCase()) ?? []
  return [...new Map(found.map((unit) => [`${unit.base} ${unit.name}`, unit])).values()]
}

/** All units by their base unit, for messages. */
export const listUnits = (base?: string): string =>
  Object.values(quantities)
    .filter(([own]) => base === undefined || own === base)
    .map(([own]) => {
      const rows = unitTable.filter(({ quantity }) => quantities[quantity][0] === own)
      const names = rows.flatMap((row) => [nameOf(row), ...(row.prefixes ?? []).map((prefix) => prefix + nameOf(row))])
      return `${own}: ${names.join(" ")}`
    })
    .join("; ")
