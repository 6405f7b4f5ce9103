import type { ClusterMember } from "../poll/cluster-status.ts"
import type { MemberRow } from "./database.ts"

/** The state of a process for the other members, as JSON in its row of `poller_members`. */
export interface MemberState {
  readonly url: string
  readonly version: string
  readonly configuration: string
  readonly started: number
  readonly targets: number
  /** Number, since when (epoch milliseconds), and whether all targets of it have been polled since. */
  readonly shards: ReadonlyArray<readonly [shard: number, since: number, isPolled: 0 | 1]>
}

/** A member with its state. The content of a row is not trusted: other programs can write to the database. */
export interface Member extends MemberRow {
  readonly known: MemberState
  readonly since: ReadonlyMap<number, number>
  readonly polled: ReadonlySet<number>
}

const text = (value: unknown) => (typeof value === "string" ? value : "")

/** An integer of at least 0 that is a valid time of a Date. */
const integer = (value: unknown) =>
  Number.isInteger(value) && Number(value) >= 0 && Number(value) < 8e15 ? Number(value) : 0

const isShard = (entry: unknown): entry is MemberState["shards"][number] =>
  Array.isArray(entry) && entry.length === 3 && entry.every((number) => integer(number) === number)

const parse = (row: string): MemberState => {
  let state: unknown
  try {
    state = JSON.parse(row)
  } catch {
    state = undefined
  }
  const { url, version, configuration, started, targets, shards }: Readonly<Record<string, unknown>> =
    typeof state === "object" ? { ...state } : {}
  return {
    // the pages link to this address
    url: /^https?:\/\//.test(text(url)) ? text(url) : "",
    version: text(version),
    configuration: text(configuration),
    started: integer(started),
    targets: integer(targets),
    shards: Array.isArray(shards) ? shards.filter(isShard) : []
  }
}

export const memberOf = (row: MemberRow): Member => {
  const known = parse(row.state)
  return {
    ...row,
    known,
    since: new Map(known.shards.map(([shard, since]) => [shard, since])),
    polled: new Set(known.shards.filter(([, , isPolled]) => isPolled === 1).map(([shard]) => shard))
  }
}

export const describeMember = (
  { address, known, age }: Member,
  { now, isAlive, isSelf }: { readonly now: number; readonly isAlive: boolean; readonly isSelf: boolean }
): ClusterMember => {
  const { url, version, configuration, started, targets } = known
  return { address, url, version, configuration, started, targets, isAlive, isSelf, lastSeen: now - age }
}
