import * as fc from "fast-check"
import { expect, test } from "vitest"
import { noneDropped } from "../../src/mapping/problems.ts"
import { type Outcome, recordOf } from "../../src/poll/outcome.ts"
import { PollHistory } from "../../src/poll/poll-history.ts"

const unchanged: Outcome = { _tag: "Good", status: 304, bytes: 0, result: undefined }
const good = (series: number): Outcome => ({
  _tag: "Good",
  status: 200,
  bytes: 7,
  result: { blocks: [], series, dropped: noneDropped, problems: [], validators: undefined }
})
const failed = (message: string): Outcome => ({ _tag: "Failed", reason: "timeout", message })

const outcomes = fc.array(fc.oneof(fc.constant(unchanged), fc.nat().map(good), fc.string().map(failed)), {
  maxLength: 150
})

test("a history has the last 10 polls and failures, and the durations of the last 60, oldest first", () => {
  fc.assert(
    fc.property(outcomes, (outcomes) => {
      const history = new PollHistory()
      const polls = outcomes.map((outcome, at) => ({ at, seconds: at / 8, end: at * 125, outcome }))
      for (const poll of polls) history.add(poll)
      expect(history.times()).toEqual(
        polls
          .slice(-60)
          .map(({ at, seconds, outcome: { _tag } }) => ({ at, seconds: _tag === "Good" ? seconds : Number.NaN }))
      )
      const isFailed = ({ outcome: { _tag } }: (typeof polls)[number]) => _tag === "Failed"
      expect(history.failures()).toEqual(polls.filter(isFailed).slice(-10).map(recordOf))
      expect(history.polls()).toEqual(polls.slice(-10).map(recordOf))
    })
  )
})
