import type { TextKind } from "./text-kind.ts"

/** Keys of numbers that name a thing, and are none to calculate with. */
const ofId =
  /^(?:ids?|uuid|guid|oid|port|zip|phone|asn|vlan|mac|address|ip|postcode|(?:device|client|user|node|group|item|host|server|account|task|job|order|sensor|station|zone|site)id)$/

/** Keys of texts that may look like numbers. */
const ofText =
  /^(?:version|revision|build|serial|sn|model|firmware|release|edition|sha|hash|commit|sku|imei|name|label|title)$/
const ofTextNumber = /(?:serial|part|model|phone|version)_(?:number|no|nr)$/

/** Keys of sentences and addresses, however short. */
const ofProse =
  /^(?:desc|descr|description|comments?|notes?|message|msg|output|reason|why|error|errors|url|uri|href|link|links|help|motd|text|detail|query|command|cmd|args)$/

/** Keys whose values do not belong on a page. */
const ofSecret = /token|secret|passw|credential|cookie|session|cursor|api_?key|private/

/** Whether a number under a key of these words is a name. */
export const namesThing = (words: ReadonlyArray<string>): boolean => ofId.test(words.at(-1) ?? "")

/** The same for a number in a string. */
export const textNamesThing = (words: ReadonlyArray<string>): boolean =>
  namesThing(words) || ofText.test(words.at(-1) ?? "") || ofTextNumber.test(words.join("_"))

/**
 * What a label must not be: it says something else at every poll. The last rule is for all that looks like a number
 * with a unit.
 */
const changing =
  /^(?!\dxx$|[0-9a-f]{8}-|[0-9a-f]{12,}$)(?:-?\d+(?:[.,]\d+)?\s*(?:%|°|[A-Za-z]{1,5}(?:\/[a-z]+)?)$|\d{4}[-/]\d\d[-/]\d\d|\d+[dwhms]\d|\d+ (?:day|hour|min)|\d\d:\d\d:\d\d)/

/** Measured values within a text: `load1=0.1;5;10`, `disk 99% full`. */
const withValues = /\d ?%|=-?\d+(?:\.\d+)?(?:;|$|\s)/

/** Whether a text says something else at every poll. */
export const looksChanging = (text: string): boolean => changing.test(text.trim()) || withValues.test(text)

/** Whether a text may be the value of a label: short, and no sentence, time or quantity. */
export const isLabelText = (text: string, kind: TextKind["kind"]): boolean =>
  (kind === "word" ||
    kind === "label" ||
    kind === "null" ||
    kind === "hex" ||
    (kind === "quantity" && /^\dxx$/.test(text))) &&
  !looksChanging(text) &&
  text.length <= 64

/** Whether a key of these words may be a label. */
export const mayBeLabel = (words: ReadonlyArray<string>): boolean =>
  !ofProse.test(words.at(-1) ?? "") && !ofSecret.test(words.join("_"))
