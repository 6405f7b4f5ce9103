import { describe, expect, test } from "vitest"
import { readBytes } from "../../../src/mapping/value/bytes.ts"
import { readDuration } from "../../../src/mapping/value/duration.ts"
import { readNumber } from "../../../src/mapping/value/number.ts"
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
    ["0001-01-01T00:00:00Z", -62135596800],
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

describe("sizes", () => {
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
    ["", Number.NaN],
    ["1 XB", Number.NaN],
    ["MiB", Number.NaN]
  ])("%j is %d bytes", (text, bytes) => expect(readBytes(text)).toBe(bytes))
})

test.each([
  ["numbers", readNumber],
  ["times", readRfc3339],
  ["durations", readDuration],
  ["sizes", readBytes]
])("long texts that are no %s take linear time", (_, read) => {
  for (const text of [`${"1".repeat(1e6)}x`, `1${" ".repeat(1e6)}x`, "1h ".repeat(1e5), `1.${"0".repeat(1e6)}x`]) {
    expect(read(text)).toBeNaN()
  }
})
