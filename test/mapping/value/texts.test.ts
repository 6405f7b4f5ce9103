import { describe, expect, test } from "vitest"
import { readDuration } from "../../../src/mapping/value/duration.ts"
import { parsers } from "../../../src/mapping/value/parsers.ts"
import { readNumber } from "../../../src/mapping/value/read-number.ts"
import { readRfc3339 } from "../../../src/mapping/value/rfc3339.ts"

describe("numbers", () => {
  test.each([
    ["12.5", 12.5],
    ["+7", 7],
    ["-3e4", -30_000],
    ["1.", 1],
    [".5", 0.5],
    ["  8\t", 8],
    ["", Number.NaN],
    [".", Number.NaN],
    ["1,000", Number.NaN],
    ["0b1", Number.NaN],
    ["Infinity", Number.NaN],
    ["12 apples", Number.NaN]
  ])("%j is %d", (text, number) => expect(readNumber(text)).toBe(number))
})

describe("times of RFC 3339", () => {
  test.each([
    ["1970-01-01T00:00:00Z", 0],
    ["1985-04-12T23:20:50.52Z", 482196050.52],
    ["1996-12-19T16:39:57-08:00", 851042397],
    ["1990-12-31T23:59:60Z", 662688000],
    ["1937-01-01T12:00:27.87+00:20", -1041337172.13],
    ["2026-01-31 12:00:00z", 1769860800],
    ["0001-01-01T00:00:00Z", undefined],
    ["1969-12-31T23:59:58.25Z", -1.75],
    ["2024-02-29T00:00:00Z", 1709164800],
    ["2023-02-29T00:00:00Z", Number.NaN],
    ["2026-13-01T00:00:00Z", Number.NaN],
    ["2026-01-31T24:00:00Z", Number.NaN],
    ["2026-01-31T12:00:00", Number.NaN],
    ["2026-01-31", Number.NaN],
    ["yesterday", Number.NaN]
  ])("%j is %d", (text, seconds) => expect(readRfc3339(text)).toBe(seconds))
})

describe("durations", () => {
  test.each([
    ["1h2m3.5s", 3723.5],
    ["250ms", 0.25],
    ["1m1ms", 60.001],
    ["100µs", 0.0001],
    ["5ns", 5e-9],
    ["1.5h", 5400],
    ["2w3d", 1_468_800],
    ["1h 2m", 3720],
    ["-90s", -90],
    ["0", 0],
    ["0s", 0],
    ["PT1H", 3600],
    ["P1DT12H", 129_600],
    ["PT0,5S", 0.5],
    ["-PT1.5S", -1.5],
    ["P1W", 604_800],
    ["1w4d1h16m55s", 955_015],
    ["02:03:04", 7384],
    ["100:03:04", 360_184],
    ["00:00:00.25", 0.25],
    ["1d 02:03:04", 93_784],
    ["3T00:44:12", 261_852],
    ["12 days,  27 min", 1_038_420],
    ["12 days, 3:12", 1_048_320],
    ["12 days, 3:12:05", 1_048_325],
    ["1 hour 5 minutes", 3900],
    ["1 hour and 5 minutes", 3900],
    ["1 day, 2 hours, and 3 minutes", 93_780],
    ["2 Weeks", 1_209_600],
    ["0.1s", 0.1],
    ["1s 100ms", 1.1],
    ["3:12", Number.NaN],
    ["03:12", Number.NaN],
    ["1:60:00", Number.NaN],
    ["1d 25:00:00", Number.NaN],
    ["5 hours, 3:12", Number.NaN],
    ["5 minutes 1 hour", Number.NaN],
    ["1 hour 1 hour", Number.NaN],
    ["1 hour,", Number.NaN],
    ["1 month", Number.NaN],
    ["2 years", Number.NaN],
    ["P1M17DT4H49M50S", Number.NaN],
    ["1 hour or 2", Number.NaN],
    ["", Number.NaN],
    ["-", Number.NaN],
    ["5", Number.NaN],
    ["1s1h", Number.NaN],
    ["P", Number.NaN],
    ["PT", Number.NaN],
    ["P1DT", Number.NaN],
    ["P1Y", Number.NaN],
    ["P1M", Number.NaN]
  ])("%j is %d s", (text, seconds) => expect(readDuration(text)).toBe(seconds))
})

const none = { base: undefined, k: 1000, layout: undefined, timezone: undefined } as const

describe("quantities", () => {
  test.each<[text: string, base: string | undefined, value: number, k?: 1024]>([
    ["28.61 W", "watts", 28.61],
    ["28.61W", "watts", 28.61],
    ["25%", "ratio", 0.25],
    ["81.4 %", "ratio", 0.814],
    ["95.2 MiB", "bytes", 99_824_435.2],
    ["1.2gb", "bytes", 1.2e9],
    ["230b", "bytes", 230],
    ["1,234 KB", "bytes", 1_234_000],
    ["1,234,567.5 B", "bytes", 1_234_567.5],
    ["61 C", "celsius", 61],
    ["-5.5 °C", "celsius", -5.5],
    ["\u22125 °C", "celsius", -5],
    ["21.2°F", "celsius", -6],
    ["5000Mbps", "bytes_per_second", 625e6],
    ["1e3 ms", "seconds", 1],
    ["12", "watts", 12],
    ["1.5k", undefined, 1500],
    ["1.5K", undefined, 1500],
    ["1.5k", undefined, 1536, 1024],
    ["3M", undefined, 3 * 2 ** 20, 1024],
    ["3M", undefined, 3e6],
    ["3", undefined, 3],
    ["1.5 GB", "bytes", 1.5 * 2 ** 30, 1024],
    ["1.5gb", "bytes", 1.5 * 2 ** 30, 1024],
    ["16kB/s", "bytes_per_second", 16_384, 1024],
    ["16 kW", "watts", 16_000, 1024],
    ["12 W", "volts", Number.NaN],
    ["12 W", undefined, Number.NaN],
    ["3M", "watts", Number.NaN],
    ["1,23 W", "watts", Number.NaN],
    ["1,2345 W", "watts", Number.NaN],
    ["1.234,5 W", "watts", Number.NaN],
    ["1 234 W", "watts", Number.NaN],
    ["W", "watts", Number.NaN],
    ["", "watts", Number.NaN],
    ["<1 ms", "seconds", Number.NaN],
    ["1 Mb", "bytes", Number.NaN],
    ["12 watts more", "watts", Number.NaN]
  ])("%j in %s is %d", (text, base, value, k) =>
    expect(parsers.quantity.text({ ...none, base, k: k ?? 1000 })(text)).toBe(value)
  )

  test.each([
    ["1024", 1024],
    ["512 bytes", 512],
    ["1 B", 1],
    ["1.2kB", 1200],
    ["1.5KB", 1500],
    ["16G", 16e9],
    ["64Ki", 65_536],
    ["95.25 MiB", 99_876_864],
    ["2TiB", 2 ** 41],
    ["-1kB", -1000],
    ["8 bit", 1],
    ["", Number.NaN],
    ["1 XB", Number.NaN],
    ["1 W", Number.NaN],
    ["MiB", Number.NaN]
  ])("%j is %d bytes", (text, bytes) => expect(parsers.bytes.text(none)(text)).toBe(bytes))

  test("unknown units do not change how known ones are read", () => {
    const read = parsers.bytes.text(none)
    for (let unit = 0; unit < 1000; unit++) expect(read(`1 x${unit}`)).toBeNaN()
    expect(read("1 kB")).toBe(1000)
    expect(read("1 kB")).toBe(1000)
  })
})

describe("hexadecimals", () => {
  test.each([
    ["0x1F", 31],
    ["1f", 31],
    ["0x80", 128],
    ["0X00ff", 255],
    ["10", 16],
    ["", Number.NaN],
    ["0x", Number.NaN],
    ["-0x1", Number.NaN],
    ["1g", Number.NaN]
  ])("%j is %d", (text, value) => expect(parsers.hex.text(none)(text)).toBe(value))

  test.each([
    ["41480000", 12.5],
    ["0xC1480000", -12.5],
    ["4029000000000000", 12.5],
    ["7F800000", Number.POSITIVE_INFINITY],
    ["7FC00000", Number.NaN],
    ["4148", Number.NaN],
    ["", Number.NaN]
  ])("the bits %j are %d", (text, value) => expect(parsers.hex_float.text(none)(text)).toBe(value))

  test.each([
    ["FFFF", -1, 65_535],
    ["0x8000", -32_768, 32_768],
    ["7fff", 32_767, 32_767],
    ["12345", Number.NaN, 74_565],
    ["FFFFFFFF", Number.NaN, -1],
    ["80000000", Number.NaN, -2_147_483_648],
    ["123456789", Number.NaN, Number.NaN]
  ])("%j as int16 is %d, as int32 %d", (text, short, long) => {
    expect(parsers.int16.text(none)(text)).toBe(short)
    expect(parsers.int32.text(none)(text)).toBe(long)
  })

  test.each([
    [65_535, -1, 65_535],
    [32_767, 32_767, 32_767],
    [-5, -5, -5],
    [4_294_967_295, Number.NaN, -1],
    [1.5, Number.NaN, Number.NaN],
    [-40_000, Number.NaN, -40_000]
  ])("the number %d as int16 is %d, as int32 %d", (value, short, long) => {
    expect(parsers.int16.number?.(value)).toBe(short)
    expect(parsers.int32.number?.(value)).toBe(long)
  })
})

const readers: ReadonlyArray<readonly [string, (text: string) => number | undefined]> = [
  ["numbers", readNumber],
  ["times", readRfc3339],
  ...Object.entries(parsers).map(([name, parser]) => [name, parser.text(none)] as const)
]

test.each(readers)("long texts that are not %s are refused in linear time", (name, read) => {
  for (const text of [
    `${"1".repeat(1e6)}x`,
    `1${" ".repeat(1e6)}x`,
    "1h ".repeat(1e5),
    `1.${"0".repeat(1e6)}x`,
    "1,".repeat(5e5)
  ]) {
    expect(read(text), name).toBeNaN()
  }
})
