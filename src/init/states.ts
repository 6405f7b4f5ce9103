/** Words of which the first says 1 and the second 0, each the only opposite of the other. */
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

/** Pairs that say so in whatever field: an OPEN somewhere else may be one of many states. */
const certain: ReadonlySet<string> = new Set(["up", "yes", "on", "true", "enabled", "enable"])

const stateKey =
  /(?:state|status|health)$|^(?:mode|phase|condition|conclusion|lifecycle|availability|result|running|alive|connection|enabled|active|power|led|relay)$/

/** A metric called `up` is no state. */
const isNameKey = (key: ReadonlyArray<string>) =>
  /^(?:name|id|key|label|title|metric|type|kind)$/.test(key.at(-1) ?? "")

/** How words become numbers. */
export type States =
  | { readonly kind: "map"; readonly map: Readonly<Record<string, number>>; readonly word: string }
  | { readonly kind: "stateset"; readonly states: ReadonlyArray<string> }

/** More different words are names. */
const maxStates = 12

/** Words of one pair, in their order. */
const pairOf = (seen: ReadonlyArray<string>) => {
  const lower = new Set(seen.map((word) => word.toLowerCase()))
  const found = pairs.find((pair: ReadonlyArray<string>) => [...lower].every((word) => pair.includes(word)))
  // ON and on in one place are two words
  return seen.length === lower.size ? found : undefined
}

/** As the document spells a word, or in the case of those that it has. */
const spelledAs =
  (seen: ReadonlyArray<string>) =>
  (word: string): string => {
    const shown = seen.find((text) => text.toLowerCase() === word)
    if (shown !== undefined) return shown
    if (seen.every((text) => text === text.toUpperCase())) return word.toUpperCase()
    return seen.every((text) => /^[A-Z][^A-Z]*$/.test(text)) ? `${word.charAt(0).toUpperCase()}${word.slice(1)}` : word
  }

/** Whether all words are those of one pair, such as on and off, whatever the key. */
export const areSwitch = (seen: ReadonlyArray<string>): boolean => {
  const pair = pairOf(seen)
  return pair !== undefined && (certain.has(pair[0]) || seen.length === 2)
}

/**
 * What words are if they are states: a pair becomes 1 and 0, others a stateset of the words that were seen. `known`:
 * these words and those of places with the same key that share some of them. `changes`: the same thing had several of
 * them.
 */
export const statesOf = (
  key: ReadonlyArray<string>,
  seen: ReadonlyArray<string>,
  known: ReadonlyArray<string>,
  changes: boolean
): States | undefined => {
  if (isNameKey(key)) return undefined
  const isState = changes || stateKey.test(key.at(-1) ?? "")
  const words = isState && known.length <= maxStates ? known : seen
  const pair = pairOf(words)
  if (pair !== undefined && (certain.has(pair[0]) || words.length === 2)) {
    const [one = "", zero = ""] = pair.map(spelledAs(words))
    return { kind: "map", map: { [one]: 1, [zero]: 0 }, word: one }
  }
  return isState && words.length <= maxStates ? { kind: "stateset", states: words } : undefined
}
