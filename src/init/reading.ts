import { epochOf, instant } from "./instant.ts"
import { isLabelText, isOfNow, mayBeLabel, namesThing, textNamesThing } from "./label.ts"
import { type Circumstances, gauge, type Measure, measured } from "./measure.ts"
import { keysOf } from "./place.ts"
import type { Profile } from "./profile.ts"
import { areSwitch, statesOf } from "./states.ts"
import { quantities, textReading, textsOf, withNulls } from "./text-reading.ts"
import { wordsLike } from "./whole.ts"
import { wordsOf } from "./words.ts"

/** How the draft uses a field. */
export type Reading =
  /** `leftOut`: the texts and booleans that no metric reads. */
  | { readonly as: "metrics"; readonly measures: ReadonlyArray<Measure>; readonly leftOut?: string }
  | { readonly as: "label" }
  | { readonly as: "left out"; readonly why: string }

const text: Reading = { as: "left out", why: "text" }

/** Help text: "1 while idle", "1 while pump is on". */
const whileHelp = (word: string) => (said: string) => {
  const [, state] = /^is (.+)$/.exec(said) ?? []
  return word === "true" && state !== undefined ? `1 while ${state}` : `1 while ${said} is ${word}`
}

/** Numbers, including those in strings: times, identifiers or quantities. */
const numeric = (profile: Profile, around: Circumstances, nulls: ReadonlyArray<string>): Reading => {
  const { own, texts, changes } = profile
  const inTexts = [...texts.values()].flatMap((text) => (text.kind === "number" ? [text.value] : []))
  const numbers = [...profile.numbers, ...inTexts]
  const epoch = epochOf(own, around.key, numbers)
  if (epoch !== undefined) {
    const unit = epoch.unit === undefined ? undefined : { unit: epoch.unit }
    return { as: "metrics", measures: [instant(own, { ...withNulls(nulls), ...unit })] }
  }
  const isInteger = profile.numbers.every((number) => Number.isInteger(number))
  const isName = profile.numbers.length === 0 ? textNamesThing(own) : namesThing(own) && isInteger
  if (isName && around.mayName && !changes && nulls.length === 0) return { as: "label" }
  return { as: "metrics", measures: measured(profile, around, withNulls(nulls)) }
}

/** A metric for texts that are states. `only`: there are other values too, so a filter selects rows by the text. */
const stated = (
  profile: Profile,
  around: Circumstances,
  seen: ReadonlyArray<string>,
  only: boolean
): Measure | undefined => {
  const words = seen.filter((word) => word !== "")
  // texts that recur are states, whatever the key; texts that do not are names
  const isVocabulary = profile.changes && mayBeLabel(profile.own) && 2 * words.length <= profile.present.length
  const states =
    words.length === 0
      ? undefined
      : statesOf(profile.own, words, only ? words : wordsLike(words, around.known), isVocabulary)
  if (states === undefined) return undefined
  const nulls = withNulls(only ? [] : seen.filter((word) => word === ""))
  const condition = only ? { only: { condition: (at: string) => `match(${at}, '${words.join("|")}')` } } : undefined
  if (states.kind === "map") {
    const named = only ? [...profile.own, states.word.toLowerCase()] : profile.own
    return {
      ...gauge(named, undefined, { ...nulls, map: states.map }),
      help: () => whileHelp(states.word)(profile.own.join(" ")),
      of: false,
      ...condition
    }
  }
  const keys = { ...nulls, states: states.states }
  return {
    ...gauge(profile.own, undefined, keys),
    type: "stateset",
    note: "The words that were seen; others may come.",
    ...condition
  }
}

const anyNumber = { condition: (at: string) => `(${at} < 0 || ${at} >= 0)` }
/** Patterns of decimal numbers: the usual spelling, and all that poller reads. Neither matches `1.2.3` or `007`. */
const usualNumber = "-?(0|[1-9][0-9]*)([.][0-9]+)?"
const anyNumberText = " *-?((0|[1-9][0-9]*)([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]+)? *"

const numberInText = (seen: ReadonlyArray<string>) => {
  const usual = new RegExp(`^${usualNumber}$`)
  const pattern = seen.every((text) => usual.test(text)) ? usualNumber : anyNumberText
  return { condition: (at: string) => `match(${at}, '${pattern}')` }
}

const maxShown = 6

const quoted = (text: string) => JSON.stringify(text.slice(0, 40))

const shown = (values: ReadonlyArray<string>) => {
  const some = values.slice(0, maxShown).join(", ")
  return values.length > maxShown ? `${some} and ${values.length - maxShown} more` : some
}

/** Values of several types, such as numbers and texts. If rows can be filtered, each type has its own metric. */
const mixed = (profile: Profile, around: Circumstances): Reading => {
  const { texts, numbers, beside } = profile
  const inTexts = textsOf(profile, "number")
  const others = [...texts.keys()].filter((text) => !inTexts.includes(text))
  const words = others.filter((text) => texts.get(text)?.kind !== "null")
  if (inTexts.length + numbers.length > 0 && !beside && (!around.filters || words.length === 0))
    return numeric(profile, around, others)
  const read = inTexts.length + numbers.length > 0 ? numeric(profile, around, []) : undefined
  const measures: Array<Measure> = []
  for (const measure of read?.as === "metrics" ? read.measures : []) {
    if (numbers.length > 0) measures.push({ ...measure, only: anyNumber })
    if (inTexts.length > 0)
      measures.push({
        ...measure,
        only: numberInText(inTexts),
        ...(numbers.length > 0 ? { words: [...measure.words, "text"] } : undefined)
      })
  }
  const switches = words.filter((word) => texts.get(word)?.kind === "word" && areSwitch([word]))
  const state = areSwitch(switches) ? stated(profile, around, switches, true) : undefined
  if (state !== undefined) measures.push(state)
  if (measures.length === 0) return text
  const left = [
    ...new Set(profile.booleans.map(String)),
    ...others.filter((text) => state === undefined || !switches.includes(text)).map(quoted)
  ]
  return { as: "metrics", measures, ...(left.length === 0 ? undefined : { leftOut: shown(left) }) }
}

/** Decides how the draft uses a field. */
export const readingOf = (profile: Profile, around: Circumstances): Reading => {
  const { numbers, booleans, texts, own, beside, changes } = profile
  const kinds = new Set([...texts.values()].map(({ kind }) => kind))
  if (booleans.length > 0 && texts.size === 0 && !beside) {
    if (numbers.length > 0) return { as: "metrics", measures: [gauge(own, undefined, {})] }
    return { as: "metrics", measures: [{ ...gauge(own, undefined, {}), help: whileHelp("true"), of: false }] }
  }
  if (booleans.length > 0) return mixed(profile, around)
  const isOf = (...wanted: ReadonlyArray<string>) => [...kinds].every((kind) => wanted.includes(kind))
  if (!beside && isOf("number")) return numeric(profile, around, [])
  if (numbers.length > 0 || kinds.has("number") || beside) {
    if (!beside && numbers.length === 0 && kinds.has("quantity") && isOf("quantity", "number", "null"))
      return { as: "metrics", measures: [quantities(profile, around)] }
    const isName = textNamesThing(own) && around.mayName && !beside && !changes
    if (isName && [...texts].every(([text, { kind }]) => kind === "number" || isLabelText(text, kind)))
      return { as: "label" }
    return mixed(profile, around)
  }
  const read = textReading(profile, around)
  if (read !== undefined) return read
  const words = textsOf(profile, "word", "null")
  const state = words.length === texts.size && !textNamesThing(own) ? stated(profile, around, words, false) : undefined
  if (state !== undefined) return { as: "metrics", measures: [state] }
  if (texts.size > 0 && [...kinds].every((kind) => kind === "null")) return { as: "left out", why: "without a value" }
  const isOfThing = mayBeLabel(own) && !isOfNow(keysOf(profile.place.steps).map(wordsOf))
  const isLabel = isOfThing && !changes && [...texts].every(([text, { kind }]) => isLabelText(text, kind))
  return isLabel ? { as: "label" } : text
}
