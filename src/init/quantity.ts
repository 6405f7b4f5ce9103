import { inBaseUnit } from "../mapping/base-unit.ts"
import { isPlural, plural, singular } from "./words.ts"

/** What a name and a unit make of a number. */
export interface Quantity {
  /** The metric's name, without what stands before the key. */
  readonly words: ReadonlyArray<string>
  /** The words without unit, for the help. */
  readonly said: ReadonlyArray<string>
  readonly scale: number
  readonly type: "gauge" | "counter"
}

/** Spellings of units that are none of Prometheus' own, nor of its linter's. */
const synonyms: Readonly<Record<string, string>> = {
  millis: "ms",
  micros: "us",
  nanos: "ns",
  secs: "seconds",
  mins: "minutes",
  hrs: "hours",
  byte: "bytes",
  kib: "kibibytes",
  mib: "mebibytes",
  gib: "gibibytes",
  tib: "tebibytes",
  percentage: "percent",
  perc: "percent"
}

/** Data rates, whose unit is one word. */
const rates: Readonly<Record<string, number>> = { bps: 0.125, kbps: 125, mbps: 125_000, gbps: 125_000_000 }

const periods: Readonly<Record<string, string>> = { s: "second", sec: "second", min: "minute", h: "hour", hr: "hour" }

const own = <A>(table: Readonly<Record<string, A>>, key: string | undefined): A | undefined =>
  key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined

export const isUnit = (word: string): boolean => inBaseUnit(`of_${own(synonyms, word) ?? word}`) !== undefined

/** Words that are no units, so that nothing is taken for a quantity in them: "days" is day. */
export const withoutUnits = (words: ReadonlyArray<string>): ReadonlyArray<string> =>
  words.map((word) => (isUnit(word) ? singular(word) : word)).filter((word) => !isUnit(word))

/** The plural of a word in a name, unless that would be a unit: of u it would be microseconds. */
export const several = (word: string): string => (isUnit(plural(word)) ? word : plural(word))

/** Words in base units at the end, as Prometheus wants names, and the factor that the values need. */
const inBaseUnits = (
  words: ReadonlyArray<string>
): { readonly words: ReadonlyArray<string>; readonly scale: number } => {
  const rate = own(rates, words.at(-1))
  if (rate !== undefined) return { words: [...withoutUnits(words.slice(0, -1)), "bytes", "per", "second"], scale: rate }
  const known = words
    .map((word) => own(synonyms, word) ?? word)
    .filter((word, at, all) => !(word === "in" && (isUnit(all[at + 1] ?? "") || isBase(all[at + 1] ?? ""))))
  const per = known.indexOf("per")
  const tail = per < 0 ? [] : withoutUnits(known.slice(per).map((word) => own(periods, word) ?? word))
  // in front of the words stands the rest of the name, where a unit may be abbreviated
  let name = `of_${(per < 0 ? known : known.slice(0, per)).join("_")}`
  let scale = 1
  for (let mended = inBaseUnit(name); mended !== undefined; mended = inBaseUnit(name)) {
    // a unit that no factor turns into a base unit: the number stays what it is, and the name says nothing of it
    name = mended.factor === undefined ? withoutOddUnits(name) : mended.name
    scale *= mended.factor ?? 1
  }
  return {
    words: [...name.split("_").slice(1), ...tail].filter((word) => word !== ""),
    scale: Number(scale.toPrecision(12))
  }
}

const isBase = (word: string) =>
  ["seconds", "bytes", "ratio", "celsius", "meters", "volts", "joules", "grams"].includes(word)

const withoutOddUnits = (name: string) =>
  name
    .split("_")
    .filter((word, at) => at === 0 || inBaseUnit(`of_${word}`)?.factor !== undefined || !isUnit(word))
    .join("_")

/** Words before `total` that make it a capacity, which may shrink. */
const capacity = [
  "capacity",
  "cpu",
  "cpus",
  "disk",
  "heap",
  "mem",
  "memory",
  "quota",
  "size",
  "space",
  "storage",
  "swap"
]

/** What a series' name must not end in, with what to say instead (exporters' rules: the endings of histograms). */
const ending = (words: ReadonlyArray<string>, alone: boolean): ReadonlyArray<string> => {
  const [last = "", before] = [words.at(-1), words.at(-2)]
  const rest = words.slice(0, -1)
  switch (last) {
    case "count":
      return before === undefined ? (alone ? ["number"] : []) : [...rest.slice(0, -1), several(before)]
    case "sum":
      return [...rest, "summed"]
    case "bucket":
    case "info":
      return [...rest, several(last)]
    case "total":
      return before !== undefined && isPlural(before) ? rest : [...rest, "size"]
    default:
      return words
  }
}

/**
 * A number by the words of its keys, of which the last has `own`. `alone`: nothing but the API's name stands before them.
 * A counter is only what says so, by a name that ends in `total` and is no capacity: `requests_total`, not `memory_total`.
 */
export const quantity = (
  key: ReadonlyArray<string>,
  own: number,
  alone: boolean,
  values: ReadonlyArray<number>
): Quantity => {
  const scaled = inBaseUnits(key)
  const fits = values.every((value) => value === 0 || isOrdinary(value * scaled.scale))
  const { words, scale } = fits ? scaled : { words: scaled.words.filter((word) => !isBase(word)), scale: 1 }
  const counts =
    words.at(-1) === "total" &&
    own > 1 &&
    values.every((value) => value >= 0) &&
    !words.slice(0, -1).some((word) => capacity.includes(word))
  const named = counts ? words : words.length === 0 && alone ? ["value"] : ending(words, alone)
  return {
    words: named,
    said: key.filter((word) => word !== "in" && !(counts && word === "total") && !isUnit(word) && !isBase(word)),
    scale,
    type: counts ? "counter" : "gauge"
  }
}

/** Neither too large nor too small for a double to hold as it is. */
const isOrdinary = (value: number) => Math.abs(value) > 1e-300 && Math.abs(value) < 1e300

const ofTime =
  /^(?:at|created?|creation|date|deadline|end|ended|epoch|expires?|expiration|expiry|finished|from|heartbeat|last|modified|published|reset|seen|since|start|started|time|timestamp|to|ts|until|updated?)$/
const timeEndings = [
  "at",
  "date",
  "epoch",
  "in",
  "millis",
  "micros",
  "nanos",
  "ms",
  "us",
  "ns",
  "sec",
  "secs",
  "seconds",
  "s",
  "time",
  "timestamp",
  "ts",
  "utc"
]

/** The factor to seconds of numbers that count from 1970, by their size: from 2001 to 2096, or 0 for never. */
const epochScale = (values: ReadonlyArray<number>): number | undefined =>
  [1, 1e-3, 1e-6, 1e-9].find(
    (scale) =>
      values.some((value) => value !== 0) &&
      values.every((value) => value === 0 || (value * scale >= 1e9 && value * scale < 4e9))
  )

/** An instant's words: `created_at` is created, timestamp, seconds. */
export const instant = (key: ReadonlyArray<string>): ReadonlyArray<string> => {
  const words = [...key]
  while (words.length > 0 && timeEndings.includes(words.at(-1) ?? "")) words.pop()
  return [...words.filter((word) => !isUnit(word)), "timestamp", "seconds"]
}

/** The factor that makes an instant of numbers whose key and size say that they are one. */
export const instantScale = (key: ReadonlyArray<string>, values: ReadonlyArray<number>): number | undefined =>
  key.some((word) => ofTime.test(word)) ? epochScale(values) : undefined
