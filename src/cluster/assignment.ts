import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as HashRing from "effect/HashRing"
import { hash32 } from "../poll/shard.ts"

/**
 * Number of shards that the targets are divided into. With more shards the shares are more even, but each shard needs a
 * lock in the database. With three members, each has at most 1.2 times the average.
 */
export const shardCount = 512

/** The shard of a target, from 1. It depends only on the name. */
export const shardOfTarget = (name: string): number => (hash32(name) % shardCount) + 1

/** The address of a member, `HOST:PORT`, as a value of Effect's cluster. */
export const runnerAddress = (address: string): RunnerAddress.RunnerAddress => {
  const colon = address.lastIndexOf(":")
  return RunnerAddress.make(address.slice(0, colon), Number(address.slice(colon + 1)))
}

export const showAddress = ({ host, port }: RunnerAddress.RunnerAddress): string => `${host}:${port}`

/**
 * Points of a member on the hash ring. With three members and 300 shards the largest share is 1.09 times the average,
 * and 1.12 times with 128 points, the default.
 */
const baseWeight = 1024

/**
 * The member that each shard belongs to (index 0 is unused). A new member takes shards and moves no others between the
 * old ones. `HashRing.getShards` would not do: it makes all shares equal, and for that moves 1 to 2 % of the shards
 * between members that stay.
 */
export const assign = (members: Iterable<string>): ReadonlyArray<string | undefined> => {
  const ring = HashRing.make<RunnerAddress.RunnerAddress>({ baseWeight })
  HashRing.addMany(ring, Array.from(members, runnerAddress))
  return Array.from({ length: shardCount + 1 }, (_, shard) => {
    const owner = HashRing.get(ring, `shard-${shard}`)
    return owner === undefined ? undefined : showAddress(owner)
  })
}
