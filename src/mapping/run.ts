import type { LabelProblem } from "./labels.ts"
import type { Lookup } from "./lookup.ts"
import type { Problems } from "./problems.ts"
import type { Family, Samples } from "./sample.ts"
import type { Aside } from "./scan/aside.ts"
import type { Bulks } from "./scan/bulk.ts"

/** One document on its way through a plan. Its functions take it, and are not made for it: V8 forgets with a function how it was compiled. */
export interface Run {
  readonly look: Lookup
  readonly samples: Samples
  readonly maxSeries: number
  readonly problems: Problems
  readonly labelLost: LabelProblem
  /** Lists that the document has not, and that its bytes have. */
  readonly lists: { readonly bulks: Bulks; readonly aside: Aside } | undefined
  series: number
  /** The rows of a list did not end where it was known to, or were not read to their end. */
  strayed: boolean
}

/** One over the limit says as much as any number. */
export const isFull = ({ series, maxSeries }: Run): boolean => series > maxSeries

/** Whether there is no need for another row, or no more time for one. */
export const hasEnough = (run: Run): boolean => isFull(run) || run.look.effort.left-- < 0

/** Says no to a duplicate. */
export const add = (run: Run, family: Family, labels: number, value: number): boolean => {
  if (isFull(run)) return true
  const isNew = run.samples.add(family, labels, value)
  if (isNew) run.series++
  return isNew
}

/** The same of a value that stands in the bytes as the exposition spells it. */
export const addSpelled = (
  run: Run,
  family: Family,
  labels: number,
  bytes: Buffer,
  begin: number,
  end: number
): boolean => {
  if (isFull(run)) return true
  const isNew = run.samples.addSpelled(family, labels, bytes, begin, end)
  if (isNew) run.series++
  return isNew
}
