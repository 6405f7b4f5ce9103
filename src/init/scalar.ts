import type { MetricObjectEncoded } from "../mapping/schema/metric.ts"
import { instant, instantScale, isUnit, quantity } from "./quantity.ts"
import { statesOf } from "./states.ts"
import { sentence, spokenWords } from "./words.ts"

/** A metric as the file has it in full. */
export type MetricEncoded = MetricObjectEncoded

/** What becomes of a single value: a metric without its path, or a text that may be a label. */
export type Verdict =
  | {
      readonly kind: "metric"
      readonly words: ReadonlyArray<string>
      readonly metric: MetricEncoded
      readonly note?: string
    }
  | { readonly kind: "label" }
  | { readonly kind: "prose" }

type Scalar = string | number | boolean

const rfc3339 = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/
const decimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/
const percentage = /^-?\d+(?:\.\d+)? ?%$/
const size = /^\d+(?:\.\d+)? ?(?:[KMGTP]i?)?B$/
const goDuration = /^(?:\d+(?:\.\d+)?(?:h|m|s|ms|us|µs|ns))+$/
const isoDuration = /^P(?=.)(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/
const ofDuration = /^(?:age|delay|duration|elapsed|interval|lag|latency|period|rtt|runtime|time|timeout|ttl|uptime)$/

/** Numbers that name a thing, and are none to calculate with. */
const naming =
  /^(?:id|ids|uuid|guid|pid|ppid|uid|gid|port|code|number|no|nr|zip|phone|version|revision|build|serial|sha|hash|asn|vlan|mac)$/

/** Keys of sentences and addresses, however short. */
const telling = /^(?:desc|description|comment|comments|note|notes|message|output|reason|why|error|url|uri|href|link)$/

/** What surrounds a key. */
export interface Circumstances {
  /** How many words are those of the last key. */
  readonly ownWords: number
  /** What the values are of, for the help; empty for the API itself. */
  readonly noun: string
  /** Nothing but the API's name stands before the key. */
  readonly alone: boolean
  /** Numbers may be names, which labels take. */
  readonly mayName: boolean
}

/** What these values of one key make. `key`: the words of all keys to it. */
export const judge = (
  key: ReadonlyArray<string>,
  values: ReadonlyArray<Scalar>,
  { ownWords, noun, alone, mayName }: Circumstances
): Verdict => {
  const of = noun === "" ? "" : ` of the ${noun}`
  const help = (text: string) => sentence(`${text}${of}`)
  const named = mayName && naming.test(key.at(-1) ?? "")
  const numbers = values.filter((value) => typeof value === "number")
  const texts = values.filter((value) => typeof value === "string")
  const read = values.map((value) => (typeof value === "string" ? Number.parseFloat(value) : Number(value)))
  const all = (pattern: RegExp) => texts.length === values.length && texts.every((text) => pattern.test(text))

  const measured = (words: ReadonlyArray<string>, more: MetricEncoded = {}): Verdict => {
    const { words: name, said, scale, type } = quantity(words, ownWords, alone, read)
    const metric = {
      ...(type === "counter" ? { type } : undefined),
      ...more,
      ...(scale * (more.scale ?? 1) === 1 ? undefined : { scale: Number((scale * (more.scale ?? 1)).toPrecision(12)) }),
      help: help(spokenWords(said) || "value")
    }
    return { kind: "metric", words: name, metric }
  }
  const time = (more: MetricEncoded): Verdict => ({
    kind: "metric",
    words: instant(key),
    metric: { ...more, help: help(["time", spokenWords(instant(key).slice(0, -2))].join(" ").trim()) }
  })

  if (numbers.length === values.length) {
    const scale = instantScale(key, numbers)
    if (scale !== undefined) return time(scale === 1 ? {} : { scale })
    return named && numbers.every((number) => Number.isInteger(number)) ? { kind: "label" } : measured(key)
  }
  if (texts.length < values.length) {
    const { words } = quantity(key, ownWords, alone, read)
    if (texts.length === 0)
      return { kind: "metric", words, metric: { help: sentence(`1 while ${spokenWords(key)}${of} is true`) } }
    return { kind: "prose" }
  }
  if (texts.every((text) => rfc3339.test(text) && !Number.isNaN(Date.parse(text)))) return time({ parse: "rfc3339" })
  if (all(percentage))
    return measured([...key.filter((word) => !isUnit(word)), "ratio"], { pattern: "(-?[0-9.]+) ?%", scale: 0.01 })
  if (all(size))
    return measured([...key.filter((word) => word !== "bytes" && !isUnit(word)), "bytes"], { parse: "bytes" })
  const timed = key.some((word) => ofDuration.test(word))
  if (all(isoDuration) || (timed && all(goDuration))) {
    return measured([...key.filter((word) => word !== "seconds" && !isUnit(word)), "seconds"], { parse: "duration" })
  }
  if (all(decimal) && !named) return measured(key)
  const states = named ? undefined : statesOf(key, new Set(texts))
  if (states !== undefined) {
    const said = spokenWords(key)
    const stated = key.filter((word) => !isUnit(word))
    return states.kind === "map"
      ? { kind: "metric", words: stated, metric: { map: states.map, help: help(said) } }
      : {
          kind: "metric",
          words: stated,
          metric: { type: "stateset", states: states.states, help: help(said) },
          ...(states.guessed ? { note: "the states that this answer shows: add the others" } : undefined)
        }
  }
  return { kind: !telling.test(key.at(-1) ?? "") && texts.every(isLabel) ? "label" : "prose" }
}

/** Short, and no sentence, address or secret that ends up in every alert. */
const isLabel = (text: string) =>
  text.length > 0 && text.length <= 64 && !/[\p{Cc}]|:\/\//u.test(text) && text.split(" ").length <= 4
