/** Bounded, so that a client that always sends new keys, such as Accept headers, cannot fill the memory. */
const maxEntries = 100

/** A pure function that keeps its last results. The cache is emptied when it is full. */
export const memoize = <K, V>(f: (key: K) => V): ((key: K) => V) => {
  const cache = new Map<K, V>()
  return (key) => {
    const value = cache.get(key)
    if (value !== undefined) return value
    if (cache.size >= maxEntries) cache.clear()
    const fresh = f(key)
    cache.set(key, fresh)
    return fresh
  }
}
