import { baseOfTexts, unitOfKey, unitOfText } from "./key-unit.ts"
import { nameKey } from "./place.ts"
import type { Profile } from "./profile.ts"
import type { UnitBeside } from "./stated-unit.ts"
import { plural } from "./words.ts"

/** A metric of a field, without its name and path. */
export interface Measure {
  /** The words of the name, without the unit. */
  readonly words: ReadonlyArray<string>
  /** The base unit that the name ends in. */
  readonly base: string | undefined
  readonly type: "gauge" | "counter" | "stateset"
  /** Keys of the metric, in their order in the file. */
  readonly keys: Readonly<Record<string, unknown>>
  /** What it is, as a help begins. */
  readonly help: (said: string) => string
  /** Whether the help says what it is of. */
  readonly of: boolean
  /** It reads only the rows of a condition; `at` is the path of its value in a filter. */
  readonly only?: { readonly condition: (at: string) => string } | undefined
  /** The path of its unit, which becomes a label: units differ, or are none that poller knows. */
  readonly unitLabel?: string | undefined
  /** A decision that is open. */
  readonly note?: string | undefined
}

/** What is known around a field. */
export interface Circumstances {
  /** The words of all keys to it, the last key's last. */
  readonly key: ReadonlyArray<string>
  /** A unit that another field states. */
  readonly unit: UnitBeside | undefined
  /** Words seen under the same key, by place. */
  readonly known: ReadonlyMap<string, ReadonlySet<string>>
  /** A zone that the document names for times without one. */
  readonly timezone: string | undefined
  /** Rows can be filtered; otherwise other words are written as null values. */
  readonly filters: boolean
  /** A number may be a name, which labels take. */
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

/** Words before `total` that make it a capacity, which may shrink. */
const capacity =
  /^(?:capacity|cpus?|disk|heap|mem|memory|quota|size|space|storage|swap|ram|cores|slots|seats|shards|nodes|pages|hits|results|items|count|number|price|amount|balance)$/

/** What is counted from a start on, if it is also seen to rise. */
const counted =
  /^(?:total|counter|requests?|reqs?|errors?|errs?|failures?|failed|packets|pkts|frames|queries|hits|misses|evictions|accepted|accepts|handled|dropped|drops|discards|collisions|retries|restarts|reads?|writes?|written|received|recv|sent|rx|tx|in|out|calls|published|delivered|processed|completed|succeeded|ops|operations|cycles|ticks|interrupts|searches|blocked|transferred|uploaded|downloaded|sectors|energy|starts|boots|commits|lookups|inserts?|deletes?)$/

/** What may rise by chance. */
const measuredNow =
  /^(?:uptime|time|age|duration|latency|last|timestamp|current|active|used|free|pending|queued|waiting|queue|depth|size|max|min|avg|mean|rate|ratio|percent|limit|temperature|load|speed|power|open|running|connections|clients|sessions)$/

const saysTotal = (own: ReadonlyArray<string>) => /^(?:total|counter)$/.test(own.at(-1) ?? "")

/** `request_counter` counts requests. */
const counterWord = (own: ReadonlyArray<string>) =>
  own.at(-1) === "counter" ? plural(own.at(-2) ?? "") : (own.at(-2) ?? "")

/** Whether numbers only rise: the name says so, or they were seen to and the name does not speak against it. */
const isCounter = ({ own, place, present, rises }: Profile): boolean => {
  if (present.some((value) => Number(value) < 0)) return false
  const rest = own.slice(0, -1).filter((word) => word.length > 1 && unitOfKey(["x", word]) === undefined)
  const isSaid =
    /_total$|counter$/i.test(nameKey(place.steps)) && rest.length > 0 && !rest.some((word) => capacity.test(word))
  return isSaid || (rises && own.some((word) => counted.test(word)) && !own.some((word) => measuredNow.test(word)))
}

/** Neither too large nor too small for a double to hold as it is after a conversion. */
const isOrdinary = (value: number) => value === 0 || (Math.abs(value) > 1e-290 && Math.abs(value) < 1e290)

/**
 * What a number measures, by its key and the unit stated beside it. A number that another field's unit would change is
 * there twice, as it stands and converted.
 */
export const measured = (
  profile: Profile,
  { key, unit }: Circumstances,
  keys: Measure["keys"]
): ReadonlyArray<Measure> => {
  const { own, present } = profile
  const type = isCounter(profile) ? "counter" : "gauge"
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
