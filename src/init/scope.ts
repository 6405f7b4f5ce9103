import type { Json } from "../mapping/document/json.ts"
import { keysBeforeName, keysOf, type Step } from "./place.ts"
import type { Items } from "./profile.ts"
import type { Rows } from "./rows.ts"
import { isPlural, singular, wordsOf } from "./words.ts"

/** Words of names. `short` omits wrapper keys; `full` has all keys, for when two short names are equal. */
export interface NameWords {
  readonly short: ReadonlyArray<string>
  readonly full: ReadonlyArray<string>
}

/** Items of one kind and the parts of their names: the document itself, or the rows of one path. */
export interface Scope {
  readonly items: Items
  readonly words: NameWords
  /** For items that are single values, such as numbers in a list: the words before their name. */
  readonly before: NameWords
  /** For such items: the words of their name, from the key of the list. */
  readonly own: ReadonlyArray<string>
  /** The noun for an item; empty for the document, and if no key has one. */
  readonly noun: ReadonlyArray<string>
  /** The key of the list is only a wrapper, so a value has no better name than `value`. */
  readonly wrapped: boolean
  /** Names of the labels that the items have already: those of their parents, and those that identify them. */
  readonly labels: ReadonlySet<string>
  readonly depth: number
}

/** Keys of wrappers, which do not describe their content. */
const wrapper =
  /^(?:content|data|details?|body|embedded|entries|items|list|payload|records|response|results?|rows|values?|val|nested_stats|attributes|attrs|properties|members|metrics|measures|measurements|statistics|stats)$/

/** Wrapper keys whose singular is still a useful noun for an item. */
const telling = /^(?:metrics|measures|measurements|statistics|members|records|entries)$/

/** A class name with its package: `hudson.node_monitors.SwapSpaceMonitor`. */
const qualifiedName = /^[a-z]\w*(?:\.\w+)*\.([A-Z][A-Za-z0-9$]+)$/

/** Network devices repeat the noun: `TABLE_fan.ROW_fan`. */
const wordsOfKey = (key: string) => wordsOf(key.replace(/^(?:TABLE|ROW)_(?=.)/, "").replace(qualifiedName, "$1"))

/** The words of keys, without wrapper keys. */
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
  // the items of `nodes.items` are nodes; those of `job.items` have no noun
  const around = tellingWords(keys.slice(-2, -1))
  return isPlural(around.at(-1) ?? "") ? lastSingular(around) : []
}

/** The scope of rows inside another scope. `thing`: the noun for rows of the document itself. */
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

/** The words before the name of a field. `between`: only those from keys inside the item. */
export const wordsBefore = (
  steps: ReadonlyArray<Step>,
  { words }: Scope
): NameWords & { readonly between: ReadonlyArray<string> } => {
  const keys = keysBeforeName(steps)
  const between = tellingWords(keys)
  return { short: [...words.short, ...between], full: [...words.full, ...allWords(keys)], between }
}
