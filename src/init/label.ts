import type { TextKind } from "./text-kind.ts"

/** Keys of numbers that are identifiers, not quantities. */
const ofId =
  /^(?:ids?|uuid|guid|oid|port|zip|phone|asn|vlan|mac|address|ip|postcode|(?:device|client|user|node|group|item|host|server|account|task|job|order|sensor|station|zone|site)id)$/

/** Keys of identifiers that may look like numbers. */
const ofText =
  /^(?:jsonrpc|version|revision|build|serial|sn|vsn|model|firmware|release|edition|sha|hash|commit|sku|imei|name|label|title)$/
const ofTextNumber = /(?:serial|part|model|phone)_(?:number|no|nr)$|(?<!con|in|di|per)version$/

/** Keys of sentences and URLs, even short ones. */
const ofProse =
  /^(?:desc|descr|description|comments?|notes?|message|msg|output|reason|why|error|errors|url|uri|href|link|links|help|motd|text|detail|query|command|cmd|args)$/

/** Keys of secrets and of values that change with each response, such as cursors. */
const ofSecret =
  /token|secret|passw|credential|cookie|session|cursor|api_?key|private|etag|nonce|csrf|(?:request|trace|correlation)_id/

/** Words of keys whose value soon belongs to another thing: `last_id`, `bestblockhash`, `current_song`. */
const ofNewest =
  /^(?:first|last|latest|newest|recent|previous|prev|next|best|current|now)(?:block[a-z]*|hash|id|run|event|job|song|track|file|user|ip)?$/

/** Last words of such keys whose values rarely change: `latest_version`. */
const ofRelease = /^(?:name|version|release|edition|revision|firmware|model|ver)$/

const isNewest = (words: ReadonlyArray<string>): boolean =>
  words.some((word) => ofNewest.test(word)) && !ofRelease.test(words.at(-1) ?? "")

/** Whether numbers with this key are identifiers. */
export const namesThing = (words: ReadonlyArray<string>): boolean => ofId.test(words.at(-1) ?? "") && !isNewest(words)

/** Whether numeric strings with this key are identifiers. */
export const textNamesThing = (words: ReadonlyArray<string>): boolean =>
  namesThing(words) || ofText.test(words.at(-1) ?? "") || ofTextNumber.test(words.join("_"))

/** Texts that differ at every poll, so they must not be labels: numbers with a unit, dates, times and durations. */
const changing =
  /^(?!\dxx$|[0-9a-f]{8}-|[0-9a-f]{12,}$)(?:-?\d+(?:[.,]\d+)?\s*(?:%|°|[A-Za-z]{1,5}(?:\/[a-z]+)?)$|\d{4}[-/]\d\d[-/]\d\d|\d+[dwhms]\d|\d+ (?:day|hour|min)|\d\d:\d\d:\d\d)/

/** Texts that contain measured values: `load1=0.1;5;10`, `disk 99% full`, `tx:12dBm`, `0.35 0.28 0.22`. */
const withValues =
  /\d ?%|[<>=:] ?-?\d+(?:\.\d+)? ?(?:dBm?|[kMGT]i?B|[kMG]?Hz|[mk][WVA]|°[CF]?|ms)\b|=-?\d+(?:\.\d+)?(?:;|$|\s)|^-?\d+(?:\.\d+)?(?:[,;/] ?-?\d+(?:\.\d+)?)+$|^\d+\.\d+(?: +\d+\.\d+)+$/

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

/** Words of keys for the current or next of several things: `currentTrack`, `next_1_hours`. */
const ofNow = /^(?:current|currently|latest|next|now|nowplaying|playing)$/

/** Whether a text is in an object for the current or next thing, and changes with it. `keys`: the words of each key. */
export const isOfNow = (keys: ReadonlyArray<ReadonlyArray<string>>): boolean =>
  keys.slice(0, -1).some((words) => words.some((word) => ofNow.test(word))) &&
  !/^(?:version|release|edition|revision|firmware|model|units?|currency|timezone|tz)$/.test(keys.at(-1)?.at(-1) ?? "")

/** Whether values with this key can be label values. */
export const mayBeLabel = (words: ReadonlyArray<string>): boolean =>
  !ofProse.test(words.at(-1) ?? "") && !ofSecret.test(words.join("_")) && !isNewest(words)
