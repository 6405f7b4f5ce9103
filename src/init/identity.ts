import { wordsOf } from "./words.ts"

/** A single value of rows that may be a label: the keys to it in the row, and a text a row. */
export interface Candidate {
  readonly keys: ReadonlyArray<string>
  readonly texts: ReadonlyArray<string | undefined>
}

/** Keys that tell things apart, the best first. */
const identities = [
  "name",
  "id",
  "key",
  "uuid",
  "hostname",
  "host",
  "node",
  "device",
  "dev",
  "interface",
  "instance",
  "symbol",
  "slug",
  "code",
  "address",
  "addr",
  "server",
  "ip",
  "path",
  "title"
]

/** Keys of what a name is a name in: unique here by chance, but not by nature. */
const scopes = [
  "vhost",
  "namespace",
  "tenant",
  "database",
  "db",
  "schema",
  "region",
  "datacenter",
  "dc",
  "cluster",
  "zone"
]

const rank = (keys: ReadonlyArray<string>, noun: string): number => {
  const words = wordsOf(keys.at(-1) ?? "")
  const whole = words.join("_")
  // further from the row, or of something else within it
  const far = 100 * (keys.length - 1)
  if (whole === noun || whole === `${noun}_name` || whole === `${noun}_id`) return far
  const exact = identities.indexOf(whole)
  if (exact >= 0) return far + 1 + exact
  const last = identities.indexOf(words.at(-1) ?? "")
  return far + (last >= 0 ? 31 + last : 61)
}

/**
 * The fewest candidates that tell the rows of each group apart, with what their names live in; undefined where none do.
 * `groups` says which rows stand in one list.
 */
export const identify = (
  candidates: ReadonlyArray<Candidate>,
  groups: ReadonlyArray<number>,
  noun: string
): ReadonlyArray<Candidate> | undefined => {
  const whole = candidates.filter(({ texts }) => texts.every((text) => text !== undefined))
  const ranked = whole.toSorted((a, b) => rank(a.keys, noun) - rank(b.keys, noun)).slice(0, 8)
  const apart = (chosen: ReadonlyArray<Candidate>) =>
    new Set(groups.map((group, row) => JSON.stringify([group, ...chosen.map(({ texts }) => texts[row])]))).size ===
    groups.length
  const around = whole.filter(({ keys }) => keys.length === 1 && scopes.includes(wordsOf(keys[0] ?? "").join("_")))
  const within = (candidate: Candidate) => [...around.filter((other) => other !== candidate), candidate]
  const named = ranked.filter(({ keys }) => rank(keys, noun) % 100 < 61)
  const single = named.find((candidate) => apart([candidate])) ?? named.find((candidate) => apart(within(candidate)))
  return single === undefined ? pairs(ranked).find(apart) : within(single)
}

const pairs = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  all.flatMap((one, at) => all.slice(at + 1).map((other) => [one, other]))
