import * as Cron from "effect/Cron"
import * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import { expect, test } from "vitest"
import { longestGap, parseCron } from "../../src/config/cron.ts"
import { lines, load } from "./loading.ts"

const times = (text: string, timezone: string, from: string, count = 4) => {
  const cron = Result.getOrThrow(parseCron(text, timezone))
  const found: Array<string> = []
  for (let last = new Date(from); found.length < count; ) {
    last = Cron.next(cron, last)
    found.push(last.toISOString().slice(0, 16))
  }
  return found
}

test.each([
  // Berlin has +01:00 in winter and +02:00 in summer
  [
    "a fixed hour on the day when clocks are set back: once",
    "30 2 * * *",
    "2026-10-24T12:00Z",
    ["2026-10-25T00:30", "2026-10-26T01:30"]
  ],
  [
    "every hour on the day when clocks are set back: both of the doubled hour",
    "0 * * * *",
    "2026-10-24T23:30Z",
    ["2026-10-25T00:00", "2026-10-25T01:00", "2026-10-25T02:00"]
  ],
  [
    "a fixed hour that clocks skip: one hour later",
    "30 2 * * *",
    "2026-03-28T12:00Z",
    ["2026-03-29T01:30", "2026-03-30T00:30"]
  ],
  [
    "every hour on the day when clocks skip one: no gap",
    "0 * * * *",
    "2026-03-28T23:30Z",
    ["2026-03-29T00:00", "2026-03-29T01:00", "2026-03-29T02:00"]
  ],
  ["29 February", "0 12 29 2 *", "2026-01-01T00:00Z", ["2028-02-29T11:00", "2032-02-29T11:00"]],
  ["weekdays by name", "0 6 * * MON-FRI", "2026-11-27T12:00Z", ["2026-11-30T05:00", "2026-12-01T05:00"]]
])("%s", (_, text, from, expected) => {
  expect(times(text, "Europe/Berlin", from, expected.length)).toEqual(expected)
})

test.each([
  ["* * * * *", "1m"],
  ["0 6 * * *", "1d"],
  ["0 6 * * MON-FRI", "3d"],
  ["0,5 * * * *", "55m"]
] as const)("%s has at most %s between two times", (text, gap) => {
  expect(Duration.format(longestGap(Result.getOrThrow(parseCron(text))))).toBe(gap)
})

test.each(["Europe/Berlin", "America/New_York", "Australia/Sydney"])(
  "a daily schedule in %s has a day of 25 hours",
  (zone) => {
    expect(Duration.format(longestGap(Result.getOrThrow(parseCron("0 6 * * *", zone))))).toBe("1d 1h")
  }
)

test("the schedule of a target overrides the default interval, and its interval the default schedule", () => {
  const target = (name: string, rest: string) =>
    `  - { name: ${name}, url: "http://${name}/", metrics: { ${name}_up: { value: up, help: Up. } }${rest} }\n`
  const one = load(
    `defaults: { interval: 1h, stale_after: 1d }\ntargets:\n${target("a", ', schedule: "0 6 * * *"')}${target("b", "")}`
  )
  expect(lines(one.problems)).toEqual([])
  expect(one.targets.map(({ interval, schedule }) => [Duration.toHours(interval), schedule !== undefined])).toEqual([
    [24, true],
    [1, false]
  ])
  const other = load(
    `defaults: { schedule: "0 6 * * *", stale_after: 1d }\ntargets:\n${target("a", ", interval: 2h")}${target("b", "")}`
  )
  expect(lines(other.problems)).toEqual([])
  expect(other.targets.map(({ interval, schedule }) => [Duration.toHours(interval), schedule !== undefined])).toEqual([
    [2, false],
    [24, true]
  ])
})
