import { type Dropped, type DropReason, dropReasons, type Problem } from "./sample.ts"

/** Of 100,000 rows without a field, the first say it all; the others are only counted. */
const kept = 1000

export const noneDropped: Dropped = { missing: 0, not_a_number: 0, ambiguous: 0, duplicate: 0, unknown_state: 0 }

/** The problems of one document as they are met. */
export interface Problems {
  readonly dropped: Dropped
  readonly problems: Array<Problem>
  /** Counts a problem, and says whether there is still room for it among `problems`. */
  readonly count: (reason: DropReason) => boolean
}

export const collectProblems = (): Problems => {
  const dropped: Record<DropReason, number> = { ...noneDropped }
  const problems: Array<Problem> = []
  return {
    dropped,
    problems,
    count: (reason) => {
      dropped[reason]++
      return problems.length < kept
    }
  }
}

/** The sum, by reason. */
export const addDropped = (a: Dropped, b: Dropped): Dropped => {
  const sum = { ...a }
  for (const reason of dropReasons) sum[reason] += b[reason]
  return sum
}
