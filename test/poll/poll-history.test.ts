import * as fc from "fast-check"
import { expect, test } from "vitest"
import { noneDropped } from "../../src/mapping/problems.ts"
import { type Outcome, past } from "../../src/poll/outcome.ts"
import { Course } from "../../src/poll/poll-history.ts"

const unchanged: Outcome = { _tag: "Good", status: 304, bytes: 0, yield: undefined }
const good = (series: number): Outcome => ({
  _tag: "Good",
  status: 200,
  bytes: 7,
  yield: { blocks: [], series, dropped: noneDropped, problems: [], validators: undefined }
})
const failed = (message: string): Outcome => ({ _tag: "Failed", reason: "timeout", message })

const outcomes = fc.array(fc.oneof(fc.constant(unchanged), fc.nat().map(good), fc.string().map(failed)), {
  maxLength: 150
})

test("a course has the last polls and the last failures whole, and the times of more, oldest first", () => {
  fc.assert(
    fc.property(outcomes, (outcomes) => {
      const course = new Course()
      const polls = outcomes.map((outcome, at) => ({ at, seconds: at / 8, outcome }))
      for (const poll of polls) course.add(poll)
      expect(course.times()).toEqual(
        polls
          .slice(-60)
          .map(({ at, seconds, outcome: { _tag } }) => ({ at, seconds: _tag === "Good" ? seconds : Number.NaN }))
      )
      const isFailed = ({ outcome: { _tag } }: (typeof polls)[number]) => _tag === "Failed"
      expect(course.failures()).toEqual(polls.filter(isFailed).slice(-10).map(past))
      expect(course.polls()).toEqual(polls.slice(-10).map(past))
    })
  )
})
