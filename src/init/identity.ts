import type { Field } from "./field-reading.ts"
import { isLabelText } from "./label.ts"
import type { LeftOut } from "./left-out.ts"
import { itemPath, keysBeforeName, keysOf, nameKey } from "./place.ts"
import type { Items, Profile } from "./profile.ts"
import type { Shape } from "./shape.ts"
import { wordsOf } from "./words.ts"

/** Keys of names, best first: names that people choose, then numbers and ids of machines. */
const identities = (
  "name names hostname host fqdn label title displayname friendlyname symbol metric key slug index mount mountpoint " +
  "device dev disk interface ifname sensor node instance server service domain topic queue pool volume endpoint target chart statistic " +
  "user username login email currency country city location " +
  "id idx num no nr number channel slot partition shard port code address addr ip mac path url serial sn uuid guid hash prefix type"
).split(" ")

/** Keys of groups of rows. Such a value may be unique in a response, but only by chance. */
const scopes = new Set([
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
  "zone",
  "topic"
])

const isScope = ({ own }: Pick<Profile, "own">) => scopes.has(own.join("_"))

/** The rank of a key that is not like one of `identities`. */
const unnamed = 200

/** Only a number under one of these keys can identify a row. */
const numberName =
  /(?:^|_)(?:id|idx|index|num|no|nr|number|channel|slot|port|code|pid|vlan|asn|address|key|name|uuid|partition|shard|replica|ordinal|core|gpu|bay|lane)$|(?:num|idx|id)$/

/** Each key above the name adds more to the rank than the name itself can. */
const far = (steps: Profile["place"]["steps"]) => 300 * keysBeforeName(steps).length

/** Lower is better: the fields that people use to name a row come first. */
const rank = ({ place: { steps } }: Profile, noun: string): number => {
  const own = wordsOf(nameKey(steps))
  const whole = own.join("_")
  if (noun !== "" && (whole === noun || whole === `${noun}_name` || whole === `${noun}name`)) return far(steps)
  const exact = identities.indexOf(own.join(""))
  if (exact >= 0) return far(steps) + 1 + exact
  const last = own.at(-1) ?? ""
  // fanname, psnum
  const ending = identities.findIndex(
    (identity) =>
      last === identity || (identity.length > 1 && /^(?:name|num|idx|id)$/.test(identity) && last.endsWith(identity))
  )
  return far(steps) + (ending >= 0 ? identities.length + 2 + ending : unnamed)
}

/** Matches `nodename`, but not the name of something else, such as `filename`. */
const endsInName = /(?<!class_?|icon_?|file_?|user_?|model_?|product_?|type_?|group_?)name$/

/** Keys that name a row in its own fields, but a state or a kind in an inner object: `intensity.index`. */
const ambiguous = /^(?:index|label|key|metric|statistic|type|code)$/

const mayNameOne = ({ own, place: { steps } }: Profile): boolean =>
  keysBeforeName(steps).length === 0 || !ambiguous.test(own.join("_"))

const isNamed = (profile: Profile, noun: string) => rank(profile, noun) % 300 < unnamed

/** Whether every item has a value here that can be a label. */
const isCandidate = (profile: Profile): boolean => {
  const { place, numbers, texts, booleans, beside, optional, own } = profile
  if (beside || optional || booleans.length > 0 || place.values.length === 0) return false
  const integers = numbers.every((number) => Number.isInteger(number) && number >= 0)
  const texty = [...texts].every(([text, { kind }]) =>
    kind === "number"
      ? /^\d+$/.test(text) && numberName.test(own.join("_"))
      : text.trim() !== "" && isLabelText(text, kind)
  )
  return (numbers.length === 0 || (integers && numberName.test(own.join("_")))) && texty
}

/** Whether no two rows of a parent have the same values of these fields. */
const apart = (fields: ReadonlyArray<Profile>, { parents }: Items): boolean =>
  new Set(
    parents.map((parent, row) => JSON.stringify([parent, ...fields.map(({ place }) => String(place.values[row]))]))
  ).size === parents.length

/** Whether each response has at least one value in common with the first. */
const isSteady = ({ place }: Profile, { responses }: Items): boolean => {
  const byResponse = Map.groupBy(place.values.entries(), ([row]) => responses[row])
  const sets = [...byResponse.values()].map((entries) => new Set(entries.map(([, value]) => String(value))))
  const [first = new Set<string>()] = sets
  return sets.slice(1).every((others) => [...others].some((value) => first.has(value)))
}

const pairsOf = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  all.flatMap((one, at) => all.slice(at + 1).map((other) => [one, other]))

const triplesOf = <A>(all: ReadonlyArray<A>): ReadonlyArray<ReadonlyArray<A>> =>
  all.flatMap((one, at) => pairsOf(all.slice(at + 1)).map((pair) => [one, ...pair]))

/** Limits the number of pairs and triples to try. */
const maxCandidates = 12

/**
 * The fewest fields that identify the rows of each parent, after fields of groups such as `namespace`; undefined if
 * there are none.
 */
export const identify = (
  profiles: ReadonlyArray<Profile>,
  items: Items,
  noun: string
): ReadonlyArray<Profile> | undefined => {
  const candidates = profiles
    .filter((profile) => isCandidate(profile) && isSteady(profile, items))
    .toSorted((a, b) => rank(a, noun) - rank(b, noun))
    .slice(0, maxCandidates)
  const named = candidates.filter((profile) => isNamed(profile, noun))
  const around = profiles.filter(
    ({ own, place }) =>
      keysOf(place.steps).length === 1 && isScope({ own }) && candidates.some((other) => other.place === place)
  )
  const within = (profile: Profile) => [...around.filter((other) => other !== profile), profile]
  // a single row cannot show which fields are unique, so only the key of a field counts
  const isSingle = items.values.length === 1
  const single =
    named.find(
      (profile) =>
        profile.unique &&
        apart([profile], items) &&
        (!isSingle ||
          (mayNameOne(profile) && rank(profile, noun) % 300 <= identities.length) ||
          endsInName.test(profile.own.join("_")))
    ) ??
    (items.values.length > 1
      ? candidates.find((profile) => profile.unique && isWordLike(profile) && !(named.length > 0 && isScope(profile)))
      : undefined)
  if (single !== undefined) return isScope(single) ? [single] : within(single)
  const [name] = named
  const scoped =
    name === undefined
      ? undefined
      : [name, ...named.slice(1)].find((profile) => around.length > 0 && apart(within(profile), items))
  if (scoped !== undefined) return within(scoped)
  if (isSingle) return undefined
  return [...pairsOf(named), ...triplesOf(named)].find((fields) => apart(fields, items))
}

/** Whether a field with unique texts may be a name: its key is none of `identities`, but not that of a state either. */
const isWordLike = ({ texts, own }: Profile) =>
  texts.size > 0 && !/^(?:state|status|health|mode|message|version|value|val|data)$/.test(own.at(-1) ?? "")

/** Numbers that identify rows without series. No label shows them, so they are reported as left out. */
export const idsWithoutSeries = (
  identity: ReadonlyArray<Profile>,
  shape: Shape,
  fields: ReadonlyArray<Field>
): ReadonlyArray<LeftOut> => {
  if (fields.some(({ reading }) => reading.as === "label")) return []
  const parents = new Set(shape.rows.flatMap((rows) => rows.parents))
  const measured = fields.filter(({ reading }) => reading.as === "metrics")
  const hasSeries = (item: number) =>
    parents.has(item) || measured.some(({ profile }) => (profile.place.values[item] ?? null) !== null)
  return identity
    .filter(({ place }) => place.values.some((value, item) => typeof value === "number" && !hasSeries(item)))
    .map(({ place }) => ({ why: "of rows without a value", path: itemPath(place.steps) }))
}
