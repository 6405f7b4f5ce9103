import type { Json } from "../mapping/document/json.ts"
import { keysBeforeName, keysOf, type Step } from "./place.ts"
import type { Items } from "./profile.ts"
import type { Rows } from "./rows.ts"
import { isPlural, singular, wordsOf } from "./words.ts"

/** Words of names: without those keys that only wrap, then with all of them, in case that two names are the same. */
export interface NameWords {
  readonly short: ReadonlyArray<string>
  readonly full: ReadonlyArray<string>
}

/** Items of one kind, and what their series are called by: the document itself, or all that one path of rows finds. */
export interface Scope {
  readonly items: Items
  readonly words: NameWords
  /** What stands before the words of a value that is itself an item, which are those of the list's key. */
  readonly before: NameWords
  readonly own: ReadonlyArray<string>
  /** What an item is, in words; none for the document and where no key says it. */
  readonly noun: ReadonlyArray<string>
  /** The list's key only wraps, so that `value` is all that there is to say of a value. */
  readonly wrapped: boolean
  /** Labels that the items have from around them. */
  readonly labels: ReadonlySet<string>
  readonly depth: number
}

/** Keys that wrap, and say nothing of what is in them. */
const wrapper =
  /^(?:content|data|details?|body|embedded|entries|items|list|payload|records|response|results?|rows|values?|val|nested_stats|attributes|attrs|properties|members|metrics|measures|measurements|statistics|stats)$/

/** Of those, the ones whose singular still says what an item is. */
const telling = /^(?:metrics|measures|measurements|statistics|members|records|entries)$/

/** A class with its packages: `hudson.node_monitors.SwapSpaceMonitor`. */
const qualifiedName = /^[a-z]\w*(?:\.\w+)*\.([A-Z][A-Za-z0-9$]+)$/

/** `TABLE_fan.ROW_fan` of network devices says twice what it is. */
const wordsOfKey = (key: string) => wordsOf(key.replace(/^(?:TABLE|ROW)_(?=.)/, "").replace(qualifiedName, "$1"))

/** The words of some keys, without those keys that only wrap. */
export const tellingWords = (keys: ReadonlyArray<string>): ReadonlyArray<string> =>
  keys.filter((key) => !wrapper.test(wordsOf(key).join("_"))).flatMap((key) => wordsOfKey(key))

const allWords = (keys: ReadonlyArray<string>) => keys.flatMap((key) => wordsOf(key))

export const lastSingular = (words: ReadonlyArray<string>): ReadonlyArray<string> =>
  words.map((word, at) => (at === words.length - 1 ? singular(word) : word))

const none: NameWords = { short: [], full: [] }

export const documentScope = (roots: ReadonlyArray<Json>): Scope => {
  const indexes = roots.map((_, index) => index)
  return {
    items: { values: roots, parents: indexes, responses: indexes, ids: roots.map(() => "") },
    words: none,
    before: none,
    own: [],
    noun: [],
    wrapped: false,
    labels: new Set(),
    depth: 0
  }
}

const nounOf = (keys: ReadonlyArray<string>): ReadonlyArray<string> => {
  const last = wordsOfKey(keys.at(-1) ?? "")
  const name = wordsOf(keys.at(-1) ?? "").join("_")
  if (!wrapper.test(name) || telling.test(name)) return lastSingular(last)
  // nodes.items are nodes, job.items are whatever
  const around = tellingWords(keys.slice(-2, -1))
  return isPlural(around.at(-1) ?? "") ? lastSingular(around) : []
}

/** The scope of rows within another; `thing`: what the rows of the document itself are. */
export const scopeWithin = (
  { steps, stem, items, parents }: Rows,
  around: Scope,
  thing: ReadonlyArray<string>
): Scope => {
  const keys = [...keysOf(steps), ...(stem === undefined ? [] : [stem])]
  const outer = around.items
  const before = {
    short: [...around.words.short, ...tellingWords(keys.slice(0, -1))],
    full: [...around.words.full, ...allWords(keys.slice(0, -1))]
  }
  return {
    items: {
      values: items,
      parents,
      responses: parents.map((parent) => outer.responses[parent] ?? 0),
      ids: items.map(() => "")
    },
    words: {
      short: [...around.words.short, ...lastSingular(tellingWords(keys))],
      full: [...around.words.full, ...lastSingular(allWords(keys))]
    },
    before,
    own: wordsOf(keys.at(-1) ?? ""),
    noun: keys.length === 0 ? thing : nounOf(keys),
    wrapped: tellingWords(keys.slice(-1)).length === 0,
    labels: around.labels,
    depth: around.depth + 1
  }
}

/** The words before those of a field, and those of the keys between. */
export const wordsBefore = (
  steps: ReadonlyArray<Step>,
  { words }: Scope
): NameWords & { readonly between: ReadonlyArray<string> } => {
  const keys = keysBeforeName(steps)
  const between = tellingWords(keys)
  return { short: [...words.short, ...between], full: [...words.full, ...allWords(keys)], between }
}
