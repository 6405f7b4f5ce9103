/** Which of how many processes this one is. */
export interface Shard {
  readonly ordinal: number
  readonly total: number
}

/** FNV-1a of 64 bits over the UTF-8 bytes of a name. */
const fnv1a = (name: string): bigint => {
  let hash = 0xcbf29ce484222325n
  for (const byte of Buffer.from(name)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
  return hash
}

/**
 * The shard that polls a target, from 0 to `total` - 1. It follows from the name alone; growing from n to n + 1 shards moves about
 * 1/(n + 1) of the targets, all of them to the new one (jump consistent hash, Lamping and Veach, arXiv:1406.2294).
 */
export const shardOf = (name: string, total: number): number => {
  let key = fnv1a(name)
  let bucket = -1
  let next = 0
  while (next < total) {
    bucket = next
    key = (key * 2862933555777941757n + 1n) & 0xffffffffffffffffn
    next = Math.floor((bucket + 1) * (2 ** 31 / (Number(key >> 33n) + 1)))
  }
  return bucket
}
