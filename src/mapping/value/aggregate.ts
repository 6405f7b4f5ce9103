import type { Aggregate } from "./calc.ts"

/** One number from at least one. `count` is not here: it does not look at the values. */
export const aggregate: Readonly<Record<Exclude<Aggregate, "count">, (values: ReadonlyArray<number>) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  min: (values) => values.reduce((least, value) => Math.min(least, value)),
  max: (values) => values.reduce((greatest, value) => Math.max(greatest, value)),
  first: ([value = Number.NaN]) => value,
  last: (values) => values.at(-1) ?? Number.NaN
}
