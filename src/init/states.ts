/** Words of which the first says 1 and the second 0. */
const pairs = [
  ["up", "down"],
  ["yes", "no"],
  ["on", "off"],
  ["true", "false"],
  ["ok", "error"],
  ["pass", "fail"],
  ["enabled", "disabled"],
  ["active", "inactive"],
  ["online", "offline"],
  ["healthy", "unhealthy"],
  ["connected", "disconnected"],
  ["running", "stopped"],
  ["alive", "dead"],
  ["open", "closed"]
] as const

/** States that well-known APIs know of, so that one that does not show today is not a surprise tomorrow. */
const sets = [
  ["green", "yellow", "red"],
  ["up", "down", "out_of_service", "unknown"],
  ["passing", "warning", "critical"],
  ["ok", "warning", "critical", "unknown"],
  ["healthy", "degraded", "unhealthy"],
  ["leader", "follower", "candidate"],
  ["primary", "secondary", "arbiter"],
  ["online", "degraded", "faulted", "offline"],
  ["pending", "running", "succeeded", "failed", "unknown"],
  ["queued", "running", "success", "failed", "canceled"],
  ["created", "running", "paused", "restarting", "removing", "exited", "dead"],
  ["up", "draining", "down", "unavail", "checking", "unhealthy"]
] as const

const stateKeys = /^(?:state|status|health|mode|phase|condition|conclusion|severity|lifecycle)$/

const word = /^[A-Za-z][A-Za-z0-9_ -]{0,30}$/

/** How a text that is one of a few words becomes a number. */
export type States =
  | { readonly kind: "map"; readonly map: Readonly<Record<string, number>> }
  | { readonly kind: "stateset"; readonly states: ReadonlyArray<string>; readonly guessed: boolean }

/** The states that texts are of, or undefined where they are rather names or prose. `key`: the words of their key. */
export const statesOf = (key: ReadonlyArray<string>, texts: ReadonlySet<string>): States | undefined => {
  const seen = [...texts]
  if (seen.length > 8 || !seen.every((text) => word.test(text))) return undefined
  const plain = seen.map((text) => text.toLowerCase())
  const isState = stateKeys.test(key.at(-1) ?? "")
  const within = (known: ReadonlyArray<string>) => plain.every((text) => known.includes(text))

  const pair = pairs.find((known) => within(known) && (isState || plain.length === 2))
  const set = sets.find((known) => within(known) && (isState || plain.length > 2) && tells(known, plain))
  if (pair !== undefined && (plain.length === 2 || set?.[0] !== plain[0])) {
    const [one, zero] = pair.map(spelledAs(seen))
    if (one !== undefined && zero !== undefined) return { kind: "map", map: { [one]: 1, [zero]: 0 } }
  }
  if (set !== undefined) return { kind: "stateset", states: set.map(spelledAs(seen)), guessed: false }
  return isState ? { kind: "stateset", states: seen, guessed: true } : undefined
}

/** One word tells a set if it is its first, the good one, or stands in no other. */
const tells = (known: ReadonlyArray<string>, seen: ReadonlyArray<string>): boolean => {
  const [word = ""] = seen
  return (
    seen.length > 1 || word === known[0] || sets.filter((set: ReadonlyArray<string>) => set.includes(word)).length === 1
  )
}

/** As the document spells it, or in capitals where the document does so. */
const spelledAs =
  (seen: ReadonlyArray<string>) =>
  (state: string): string => {
    const shown = seen.find((text) => text.toLowerCase() === state)
    if (shown !== undefined) return shown
    if (seen.every((text) => text === text.toUpperCase())) return state.toUpperCase()
    return seen.every((text) => /^[A-Z][^A-Z]*$/.test(text))
      ? `${state.charAt(0).toUpperCase()}${state.slice(1)}`
      : state
  }
