/** The shard of this process. */
export interface Shard {
  /** From 0. */
  readonly ordinal: number
  readonly total: number
}

/**
 * FNV-1a over the UTF-8 bytes of a name, with the last step of MurmurHash3, so that names that differ only in the last
 * digit get distant values. An integer below 2^32.
 */
export const hash32 = (name: string): number => {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** FNV-1a with 64 bits over the UTF-8 bytes of a name. */
const fnv1a = (name: string): bigint => {
  let hash = 0xcbf29ce484222325n
  for (const byte of Buffer.from(name)) hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffffffffffffffffn
  return hash
}

/**
 * The shard that polls a target, from 0 to `total` - 1. It depends only on the name. From n to n + 1 shards, about 1/(n
 * + 1) of the targets move, all of them to the new shard (jump consistent hash, Lamping and Veach, arXiv:1406.2294).
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
