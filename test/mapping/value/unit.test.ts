import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { compileConversion } from "../../../src/mapping/value/conversion.ts"
import { baseUnitOf, unitOf, unitsInAnyCase, unitsNamed } from "../../../src/mapping/value/unit.ts"
import { quantities, unitTable } from "../../../src/mapping/value/unit-table.ts"

const convert = (value: number, word: string, base: string) => {
  const unit = unitOf(word, base)
  return unit === undefined ? undefined : compileConversion(unit.conversion)(value)
}

test.each([
  [1500, "ms", "seconds", 1.5],
  [3, "us", "seconds", 3e-6],
  [3, "µs", "seconds", 3e-6],
  [3, "μs", "seconds", 3e-6],
  [2, "Minutes", "seconds", 120],
  [2, "m", "seconds", 120],
  [2, "m", "meters", 2],
  [1, "w", "seconds", 604_800],
  [1, "W", "watts", 1],
  [5, "mW", "watts", 0.005],
  [5, "MW", "watts", 5e6],
  [5, "mw", "watts", undefined],
  [5, "kW", "watts", 5000],
  [5, "KW", "watts", 5000],
  [52.052, "kWh", "joules", 187_387_200],
  [1.2, "gb", "bytes", 1.2e9],
  [230, "b", "bytes", 230],
  [1, "MB", "bytes", 1e6],
  [1, "MiB", "bytes", 2 ** 20],
  [1, "mebibytes", "bytes", 2 ** 20],
  [1, "Mb", "bytes", undefined],
  [1, "Kb", "bytes", undefined],
  [8, "Mbit", "bytes", 1e6],
  [8, "Mbit/s", "bytes_per_second", 1e6],
  [8, "Mbps", "bytes_per_second", 1e6],
  [8, "MBps", "bytes_per_second", 8e6],
  [8, "kB/s", "bytes_per_second", 8000],
  [8, "bytes per second", "bytes_per_second", 8],
  [8, "mb/s", "bytes_per_second", undefined],
  [81.4, "percent", "ratio", 0.814],
  [81.4, "%", "ratio", 0.814],
  [3, "‰", "ratio", 0.003],
  [21.2, "°F", "celsius", -6],
  [21.2, "F", "celsius", -6],
  [0, "K", "celsius", -273.15],
  [0, "C", "kelvin", 273.15],
  [491.67, "rankine", "celsius", 0],
  [32, "F", "kelvin", 273.15],
  [1013, "hPa", "pascals", 101_300],
  [1013, "mbar", "pascals", 101_300],
  [1, "psi", "pascals", 6894.757293168362],
  [36, "km/h", "meters_per_second", 10],
  [1, "mph", "meters_per_second", 0.44704],
  [1, "kn", "meters_per_second", 0.5144444444444445],
  [1, "lb", "grams", 453.59237],
  [250, "mL", "liters", 0.25],
  [5, "V", "amperes", undefined],
  [5, "parsec", "meters", undefined]
])("%d %s in %s is %d", (value, word, base, result) => expect(convert(value, word, base)).toBe(result))

test.each([
  ["shop_wait_seconds", "seconds"],
  ["shop_wait_seconds_total", "seconds"],
  ["link_bytes_per_second", "bytes_per_second"],
  ["wind_meters_per_second", "meters_per_second"],
  ["tank_volume_litres", "liters"],
  ["seconds", "seconds"],
  ["shop_milliseconds", undefined],
  ["shop_seconds_left", undefined],
  ["shop_requests_per_second", undefined]
])("the base unit of %s is %s", (name, base) => expect(baseUnitOf(name)).toBe(base))

test("a word in lower case has every unit that it may be in another case", () => {
  const names = (word: string) => unitsInAnyCase(word).map(({ name }) => name)
  expect(names("mw")).toEqual(["mW", "MW"])
  expect(names("mhz")).toEqual(["MHz"])
  expect(names("kwh")).toEqual(["kWh"])
  expect(names("shop")).toEqual([])
})

describe("the table", () => {
  const spellings = unitTable.flatMap(({ words, symbols, prefixes = [] }) => [
    ...words,
    ...symbols,
    ...prefixes.flatMap((prefix) => symbols.map((symbol) => prefix + symbol))
  ])

  test("no spelling has two conversions to one base unit", () => {
    for (const spelling of spellings) {
      const units = unitsNamed(spelling)
      expect(units.length, spelling).toBeGreaterThan(0)
      const conversions = units.map(({ base, conversion: { multiply, add, divide } }) => [
        base,
        `${multiply} ${add} ${divide}`
      ])
      expect(new Set(conversions.map(String)).size, spelling).toBe(new Set(conversions.map(([base]) => base)).size)
    }
  })

  test("a base unit converts to itself with the factor 1", () => {
    for (const names of Object.values(quantities)) {
      const base = names[0]
      if (base.endsWith("per_second")) continue
      for (const name of names) expect(convert(7, name, base), name).toBe(7)
    }
  })

  test("a unit is found only for a text that contains one of its spellings", () => {
    const known = new Set(spellings.map((spelling) => spelling.toLowerCase()))
    const text = fc.oneof(
      fc.string(),
      fc.tuple(fc.constantFrom(...spellings), fc.string({ maxLength: 1 })).map((parts) => parts.join(""))
    )
    fc.assert(
      fc.property(text, (text) => {
        const lower = text.toLowerCase()
        if (unitsNamed(text).length > 0)
          expect(
            [...known].some((spelling) => lower.includes(spelling)),
            text
          ).toBe(true)
      })
    )
  })
})
