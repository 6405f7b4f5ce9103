/** Units of numbers that count from 1970, and how many of them are a second. */
const epochUnits = [
  [undefined, 1],
  ["ms", 1e3],
  ["us", 1e6],
  ["ns", 1e9]
] as const

export type EpochUnit = (typeof epochUnits)[number][0]

const fits = (number: number, factor: number) => number / factor >= 1e9 && number / factor < 4e9

/**
 * The unit of numbers that may be times from 2001 to 2096, by their size: `{ unit: undefined }` for seconds. 0 may
 * stand for never.
 */
export const epochUnitOf = (numbers: ReadonlyArray<number>): { readonly unit: EpochUnit } | undefined => {
  const found = epochUnits.find(
    ([, factor]) =>
      numbers.some((number) => number !== 0) && numbers.every((number) => number === 0 || fits(number, factor))
  )
  return found === undefined ? undefined : { unit: found[0] }
}

/** Whether a value, also a number in a string, may be a time by its size. */
export const isEpoch = (value: unknown): boolean =>
  (typeof value === "number" || (typeof value === "string" && /^\d{10,19}(?:\.\d+)?$/.test(value))) &&
  epochUnitOf([Number(value)]) !== undefined
