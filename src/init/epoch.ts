/** Units of epoch times, and how many make a second. */
const epochUnits = [
  [undefined, 1],
  ["ms", 1e3],
  ["us", 1e6],
  ["ns", 1e9]
] as const

export type EpochUnit = (typeof epochUnits)[number][0]

const fits = (number: number, factor: number) => number / factor >= 1e9 && number / factor < 4e9

/**
 * The unit of numbers whose size is that of epoch times from 2001 to 2096; `{ unit: undefined }` for seconds. Accepts
 * 0, which may mean never.
 */
export const epochUnitOf = (numbers: ReadonlyArray<number>): { readonly unit: EpochUnit } | undefined => {
  const found = epochUnits.find(
    ([, factor]) =>
      numbers.some((number) => number !== 0) && numbers.every((number) => number === 0 || fits(number, factor))
  )
  return found === undefined ? undefined : { unit: found[0] }
}

/** Whether the size of a number, or of a number in a string, is that of an epoch time. */
export const isEpoch = (value: unknown): boolean =>
  (typeof value === "number" || (typeof value === "string" && /^\d{10,19}(?:\.\d+)?$/.test(value))) &&
  epochUnitOf([Number(value)]) !== undefined
