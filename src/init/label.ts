import type { TextKind } from "./text-kind.ts"

/** Keys of numbers that are identifiers, not quantities. */
const ofId =
  /^(?:ids?|uuid|guid|oid|port|zip|phone|asn|vlan|mac|address|ip|postcode|(?:device|client|user|node|group|item|host|server|account|task|job|order|sensor|station|zone|site)id)$/

/** Keys of identifiers that may look like numbers. */
const ofText =
  /^(?:version|revision|build|serial|sn|model|firmware|release|edition|sha|hash|commit|sku|imei|name|label|title)$/
const ofTextNumber = /(?:serial|part|model|phone|version)_(?:number|no|nr)$/

/** Keys of sentences and URLs, even short ones. */
const ofProse =
  /^(?:desc|descr|description|comments?|notes?|message|msg|output|reason|why|error|errors|url|uri|href|link|links|help|motd|text|detail|query|command|cmd|args)$/

/** Keys of secrets and of values that change with each response, such as cursors. */
const ofSecret = /token|secret|passw|credential|cookie|session|cursor|api_?key|private/

/** Whether numbers with this key are identifiers. */
export const namesThing = (words: ReadonlyArray<string>): boolean => ofId.test(words.at(-1) ?? "")

/** Whether numeric strings with this key are identifiers. */
export const textNamesThing = (words: ReadonlyArray<string>): boolean =>
  namesThing(words) || ofText.test(words.at(-1) ?? "") || ofTextNumber.test(words.join("_"))

/** Texts that differ at every poll, so they must not be labels: numbers with a unit, dates, times and durations. */
const changing =
  /^(?!\dxx$|[0-9a-f]{8}-|[0-9a-f]{12,}$)(?:-?\d+(?:[.,]\d+)?\s*(?:%|°|[A-Za-z]{1,5}(?:\/[a-z]+)?)$|\d{4}[-/]\d\d[-/]\d\d|\d+[dwhms]\d|\d+ (?:day|hour|min)|\d\d:\d\d:\d\d)/

/** Texts that contain measured values: `load1=0.1;5;10`, `disk 99% full`. */
const withValues = /\d ?%|=-?\d+(?:\.\d+)?(?:;|$|\s)/

/** Whether a text probably differs at every poll. */
export const looksChanging = (text: string): boolean => changing.test(text.trim()) || withValues.test(text)

/** Whether a text can be a label value: it is short and not a sentence, time or quantity. */
export const isLabelText = (text: string, kind: TextKind["kind"]): boolean =>
  (kind === "word" ||
    kind === "label" ||
    kind === "null" ||
    kind === "hex" ||
    (kind === "quantity" && /^\dxx$/.test(text))) &&
  !looksChanging(text) &&
  text.length <= 64

/** Whether values with this key can be label values. */
export const mayBeLabel = (words: ReadonlyArray<string>): boolean =>
  !ofProse.test(words.at(-1) ?? "") && !ofSecret.test(words.join("_"))
