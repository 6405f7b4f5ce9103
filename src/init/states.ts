/** Pairs of opposite words: the first means 1, the second 0. No word has another opposite. */
const pairs = [
  ["up", "down"],
  ["yes", "no"],
  ["on", "off"],
  ["true", "false"],
  ["enabled", "disabled"],
  ["enable", "disable"],
  ["active", "inactive"],
  ["online", "offline"],
  ["healthy", "unhealthy"],
  ["connected", "disconnected"],
  ["alive", "dead"],
  ["open", "closed"],
  ["available", "unavailable"],
  ["locked", "unlocked"]
] as const

/**
 * The first words of pairs that are a switch even if only one of the two words was seen. A word of another pair, such
 * as OPEN, may be one of many states.
 */
const certain: ReadonlySet<string> = new Set(["up", "yes", "on", "true", "enabled", "enable"])

const stateKey =
  /(?:state|status|health)$|^(?:mode|phase|condition|conclusion|lifecycle|availability|result|running|alive|connection|enabled|active|power|led|relay)$/

/** Keys of directions, where `up` and `down` are two of several words: stable, steady. */
const ofDirection = /^(?:trend|direction|tendency|change|movement)$/

/** Keys of names: a metric that is called `up` is not a state. */
const isNameKey = (key: ReadonlyArray<string>) =>
  /^(?:name|id|key|label|title|metric|type|kind)$/.test(key.at(-1) ?? "")

/** How texts become numbers. */
export type States =
  | { readonly kind: "map"; readonly map: Readonly<Record<string, number>>; readonly word: string }
  | { readonly kind: "stateset"; readonly states: ReadonlyArray<string> }

/** More distinct words than this are treated as names. */
const maxStates = 12

/** The pair that contains all these words. */
const pairOf = (seen: ReadonlyArray<string>) => {
  const lower = new Set(seen.map((word) => word.toLowerCase()))
  const found = pairs.find((pair: ReadonlyArray<string>) => [...lower].every((word) => pair.includes(word)))
  // ON and on in the same place are different words
  return seen.length === lower.size ? found : undefined
}

/** Spells a word as the document does, or at least in the case of the other words. */
const spelledAs =
  (seen: ReadonlyArray<string>) =>
  (word: string): string => {
    const shown = seen.find((text) => text.toLowerCase() === word)
    if (shown !== undefined) return shown
    if (seen.every((text) => text === text.toUpperCase())) return word.toUpperCase()
    return seen.every((text) => /^[A-Z][^A-Z]*$/.test(text)) ? `${word.charAt(0).toUpperCase()}${word.slice(1)}` : word
  }

/** Whether all words are from one pair, such as on and off, whatever the key. */
export const areSwitch = (seen: ReadonlyArray<string>): boolean => {
  const pair = pairOf(seen)
  return pair !== undefined && (certain.has(pair[0]) || seen.length === 2)
}

/**
 * How to convert words if they are states: a pair to 1 and 0, others to a stateset of the words seen. `known`: these
 * words, and those of other places with the same key that share some of them. `changes`: some item had several of these
 * words.
 */
export const statesOf = (
  key: ReadonlyArray<string>,
  seen: ReadonlyArray<string>,
  known: ReadonlyArray<string>,
  changes: boolean
): States | undefined => {
  if (isNameKey(key)) return undefined
  const isDirection = ofDirection.test(key.at(-1) ?? "")
  const isState = changes || isDirection || stateKey.test(key.at(-1) ?? "")
  const words = isState && known.length <= maxStates ? known : seen
  const pair = isDirection ? undefined : pairOf(words)
  if (pair !== undefined && (certain.has(pair[0]) || words.length === 2)) {
    const [one = "", zero = ""] = pair.map(spelledAs(words))
    return { kind: "map", map: { [one]: 1, [zero]: 0 }, word: one }
  }
  return isState && words.length <= maxStates ? { kind: "stateset", states: words } : undefined
}
