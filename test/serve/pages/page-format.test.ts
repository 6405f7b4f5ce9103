import { expect, test } from "vitest"
import * as format from "../../../src/serve/pages/page-format.ts"

test.each([
  [0, "0 ms"],
  [0.0123, "12 ms"],
  [0.9996, "1 s"],
  [2.54, "2.5 s"],
  [9.96, "10 s"],
  [59.6, "1 min"],
  [200, "3 min 20 s"],
  [3600, "1 h"],
  [3660, "1 h 1 min"],
  [3605, "1 h"],
  [446_400, "5 d 4 h"]
])("%d seconds are %s", (seconds, text) => {
  expect(format.duration(seconds)).toBe(text)
})

test.each([
  [0, "0 B"],
  [812, "812 B"],
  [1400, "1.4 kB"],
  [123_456, "123 kB"],
  [16_000_000, "16 MB"],
  [2_000_000_000_000, "2000 GB"]
])("%d bytes are %s", (count, text) => {
  expect(format.bytes(count)).toBe(text)
})

test("a noun is plural except for 1", () => {
  expect([format.count(1, "poll"), format.count(2000, "poll"), format.count(1, "series", "series")]).toEqual([
    "1 poll",
    "2,000 polls",
    "1 series"
  ])
})
