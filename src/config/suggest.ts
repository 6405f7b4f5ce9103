/** Edit distance: letters inserted, removed, replaced, or swapped with their neighbor (Damerau-Levenshtein). */
const distance = (a: string, b: string): number => {
  const rows: Array<Array<number>> = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number) => rows[i]?.[j] ?? Number.POSITIVE_INFINITY
  for (let i = 1; i <= a.length; i++) {
    rows[i] = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const cost = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (same ? 0 : 1))
      rows[i]?.push(swapped ? Math.min(cost, at(i - 2, j - 2) + 1) : cost)
    }
  }
  return at(a.length, b.length)
}

const fold = (word: string) => word.toLowerCase().replace(/[^a-z0-9]/g, "")

/** `; did you mean X?` if one of the known words is close to `word`, else an empty string. */
export const didYouMean = (word: string, known: ReadonlyArray<string>): string => {
  const near = known
    .map((name) => ({ name, far: fold(name) === fold(word) ? 0 : distance(word.toLowerCase(), name) }))
    .filter(({ name, far }) => far <= Math.max(1, Math.floor(Math.min(word.length, name.length) / 3)))
    .sort((a, b) => a.far - b.far)[0]
  return near === undefined ? "" : `; did you mean ${near.name}?`
}
