/**
 * FNV-1a over the UTF-8 bytes of a name, finished as MurmurHash3 does, so that names which differ in their last digit
 * land far apart: an integer below 2^32.
 */
export const hash32 = (name: string): number => {
  let hash = 0x811c9dc5
  for (const byte of Buffer.from(name)) hash = Math.imul(hash ^ byte, 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
