/** What is asked, such as the headers of scrapers, is the same few things for ever; who asks for others shall not fill the memory. */
const maxEntries = 100

/** The function with its last results kept: for one that is pure, and asked the same few things again and again. */
export const memoize = <K, V>(f: (key: K) => V): ((key: K) => V) => {
  const known = new Map<K, V>()
  return (key) => {
    const value = known.get(key)
    if (value !== undefined) return value
    if (known.size >= maxEntries) known.clear()
    const fresh = f(key)
    known.set(key, fresh)
    return fresh
  }
}
