import { expect, test } from "vitest"
import { afterPoll, type Outage, type Transition } from "../../src/poll/outage.ts"
import type { Outcome, Poll } from "../../src/poll/outcome.ts"

const good: Outcome = { _tag: "Good", status: 200, bytes: 2, result: undefined }
const timeout: Outcome = { _tag: "Failed", reason: "timeout", message: "no complete response within 10s" }
const refused: Outcome = { _tag: "Failed", reason: "connection", message: "connect ECONNREFUSED" }

/** The outage and the transitions after these polls, one every 10 seconds. */
const after = (outcomes: ReadonlyArray<Outcome>) => {
  let outage: Outage | undefined
  const transitions: Array<Transition> = []
  for (const [n, outcome] of outcomes.entries()) {
    const poll: Poll = { at: n * 10_000, seconds: 1, end: n * 10_000 + 1000, outcome }
    const [next, transition] = afterPoll(outage, poll)
    outage = next
    if (transition !== undefined) transitions.push(transition)
  }
  return { outage, transitions }
}

test("a first good poll is not a transition", () => {
  expect(after([good])).toEqual({ outage: undefined, transitions: [] })
})

test("an outage of 3,600 polls is two transitions", () => {
  const { outage, transitions } = after([good, ...new Array<Outcome>(3600).fill(timeout), good])
  expect(outage).toBeUndefined()
  expect(transitions).toEqual([
    { _tag: "Down", reason: "timeout", message: "no complete response within 10s" },
    { _tag: "Up", milliseconds: 3600 * 10_000 + 1000, polls: 3600 }
  ])
})

test("a change of the reason is not a transition", () => {
  const { outage, transitions } = after([timeout, timeout, refused])
  expect(outage).toEqual({ since: 0, began: 0, reason: "connection", message: "connect ECONNREFUSED", polls: 3 })
  expect(transitions).toHaveLength(1)
})

test("a flapping target has one transition for each change", () => {
  expect(after([good, timeout, good, timeout, good]).transitions.map(({ _tag }) => _tag)).toEqual([
    "Down",
    "Up",
    "Down",
    "Up"
  ])
})
