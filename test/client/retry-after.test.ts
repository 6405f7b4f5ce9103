import { expect, test } from "vitest"
import { retryAfter } from "../../src/client/retry-after.ts"

const now = Date.parse("2026-11-23T08:00:00Z")

test.each([
  ["120", 120_000],
  ["0", 0],
  [" 5 ", 5000],
  ["Mon, 23 Nov 2026 08:02:00 GMT", 120_000],
  ["Monday, 23-Nov-26 08:02:00 GMT", 120_000],
  ["999999999999999999999", 1e24],
  ["Mon Nov 23 08:02:00 2026", 120_000],
  ["Sun Nov  1 08:02:00 2026", undefined],
  ["Thu, 01 Jan 1970 00:00:00 GMT", undefined],
  ["-1", undefined],
  ["1.5", undefined],
  ["45.5", undefined],
  ["retry 40", undefined],
  ["2026-11-24", undefined],
  ["2027", 2_027_000],
  ["Mon, 23 Nov 2026 08:02:00 +0100", undefined],
  ["1e3", undefined],
  ["0x10", undefined],
  ["soon", undefined],
  ["", undefined],
  [undefined, undefined]
])("Retry-After: %s is a pause of %s milliseconds", (header, pause) => {
  expect(retryAfter(header, now)).toBe(pause)
})
