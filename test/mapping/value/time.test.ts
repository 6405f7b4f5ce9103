import * as fc from "fast-check"
import { describe, expect, test } from "vitest"
import { compileLayout } from "../../../src/mapping/value/strptime.ts"
import { readTime } from "../../../src/mapping/value/time.ts"
import { instantIn, timezone } from "../../../src/mapping/value/timezone.ts"

const noon = 1_769_860_800 // 2026-01-31T12:00:00Z, a Saturday

test.each<[text: string, epoch: number | undefined]>([
  ["2026-01-31T12:00:00Z", noon],
  ["2026-01-31T12:00:00.5Z", noon + 0.5],
  ["2026-01-31T12:00:00,25Z", noon + 0.25],
  ["2026-01-31t12:00:00z", noon],
  ["2026-01-31 12:00:00z", noon],
  ["2026-01-31 12:00:00 UTC", noon],
  ["2026/01/31 12:00:00 +0000", noon],
  ["2026-01-31T14:00:00+02:00", noon],
  ["2026-01-31T06:00:00-0600", noon],
  ["2023-05-26 01:21:47 -0600", 1_685_085_707],
  ["2026-01-31T14:00+02", noon],
  ["2026-01-31 12:00Z", noon],
  ["20260131T120000Z", noon],
  ["2026-01-31 13:00:00.123456789 +0100 CET", noon + 0.123456789],
  ["2026-01-31 12:00:00 +0000 UTC m=+0.000012", noon],
  ["2026-01-31T13:00:00+01:00[Europe/Paris]", noon],
  ["2026-W05-6T12:00:00Z", noon],
  ["2026W056T12:00:00Z", noon],
  ["2026-031T12:00:00Z", noon],
  ["Sat, 31 Jan 2026 12:00:00 GMT", noon],
  ["Sat, 31 Jan 2026 07:00:00 -0500", noon],
  ["Sat, 31 Jan 2026 07:00:00 -0500 (EST)", noon],
  ["31 Jan 2026 12:00 UTC", noon],
  ["Saturday, 31-Jan-26 12:00:00 GMT", noon],
  ["Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777],
  ["Sat Jan 31 12:00:00 UTC 2026", noon],
  ["Sat Jan 31 07:00:00 -0500 2026", noon],
  ["Jan 31 12:00:00 2026 GMT", noon],
  ["Sat Jan 31 2026 13:00:00 GMT+0100 (Central European Standard Time)", noon],
  ["Sat Jan 31 2026 13:00:00 GMT+0100", noon],
  ["/Date(1769860800000)/", noon],
  ["/Date(1769860800500+0100)/", noon + 0.5],
  ["/Date(-1500)/", -1.5],
  ["1969-12-31T23:59:58.5Z", -1.5],
  ["  2026-01-31T12:00:00Z\n", noon],
  ["2016-12-31T23:59:60Z", 1_483_228_800],
  ["0001-01-01T00:00:00Z", undefined],
  // without a zone
  ["2026-01-31T12:00:00", Number.NaN],
  ["2026-01-31", Number.NaN],
  ["2026-W05-6", Number.NaN],
  ["Sat Jan 31 12:00:00 2026", Number.NaN],
  // ambiguous or invalid
  ["2026-02-30T12:00:00Z", Number.NaN],
  ["2026-13-01T12:00:00Z", Number.NaN],
  ["2026-W54-1T12:00:00Z", Number.NaN],
  ["2026-366T12:00:00Z", Number.NaN],
  ["2026-01/31T12:00:00Z", Number.NaN],
  ["01/02/2026 12:00:00Z", Number.NaN],
  ["Sun, 31 Jan 2026 12:00:00 GMT", Number.NaN],
  ["Sat, 31 Jan 2026 12:00:00 EST", Number.NaN],
  ["31-Jan-26 12:00:00 GMT", Number.NaN],
  ["2026-01-31T24:00:00Z", Number.NaN],
  ["1769860800", Number.NaN],
  ["yesterday", Number.NaN],
  ["", Number.NaN]
])("%j is %s", (text, epoch) => expect(readTime(text)).toBe(epoch))

const berlin = timezone("Europe/Berlin")

test.each([
  ["2026-01-31T12:00:00", noon - 3600],
  ["2026-01-31", noon - 13 * 3600],
  ["2026-W05-6", noon - 13 * 3600],
  ["Sat Jan 31 12:00:00 2026", noon - 3600],
  ["2026-01-31T12:00:00Z", noon],
  ["2026-07-01 12:00", 1_782_900_000],
  // of the hour that occurs twice, the earlier one
  ["2026-10-25T02:30:00", 1_792_888_200],
  ["2026-10-25T01:59:59", 1_792_886_399],
  ["2026-10-25T03:00:00", 1_792_893_600],
  // the hour that the clocks skip
  ["2026-03-29T02:30:00", Number.NaN],
  ["2026-03-29T03:00:00", 1_774_746_000]
])("%j in Berlin is %d", (text, epoch) => expect(readTime(text, berlin)).toBe(epoch))

test("an unknown time zone throws", () => expect(() => timezone("Europe/Berlni")).toThrow())

describe("properties", () => {
  const epoch = fc.integer({ min: -2_000_000_000, max: 4_000_000_000 })

  test("every time format of JavaScript is read", () =>
    fc.assert(
      fc.property(epoch, (seconds) => {
        const date = new Date(seconds * 1000)
        expect(readTime(date.toISOString())).toBe(seconds)
        expect(readTime(date.toUTCString())).toBe(seconds)
        expect(readTime(date.toString())).toBe(seconds)
        expect(readTime(`/Date(${date.getTime()})/`)).toBe(seconds)
      })
    ))

  const zones = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Africa/Casablanca"
  ]
  test.each(zones)("a local time in %s is the first instant at which clocks show it", (name) => {
    const zone = timezone(name)
    fc.assert(
      fc.property(epoch, (seconds) => {
        const local = seconds + zone(seconds)
        const found = instantIn(zone, local)
        expect(found + zone(found)).toBe(local)
        expect(found).toBeLessThanOrEqual(seconds)
      }),
      { numRuns: 300 }
    )
  })

  test("reading never throws, whatever the text", () =>
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.stringMatching(/^[0-9]{4}[-/]?[0-9W]{2,3}[-/]?[0-9]{1,2}[T ][0-9:.]{4,12}(?:Z| \+0[0-9]00)?$/)
        ),
        (text) => {
          const found = readTime(text)
          expect(found === undefined || typeof found === "number").toBe(true)
        }
      )
    ))
})

describe("layouts", () => {
  test.each<[layout: string, text: string, epoch: number]>([
    ["%d.%m.%Y %H:%M", "31.01.2026 13:00", noon],
    ["%d.%m.%Y %H:%M", "31.1.2026 13:00", noon],
    ["%Y-%m-%dT%H:%M:%S%z", "2026-01-31T07:00:00-0500", noon],
    ["%Y-%m-%d %H:%M:%S.%f %Z", "2026-01-31 12:00:00.5 UTC", noon + 0.5],
    ["%d%m%Y%H%M", "310120261300", noon],
    ["%a %d %b %Y %I:%M %p", "Sat 31 Jan 2026 01:00 PM", noon],
    ["%A, %B %e, %Y %R", "Saturday, January 31, 2026 13:00", noon],
    ["%F %T", "2026-01-31 13:00:00", noon],
    ["%Y/%j", "2026/031", noon - 13 * 3600],
    ["%s", "1769860800", noon],
    ["%s.%f", "1769860800.25", noon + 0.25],
    ["at 100%% on %d/%m/%y", "at 100% on 31/01/26", noon - 13 * 3600],
    ["%d.%m.%Y", "30.02.2026", Number.NaN],
    ["%d.%m.%Y", "2026-01-31", Number.NaN],
    ["%a %d.%m.%Y", "Sun 31.01.2026", Number.NaN],
    ["%d.%m.%Y", "31.01.2026 13:00", Number.NaN]
  ])("%j reads %j as %d", (layout, text, epoch) => expect(compileLayout(layout).read(text, berlin)).toBe(epoch))

  test("without a time zone it is not a time", () => expect(compileLayout("%d.%m.%Y").read("31.01.2026")).toBeNaN())

  test.each([
    ["%Q %Y-%m-%d", "it has %Q; known are"],
    ["%Y-%m-%d %", "it has %; known are"],
    ["%H:%M", "it has no date"],
    ["%d.%m", "it has no date"],
    ["%Y-%m-%d %I:%M", "need each other"],
    ["%Y-%Y-%m-%d", "twice"]
  ])("%j is refused: %s", (layout, message) => expect(() => compileLayout(layout)).toThrow(message))
})
