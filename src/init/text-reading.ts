import { instant } from "./instant.ts"
import { baseOfTexts, unitOfKey } from "./key-unit.ts"
import { textNamesThing } from "./label.ts"
import { type Circumstances, gauge, type Measure } from "./measure.ts"
import type { Profile } from "./profile.ts"
import type { Reading } from "./reading.ts"
import type { TextKind } from "./text-kind.ts"

export const withNulls = (nulls: ReadonlyArray<string>): Measure["keys"] =>
  nulls.length === 0 ? {} : { null_values: nulls }

export const textsOf = ({ texts }: Profile, ...kinds: ReadonlyArray<TextKind["kind"]>): ReadonlyArray<string> =>
  [...texts].filter(([, { kind }]) => kinds.includes(kind)).map(([text]) => text)

const metric = (measure: Measure): Reading => ({ as: "metrics", measures: [measure] })

const barePrefix = /^[KMGTPE]i?$/

/** Texts that are numbers with a unit, such as `28.61 W`. */
export const quantities = (profile: Profile, { key }: Circumstances): Measure => {
  const { own, texts } = profile
  const found = [...texts.values()].flatMap((text) => (text.kind === "quantity" ? [text] : []))
  const units = [...new Set(found.map(({ unit }) => unit))]
  const nulls = withNulls(textsOf(profile, "null"))
  const prefixed = units.filter((unit) => barePrefix.test(unit))
  if (units.join() === "") {
    return {
      ...gauge(own, undefined, { ...nulls, parse: "quantity" }),
      note: "A comma is read as a separator of thousands."
    }
  }
  const base =
    prefixed.length > 0 && found.every(({ bases }) => bases.includes("bytes")) ? "bytes" : baseOfTexts(units, key)
  if (base === undefined || textsOf(profile, "number").some((text) => Number(text) !== 0)) {
    const note = units.length === 1 ? `The unit is ${units[0]}.` : `The units differ: ${units.join(", ")}.`
    return { ...gauge(own, undefined, { ...nulls, pattern: "(-?[0-9.]+)" }), note }
  }
  const words = unitOfKey(own)?.words ?? own
  if (!prefixed.some((unit) => unit.length === 1)) return gauge(words, base, { ...nulls, parse: "quantity" })
  return {
    ...gauge(words, base, { ...nulls, parse: "bytes", k: 1024 }),
    note: `Is ${prefixed[0]} a power of 1024? If not, delete k: 1024.`
  }
}

const ofDuration =
  /^(?:age|delay|duration|elapsed|interval|lag|latency|period|rtt|runtime|timeout|ttl|uptime|downtime|wait|remaining|eta|length|timeleft|left)$|(?:[a-z]time|duration)$/

const times = (profile: Profile, { timezone }: Circumstances): Reading => {
  const { own, texts } = profile
  const nulls = withNulls(textsOf(profile, "null"))
  const found = [...texts.values()].flatMap((text) => (text.kind === "time" ? [text] : []))
  if (found.every(({ zoned }) => zoned)) {
    const hasZero = [...texts.keys()].some((text) => text.startsWith("0001"))
    // Go's zero time means no time
    if (hasZero) return metric(instant(own, { ...nulls, parse: "time", optional: true }))
    return metric(instant(own, { ...nulls, parse: found.every(({ strict }) => strict) ? "rfc3339" : "time" }))
  }
  const zone = own.includes("utc") || own.includes("gmt") ? "UTC" : timezone
  if (zone === undefined) return { as: "left out", why: "times without a zone (parse: time, timezone: ...)" }
  return metric(instant(own, { ...nulls, parse: "time", timezone: zone }))
}

/** Up to this many different words beside quantities or times mean that there is no value. More may be states. */
const maxStrays = 2

const isValued = ({ kind }: TextKind) => kind === "quantity" || kind === "duration" || kind === "time"
const isStray = (text: string, { kind }: TextKind) => (kind === "word" || kind === "label") && !/\d/.test(text)

/** Treats words without a digit, such as `never` or `inval`, beside texts of one kind with a value, as no value. */
const withoutStrays = (profile: Profile): Profile => {
  const entries = [...profile.texts]
  const valued = new Set(entries.flatMap(([, kind]) => (isValued(kind) ? [kind.kind] : [])))
  const strays = entries.filter(([text, kind]) => isStray(text, kind)).map(([text]) => text)
  const isClear = entries.every(([text, kind]) => isValued(kind) || kind.kind === "null" || isStray(text, kind))
  if (valued.size !== 1 || !isClear || strays.length === 0 || strays.length > maxStrays) return profile
  const texts = entries.map(([text, kind]): readonly [string, TextKind] => [
    text,
    strays.includes(text) ? { kind: "null" } : kind
  ])
  return { ...profile, texts: new Map(texts) }
}

/**
 * How the draft uses strings of one kind, ignoring those that mean no value; undefined if there are several kinds, or
 * words.
 */
export const textReading = (given: Profile, around: Circumstances): Reading | undefined => {
  const profile = withoutStrays(given)
  const { own, texts } = profile
  const kinds = new Set([...texts.values()].map(({ kind }) => kind))
  const all = (wanted: TextKind["kind"]) =>
    kinds.has(wanted) && [...kinds].every((kind) => kind === wanted || kind === "null")
  const nulls = withNulls(textsOf(profile, "null"))
  if (kinds.has("decimal comma")) return { as: "left out", why: 'numbers with a decimal comma (decimal: ",")' }
  if (kinds.has("changing")) return { as: "left out", why: "text that changes" }
  if (all("time")) return times(profile, around)
  if (all("duration")) {
    const mayBeTimeOfDay = [...texts.values()].some((text) => text.kind === "duration" && text.clock)
    if (mayBeTimeOfDay && !own.some((word) => ofDuration.test(word)))
      return { as: "left out", why: "times of day, or durations" }
    return metric(gauge(unitOfKey(own)?.words ?? own, "seconds", { ...nulls, parse: "duration" }))
  }
  if (all("quantity") && !textNamesThing(own)) return metric(quantities(profile, around))
  if (all("hex") && !textNamesThing(own)) return metric(gauge(own, undefined, { ...nulls, parse: "hex" }))
  return undefined
}
