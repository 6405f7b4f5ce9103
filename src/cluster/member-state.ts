import type { ClusterMember } from "../poll/cluster-status.ts"
import type { MemberRow } from "./database.ts"

/** What a process tells the others about itself, as JSON in its row of `poller_members`. */
export interface MemberState {
  readonly url: string
  readonly version: string
  readonly configuration: string
  readonly started: number
  readonly targets: number
  /** Number, since when (epoch milliseconds), and whether all targets of it have been polled since. */
  readonly shards: ReadonlyArray<readonly [shard: number, since: number, isPolled: 0 | 1]>
}

/** A member with its state. Rows of another version may have anything in them. */
export interface Member extends MemberRow {
  readonly known: MemberState
  readonly since: ReadonlyMap<number, number>
  readonly polled: ReadonlySet<number>
}

const unknown: MemberState = { url: "", version: "", configuration: "", started: 0, targets: 0, shards: [] }

const parse = (state: string): MemberState => {
  try {
    return { ...unknown, ...JSON.parse(state) }
  } catch {
    return unknown
  }
}

export const memberOf = (row: MemberRow): Member => {
  const known = parse(row.state)
  const shards = Array.isArray(known.shards) ? known.shards : []
  return {
    ...row,
    known,
    since: new Map(shards.map(([shard, since]) => [shard, since])),
    polled: new Set(shards.filter(([, , isPolled]) => isPolled === 1).map(([shard]) => shard))
  }
}

export const describeMember = (
  { address, known, age }: Member,
  { now, isAlive, isSelf }: { readonly now: number; readonly isAlive: boolean; readonly isSelf: boolean }
): ClusterMember => {
  const { url, version, configuration, started, targets } = known
  return { address, url, version, configuration, started, targets, isAlive, isSelf, lastSeen: now - age }
}
