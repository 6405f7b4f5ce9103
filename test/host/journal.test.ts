import { fstatSync } from "node:fs"
import { expect, test } from "vitest"
import { stderrIsJournal } from "../../src/host/journal.ts"

test("stderr is the journal if JOURNAL_STREAM has its numbers, not if the variable was only inherited", () => {
  const { dev, ino } = fstatSync(2)
  expect(stderrIsJournal({ JOURNAL_STREAM: `${dev}:${ino}` })).toBe(true)
  expect(stderrIsJournal({ JOURNAL_STREAM: `${dev}:${ino + 1}` })).toBe(false)
  expect(stderrIsJournal({})).toBe(false)
})
