/**
 * A set of about `expected` texts; `add` says whether a text is new. A Set spends several times as long on texts that
 * were never hashed before, as those of a fresh document, and on growing.
 */
export const textSet = (expected: number): { readonly add: (text: string) => boolean } => {
  if (expected <= few) {
    const texts: Array<string> = []
    return { add: (text) => !texts.includes(text) && texts.push(text) > 0 }
  }
  const mask = 2 ** Math.ceil(Math.log2(expected * 2)) - 1
  /** Where a text's hash leads, and in the places behind it: one more than its position among `texts`, 0 for none. */
  const table = new Int32Array(mask + 1)
  const texts = new Array<string>(expected)
  let count = 0
  /** Texts that found no place near enough, as when somebody chose them so. */
  const others = new Set<string>()
  return {
    add: (text) => {
      for (let place = hash(text), last = place + 16; place < last; place++) {
        const position = table[place & mask]
        if (position === 0) {
          texts[count++] = text
          table[place & mask] = count
          return true
        }
        if (position !== undefined && texts[position - 1] === text) return false
      }
      return others.size < others.add(text).size
    }
  }
}

/** So few are compared faster than hashed. */
const few = 8

const hash = (text: string): number => {
  let hash = text.length
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x5bd1e995) ^ (hash >>> 15)
  return (hash ^ (hash >>> 13)) & 0x3fffffff
}
