import * as fc from "fast-check"
import { expect, test } from "vitest"
import { withDecimalPoint } from "../../../src/mapping/value/decimal-comma.ts"
import { lines, problemLines, transformValue } from "../collect.ts"

test.each([
  ["45,0 °C", "45.0 °C"],
  ["1.234,5", "1234.5"],
  ["1.234.567", "1234567"],
  ["1 234,5 kWh", "1234.5 kWh"],
  ["1\u202f234,5", "1234.5"],
  ["1'234,5", "1234.5"],
  ["-0,981 V", "-0.981 V"],
  ["\u221212,5", "-12.5"],
  ["12", "12"],
  // not written with a decimal comma
  ["12.5", undefined],
  ["1,234,567", undefined],
  ["1,234.5", undefined],
  ["1.23,5", undefined],
  ["1.234 567,8", "1234 567,8"],
  [",5", undefined],
  ["5, 6", undefined],
  ["N/A", undefined]
])("%s is %s", (text, wanted) => expect(withDecimalPoint(text)).toBe(wanted))

test("a number that a German locale writes is read as it is", () => {
  const format = new Intl.NumberFormat("de-DE", { maximumFractionDigits: 6 })
  fc.assert(
    fc.property(fc.integer({ min: -1e9, max: 1e9 }), fc.integer({ min: 0, max: 1e6 }), (whole, millionths) => {
      const value = Number(`${whole}.${String(millionths).padStart(6, "0")}`)
      const mapping = { metrics: { m: { value: "v", decimal: "," } } }
      const { samples } = transformValue(mapping as never, { v: format.format(value) })
      expect(samples.map((sample) => sample.value)).toEqual([Number(value.toFixed(6)) + 0])
    }),
    { numRuns: Number(process.env.RUNS ?? 300) }
  )
})

test("decimal applies to numbers and quantities in strings, before scale and unit", () => {
  const read = (options: object, v: unknown) =>
    transformValue({ metrics: { m_watts: { value: "v", decimal: ",", ...options } } } as never, { v } as never)
  expect(lines(read({ parse: "quantity" }, "1.234,5 kW"))).toEqual(["m_watts{} 1234500"])
  expect(lines(read({ unit: "kW", scale: 0.1 }, "12,5"))).toEqual(["m_watts{} 1250"])
  expect(lines(read({ pattern: "now (.*)" }, "now 12,5"))).toEqual(["m_watts{} 12.5"])
  expect(lines(read({}, 12.5))).toEqual(["m_watts{} 12.5"])
  expect(problemLines(read({}, "12.5"))).toEqual(['not_a_number m_watts v $: "12.5"'])
})

test.each([
  ["0,981 V", 'decimal: "," reads it'],
  ["12,5 V", 'decimal: "," reads it'],
  ["1.234,5 V", 'decimal: "," reads it']
])("without it, %s is no number, and the problem says how it is read", (v, hint) => {
  const mapping = { metrics: { m_volts: { value: "v", parse: "quantity" } } }
  expect(problemLines(transformValue(mapping as never, { v }))).toEqual([`not_a_number m_volts v $: "${v}"; ${hint}`])
})

test("a comma before three digits is between thousands in a quantity; of a plain text nobody can tell", () => {
  const quantity = { metrics: { m_volts: { value: "v", parse: "quantity" } } }
  expect(lines(transformValue(quantity as never, { v: "1,234 V" }))).toEqual(["m_volts{} 1234"])
  expect(problemLines(transformValue({ metrics: { m: "v" } }, { v: "1,234" }))).toEqual([
    'not_a_number m v $: "1,234"; parse: quantity reads a comma between thousands, decimal: "," one before the fraction'
  ])
})
