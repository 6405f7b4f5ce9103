/** Memory that waits to be used again, so that nothing of it becomes garbage. */
export interface Spare<A> {
  readonly take: () => A
  readonly give: (used: A) => void
}

/** Keeps what it is given, as long as that is not more than `most` bytes in all. */
export const spare = <A>(make: () => A, bytesOf: (used: A) => number, most: number): Spare<A> => {
  const kept: Array<A> = []
  let bytes = 0
  return {
    take: () => {
      const next = kept.pop()
      if (next === undefined) return make()
      bytes -= bytesOf(next)
      return next
    },
    give: (used) => {
      if (bytes + bytesOf(used) > most) return
      bytes += bytesOf(used)
      kept.push(used)
    }
  }
}
