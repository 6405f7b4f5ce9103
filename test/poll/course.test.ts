import { expect, test } from "vitest"
import { type Course, continued, pollsOf } from "../../src/poll/course.ts"
import type { Outcome } from "../../src/poll/outcome.ts"

const good: Outcome = { _tag: "Good", status: 200, bytes: 2, yield: undefined }
const failed: Outcome = { _tag: "Failed", reason: "timeout", message: "no answer" }

test("a course has the last 60 polls, oldest first, and of those that failed no duration", () => {
  const polls = Array.from({ length: 100 }, (_, at) => ({ at, seconds: at / 8, outcome: at % 3 === 0 ? failed : good }))
  const course = polls.reduce<Course>(continued, [])
  expect(pollsOf(course)).toEqual(
    polls.slice(-60).map(({ at, seconds, outcome }) => ({ at, seconds: outcome === failed ? Number.NaN : seconds }))
  )
})
