import { labelsKey, present, type RowLabels } from "./labels.ts"
import type { Family, Labels, Sample } from "./sample.ts"
import { textSet } from "./texts.ts"

/**
 * Tells whether a row's labels differ from those of all rows before it. One label usually tells all rows apart, an id
 * or a position, and comparing it alone is many times cheaper: it looks for one that does, and takes all if none does.
 */
export const distinctRows = (expected: number): ((labels: RowLabels) => boolean) => {
  const rows = new Array<RowLabels>(expected)
  let count = 0
  let seen = textSet(expected)
  let column = 0
  const key = (labels: RowLabels) => (column < labels.length ? (labels[column]?.[1] ?? "") : labelsKey(present(labels)))
  return (labels) => {
    while (!seen.add(key(labels))) {
      if (column === labels.length) return false
      do {
        column++
        seen = textSet(expected)
      } while (!rows.every((row) => seen.add(key(row))))
    }
    rows[count++] = labels
    return true
  }
}

/**
 * Tells whether a series differs from all samples so far. `known` says that it must, if nothing of its family was in
 * doubt before: only then each of the family's series is looked at.
 */
export const distinctSeries = (samples: ReadonlyArray<Sample>) => {
  const doubted = new Map<Family, Set<string>>()
  const soFar = (family: Family) => {
    const keys = new Set<string>()
    for (const sample of samples) if (sample.family === family) keys.add(labelsKey(sample.labels))
    return keys
  }
  return (family: Family, labels: Labels, known: boolean): boolean => {
    let seen = doubted.get(family)
    if (seen === undefined) {
      if (known) return true
      seen = soFar(family)
      doubted.set(family, seen)
    }
    return seen.size < seen.add(labelsKey(labels)).size
  }
}
