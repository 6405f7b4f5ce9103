import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { compileConversion, compose, convertText, factorOf, withOffset } from "../../../src/mapping/value/conversion.ts"

const identity = factorOf("1")

test.each<[factor: string, offset: string | undefined, value: number, result: number]>([
  ["0.01", undefined, 81.4, 0.814],
  ["0.1", undefined, 2361, 236.1],
  ["3600000", undefined, 0.071, 255_600],
  ["0.001", undefined, 1_696_909_438_455, 1_696_909_438.455],
  ["1e-9", undefined, 1_469_555_103_500_000_000, 1_469_555_103.5],
  ["5/9", "-160/9", 21.2, -6],
  ["5/9", "-160/9", 32, 0],
  ["5/9", "-160/9", 41, 5],
  ["1", "-273.15", 300.15, 27],
  ["1/3.6", undefined, 36, 10],
  ["1e300", undefined, 1e300, Number.POSITIVE_INFINITY],
  ["1e-300", undefined, 1e-300, 0],
  ["0.001", undefined, 5e-324, 0],
  ["3", undefined, 5e-324, 1.5e-323],
  ["0.125", undefined, -0, -0]
])("a number times %s plus %s: %d is %d", (factor, offset, value, result) => {
  const conversion = offset === undefined ? factorOf(factor) : withOffset(factorOf(factor), offset)
  expect(compileConversion(conversion)(value) + 0).toBe(result + 0)
})

const coefficient = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n })
const conversion = fc.record({
  multiply: coefficient,
  add: fc.oneof(fc.constant(0n), coefficient),
  divide: fc.bigInt({ min: 1n, max: 10n ** 18n })
})

/** Whether no double is nearer to `above / below` than `result`. */
const isNearest = (result: number, above: bigint, below: bigint): boolean => {
  const most = BigInt(Number.MAX_VALUE) * below
  if (Number.isNaN(result)) return false
  if (!Number.isFinite(result)) return result > 0 ? above > most : above < -most
  const view = new DataView(new ArrayBuffer(8))
  const neighbour = (step: bigint): number => {
    view.setFloat64(0, result === 0 ? 0 : Math.abs(result))
    const bits = view.getBigInt64(0) + step
    if (bits < 0n) return -5e-324
    view.setBigInt64(0, bits)
    return view.getFloat64(0) * (result < 0 ? -1 : 1)
  }
  const distance = (value: number): bigint => {
    const [numerator, denominator] = fraction(value)
    const difference = numerator * below - above * denominator
    // over the common denominator 2^1074
    return ((difference < 0n ? -difference : difference) * (1n << 1074n)) / denominator
  }
  const own = distance(result)
  return own <= distance(neighbour(1n)) && own <= distance(neighbour(-1n))
}

/** A double as a fraction, exactly. */
const fraction = (value: number): [bigint, bigint] => {
  let [numerator, denominator] = [value, 1n]
  while (!Number.isInteger(numerator)) {
    numerator *= 2
    denominator *= 2n
  }
  return [BigInt(numerator), denominator]
}

const asFraction = (text: string): [bigint, bigint] => {
  const { multiply, divide } = factorOf(text)
  return [multiply, divide]
}

describe("the result is what decimal arithmetic gives, rounded once", () => {
  test("of texts", () =>
    fc.assert(
      fc.property(
        conversion,
        fc.integer({ min: -(2 ** 52), max: 2 ** 52 }),
        fc.integer({ min: -30, max: 30 }),
        (made, digits, power) => {
          const text = `${digits}e${power}`
          const [above, below] = asFraction(text)
          const result = convertText(made, text)
          return isNearest(result, above * made.multiply + made.add * below, below * made.divide)
        }
      ),
      { numRuns: 2000 }
    ))

  const number = fc.oneof(
    fc.integer(),
    fc.maxSafeInteger(),
    fc.tuple(fc.integer({ min: -1e9, max: 1e9 }), fc.nat(9)).map(([digits, power]) => digits / 10 ** power),
    fc.double({ noNaN: true, noDefaultInfinity: true })
  )
  const everyday = fc
    .constantFrom("0.01", "0.001", "1e-6", "60", "3600000", "0.125", "5/9", "1/3.6", "1024", "0.1")
    .map(factorOf)

  test("of numbers, on the fast path and off it", () =>
    fc.assert(
      fc.property(fc.oneof(everyday, conversion), number, (made, value) => {
        expect(compileConversion(made)(value) + 0).toBe(convertText(made, String(value)) + 0)
      }),
      { numRuns: 20_000 }
    ))

  test("of a scale and a unit together, once", () =>
    fc.assert(
      fc.property(conversion, conversion, number, (first, second, value) => {
        const [above, below] = asFraction(String(value))
        const [middleAbove, middleBelow] = [above * first.multiply + first.add * below, below * first.divide]
        const result = convertText(compose(first, second), String(value))
        return isNearest(result, middleAbove * second.multiply + second.add * middleBelow, middleBelow * second.divide)
      })
    ))
})

test("a value halfway between two doubles is rounded to even", () => {
  expect(convertText(identity, "9007199254740993")).toBe(9_007_199_254_740_992)
  expect(convertText(identity, "9007199254740995")).toBe(9_007_199_254_740_996)
})

test("the fast path is not used for a product that no double holds", () => {
  const made = { multiply: 321n, add: -9_007_199_254_740_990n, divide: 1n }
  expect(compileConversion(made)(28_059_810_762_433)).toBe(3)
})

test("a text of a million digits is converted", () => {
  expect(convertText(factorOf("0.1"), `${"1".repeat(1e6)}`)).toBe(Number.POSITIVE_INFINITY)
  expect(convertText(factorOf("0.1"), `0.${"1".repeat(1e6)}`)).toBeCloseTo(0.01111)
  expect(convertText(identity, "1e999999999999")).toBe(Number.POSITIVE_INFINITY)
  expect(convertText(identity, "1e-999999999999")).toBe(0)
  expect(convertText(identity, "12 apples")).toBeNaN()
})
