import { type Conversion, factorOf, sumTexts } from "./conversion.ts"
import { unitOf } from "./unit.ts"

type Part = readonly [text: string, conversion: Conversion]

const [week, day, hour, minute, second] = ["604800", "86400", "3600", "60", "1"].map(factorOf) as [
  Conversion,
  Conversion,
  Conversion,
  Conversion,
  Conversion
]

const number = String.raw`([0-9]+(?:[.,][0-9]*)?|\.[0-9]+)`

/** ISO 8601 durations in weeks, days, hours, minutes and seconds. Years and months have no fixed length. */
const iso = new RegExp(
  `^P(?=[0-9.T])(?:${number}W)?(?:${number}D)?(?:T(?=[0-9.])(?:${number}H)?(?:${number}M)?(?:${number}S)?)?$`
)

/** `2:03:04.5`, and after days also `3:12`. */
const clock = /^([0-9]+):([0-5][0-9])(?::([0-5][0-9](?:[.,][0-9]+)?))?$/

/** One part, and what separates it from the next. */
const part = new RegExp(`${number} *([a-zA-Zµμ]+)(?:(?: *, *(?:and +)?| +(?:and +)?|)(?=[0-9.])|$)`, "y")

/** The time of day at the end of a text: after a T, a space or a comma, or alone. */
const clockAt = /(?:^|(?<=[\sT,]))[0-9]+:[0-9:.,]+$/

const isLonger = (a: Conversion, b: Conversion): boolean => a.multiply * b.divide > b.multiply * a.divide

/** Reads parts from the longest unit to the shortest, each unit once: `1h2m3.5s`, `12 days, 27 min`. */
const readParts = (text: string): ReadonlyArray<Part> | undefined => {
  const parts: Array<Part> = []
  part.lastIndex = 0
  while (part.lastIndex < text.length) {
    const [, amount = "", word = ""] = part.exec(text) ?? []
    const unit = unitOf(word, "seconds")
    const last = parts.at(-1)
    if (unit === undefined || (last !== undefined && !isLonger(last[1], unit.conversion))) return undefined
    parts.push([amount, unit.conversion])
  }
  return parts
}

const readClock = (text: string, isAfterDays: boolean): ReadonlyArray<Part> | undefined => {
  const [, hours, minutes, seconds] = clock.exec(text) ?? []
  if (hours === undefined || minutes === undefined) return undefined
  // alone, 3:12 may be hours or minutes; after days it is hours, of which a day has 24
  if (isAfterDays ? Number(hours) > 23 : seconds === undefined) return undefined
  return [[hours, hour], [minutes, minute], ...(seconds === undefined ? [] : [[seconds, second] as const])]
}

const readIso = (text: string): ReadonlyArray<Part> | undefined =>
  iso
    .exec(text)
    ?.slice(1)
    .flatMap((amount, index): ReadonlyArray<Part> => {
      const unit = [week, day, hour, minute, second][index]
      return amount === undefined || unit === undefined ? [] : [[amount, unit]]
    })

const readMixed = (text: string): ReadonlyArray<Part> | undefined => {
  const at = clockAt.exec(text)?.index
  if (at === undefined) return text === "" ? undefined : readParts(text)
  const before = text
    .slice(0, at)
    .replace(/^([0-9]+)T$/, "$1d")
    .replace(/ ?,? ?$/, "")
  const days = readParts(before)
  if (days === undefined) return undefined
  if (days.some(([, unit]) => isLonger(day, unit))) return undefined
  const time = readClock(text.slice(at), days.length > 0)
  return time && [...days, ...time]
}

/** Seconds of a duration such as `1h2m3.5s`, `PT1H`, `1d 02:03:04` or `12 days, 27 min`; NaN for other text. */
export const readDuration = (text: string): number => {
  const [, sign = "", rest = ""] = /^([+-]?)(.*)$/s.exec(text.trim()) ?? []
  if (rest === "0") return 0
  if (rest.length > 200) return Number.NaN
  const parts = readIso(rest) ?? readMixed(rest.replace(/\s+/g, " "))
  if (parts === undefined) return Number.NaN
  const total = sumTexts(parts.map(([amount, unit]) => [amount.replace(",", "."), unit]))
  return sign === "-" ? -total : total
}
