import { expect, test } from "vitest"
import { retryAfter } from "../../src/client/retry-after.ts"

const now = Date.parse("2026-11-23T08:00:00Z")

test.each([
  ["120", 120_000],
  ["0", 0],
  [" 5 ", 5000],
  ["Mon, 23 Nov 2026 08:02:00 GMT", 120_000],
  ["Monday, 23-Nov-26 08:02:00 GMT", 120_000],
  ["999999999999999999999", 86_400_000],
  ["Thu, 01 Jan 2099 00:00:00 GMT", 86_400_000],
  ["Thu, 01 Jan 1970 00:00:00 GMT", undefined],
  ["-1", undefined],
  ["1.5", undefined],
  ["soon", undefined],
  ["", undefined],
  [undefined, undefined]
])("Retry-After: %s is a pause of %s milliseconds", (header, pause) => {
  expect(retryAfter(header, now)).toBe(pause)
})
