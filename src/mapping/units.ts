/** A base unit, and the factor that makes it of another; undefined where no factor does. */
interface Unit {
  readonly base: string
  readonly factor: number | undefined
}

/** Base units as Prometheus has them (https://prometheus.io/docs/practices/naming/#base-units). */
const bases = [
  "amperes",
  "bytes",
  "celsius",
  "grams",
  "joules",
  "kelvin",
  "meters",
  "metres",
  "ratio",
  "seconds",
  "volts"
]

const others: Readonly<Record<string, readonly [base: string, factor?: number]>> = {
  minutes: ["seconds", 60],
  hours: ["seconds", 3600],
  days: ["seconds", 86_400],
  weeks: ["seconds", 604_800],
  kelvins: ["kelvin", 1],
  fahrenheit: ["celsius"],
  rankine: ["celsius"],
  inches: ["meters", 0.0254],
  yards: ["meters", 0.9144],
  miles: ["meters", 1609.344],
  bits: ["bytes", 0.125],
  calories: ["joules", 4.184],
  pounds: ["grams", 453.59237],
  ounces: ["grams", 28.349523125],
  percent: ["ratio", 0.01],
  pct: ["ratio", 0.01]
}

const prefixes: Readonly<Record<string, number>> = {
  pico: 1e-12,
  nano: 1e-9,
  micro: 1e-6,
  milli: 1e-3,
  centi: 0.01,
  deci: 0.1,
  deca: 10,
  hecto: 100,
  kilo: 1e3,
  mega: 1e6,
  giga: 1e9,
  tera: 1e12,
  peta: 1e15,
  kibi: 1024,
  mebi: 1024 ** 2,
  mibi: 1024 ** 2,
  gibi: 1024 ** 3,
  tebi: 1024 ** 4,
  pebi: 1024 ** 5
}

/** Not as the first word of a name, where they are hardly units. `m` may be minutes or metres. */
const abbreviations: Readonly<Record<string, readonly [base: string, factor?: number]>> = {
  s: ["seconds", 1],
  sec: ["seconds", 1],
  ms: ["seconds", 1e-3],
  us: ["seconds", 1e-6],
  ns: ["seconds", 1e-9],
  m: ["seconds", 60],
  h: ["seconds", 3600],
  d: ["seconds", 86_400],
  b: ["bytes", 1],
  kb: ["bytes", 1e3],
  mb: ["bytes", 1e6],
  gb: ["bytes", 1e9],
  tb: ["bytes", 1e12],
  pb: ["bytes", 1e15]
}

const unit = (entry: readonly [base: string, factor?: number] | undefined): Unit | undefined =>
  entry === undefined ? undefined : { base: entry[0], factor: entry[1] }

const own = <A>(table: Readonly<Record<string, A>>, key: string): A | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined

/** What base unit this word of a metric's name should have been; nothing for a base unit, or a word that is no unit. */
const mend = (word: string, first: boolean): Unit | undefined => {
  const known = unit(own(others, word) ?? (first ? undefined : own(abbreviations, word)))
  if (known !== undefined) return known
  for (const [prefix, factor] of Object.entries(prefixes)) {
    const rest = word.startsWith(prefix) ? word.slice(prefix.length) : ""
    if (bases.includes(rest)) return { base: rest, factor }
    const inner = unit(own(others, rest))
    if (inner !== undefined) return { base: inner.base, factor: inner.factor && inner.factor * factor }
  }
  return undefined
}

/** Units belong at the end, before `total`; in a rate they stay where they are. */
const withUnit = (words: ReadonlyArray<string>, index: number, base: string): ReadonlyArray<string> => {
  if (words.includes("per")) return words.with(index, base)
  const total = words.at(-1) === "total" ? ["total"] : []
  const rest = words.slice(0, words.length - total.length).filter((word, at) => at !== index && word !== base)
  return [...rest, base, ...total]
}

/**
 * The name with its first unit that is none of the base units put right, and the factor for the values.
 */
export const inBaseUnit = (
  name: string
): { readonly name: string; readonly factor: number | undefined } | undefined => {
  const words = name.toLowerCase().split("_")
  for (const [index, word] of words.entries()) {
    const found = mend(word, index === 0)
    if (found === undefined) continue
    return { name: withUnit(words, index, found.base).join("_"), factor: found.factor }
  }
  return undefined
}
