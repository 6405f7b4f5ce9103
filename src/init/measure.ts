import { baseOfTexts, unitOfKey, unitOfText } from "./key-unit.ts"
import { nameKey } from "./place.ts"
import type { Profile } from "./profile.ts"
import type { UnitBeside } from "./stated-unit.ts"
import { plural } from "./words.ts"

/** A metric for a field, without its name and path. */
export interface Measure {
  /** Words of the name, without the unit. */
  readonly words: ReadonlyArray<string>
  /** The base unit at the end of the name. */
  readonly base: string | undefined
  readonly type: "gauge" | "counter" | "stateset"
  /** Keys of the metric, in the order of the file. */
  readonly keys: Readonly<Record<string, unknown>>
  /** Makes the start of the help text. */
  readonly help: (said: string) => string
  /** Whether the help ends with the noun for an item: "of the node". */
  readonly of: boolean
  /** The metric reads only rows for which a condition holds. `at` is the path of the value in the filter. */
  readonly only?: { readonly condition: (at: string) => string } | undefined
  /** The path of the unit, which becomes a label because the units differ or poller does not know them. */
  readonly unitLabel?: string | undefined
  /** A decision for the user, written as a comment. */
  readonly note?: string | undefined
}

/** The context of a field. */
export interface Circumstances {
  /** The words of all keys on the path, in order. */
  readonly key: ReadonlyArray<string>
  /** The unit from another field. */
  readonly unit: UnitBeside | undefined
  /** Texts with the same key elsewhere in the document, by path. */
  readonly known: ReadonlyMap<string, ReadonlySet<string>>
  /** The time zone that the document names for times without a zone. */
  readonly timezone: string | undefined
  /** Whether rows can be filtered. If not, texts beside numbers become null values. */
  readonly filters: boolean
  /** Whether a number may be an identifier and become a label. */
  readonly mayName: boolean
}

export const gauge = (words: ReadonlyArray<string>, base: string | undefined, keys: Measure["keys"]): Measure => ({
  words,
  base,
  type: "gauge",
  keys,
  help: (said) => said,
  of: true
})

/** Before `total`, these words mean a capacity, which may decrease. */
const capacity =
  /^(?:capacity|cpus?|disk|heap|mem|memory|quota|size|space|storage|swap|ram|cores|slots|seats|shards|nodes|pages|hits|results|items|count|number|price|amount|balance)$/

/** Words in names of counters. The values must also have been seen to rise. */
const counted =
  /^(?:total|counter|requests?|reqs?|errors?|errs?|failures?|failed|packets|pkts|frames|queries|hits|misses|evictions|accepted|accepts|handled|dropped|drops|discards|collisions|retries|restarts|reads?|writes?|written|received|recv|sent|rx|tx|in|out|calls|published|delivered|processed|completed|succeeded|ops|operations|cycles|ticks|interrupts|searches|blocked|transferred|uploaded|downloaded|sectors|energy|starts|boots|commits|lookups|inserts?|deletes?)$/

/** Words in names of gauges, whose values may rise by chance. */
const measuredNow =
  /^(?:uptime|time|age|duration|latency|last|timestamp|current|active|used|free|pending|queued|waiting|queue|depth|size|max|min|avg|mean|rate|ratio|percent|limit|temperature|load|speed|power|open|running|connections|clients|sessions)$/

const saysTotal = (own: ReadonlyArray<string>) => /^(?:total|counter)$/.test(own.at(-1) ?? "")

/** `request_counter` counts requests. */
const counterWord = (own: ReadonlyArray<string>) =>
  own.at(-1) === "counter" ? plural(own.at(-2) ?? "") : (own.at(-2) ?? "")

/** Words anywhere on a path that mean a level, even if the last key ends in `total`: `cpu_percent.host_total`. */
const level = /^(?:percent|percentage|pct|perc|ratio|utili[sz]ation|usage|load|average|avg|mean|price|prices|balance)$/

/** Whether the numbers are a counter: the name says so, or they were seen to rise and the name allows it. */
const isCounter = ({ own, place, present, rises }: Profile, key: ReadonlyArray<string>): boolean => {
  if (present.some((value) => Number(value) < 0) || key.some((word) => level.test(word))) return false
  const rest = own.slice(0, -1).filter((word) => word.length > 1 && unitOfKey(["x", word]) === undefined)
  const isSaid =
    /_total$|counter$/i.test(nameKey(place.steps)) && rest.length > 0 && !rest.some((word) => capacity.test(word))
  return isSaid || (rises && own.some((word) => counted.test(word)) && !own.some((word) => measuredNow.test(word)))
}

/** Whether a double can hold the value after a conversion without overflow or underflow. */
const isOrdinary = (value: number) => value === 0 || (Math.abs(value) > 1e-290 && Math.abs(value) < 1e290)

/**
 * The metrics for a number, from its key and the unit beside it. If a unit in the same object would convert the number,
 * there are two metrics: unconverted and converted.
 */
export const measured = (
  profile: Profile,
  { key, unit }: Circumstances,
  keys: Measure["keys"]
): ReadonlyArray<Measure> => {
  const { own, present } = profile
  const type = isCounter(profile, key) ? "counter" : "gauge"
  const words = type === "counter" && saysTotal(own) ? [...own.slice(0, -2), counterWord(own)] : own
  if (!present.every((value) => isOrdinary(Number(value)))) return [{ ...gauge(words, undefined, keys), type }]
  const base = unit?.isComplete !== true ? undefined : baseOfTexts(unit.texts, key)
  if (unit !== undefined && base !== undefined) {
    const inBase = unit.texts.every((text) => unitOfText(text, key)?.unit === undefined)
    const converted = {
      ...gauge(unitOfKey(words)?.words ?? words, base, { ...keys, unit: { path: unit.path } }),
      type
    } as const
    if (inBase) return [converted]
    const asItIs = { ...gauge(words, undefined, keys), type, unitLabel: unit.path } as const
    return unit.isApart
      ? [asItIs]
      : [{ ...asItIs, note: "As it stands, and in the base unit: keep one of them." }, converted]
  }
  const stated = unitOfKey(words)
  const more = stated?.unit === undefined ? undefined : { unit: stated.unit }
  const unitLabel = unit === undefined || stated !== undefined ? undefined : unit.path
  const measure = gauge(stated?.words ?? words, stated?.base, { ...keys, ...more })
  return [{ ...measure, type, unitLabel, note: stated?.note }]
}
