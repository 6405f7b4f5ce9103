import type { Field, Row } from "./reader.ts"

export const dropReasons = ["missing", "not_a_number", "ambiguous", "duplicate", "unknown_state", "detail"] as const

/** Why a sample was dropped: the `reason` of `poll_samples_dropped_total`. */
export type DropReason = (typeof dropReasons)[number]

/** A sample that the document did not yield. It costs that sample, never the poll. */
export interface Problem {
  readonly reason: DropReason
  /** The name of the metric, or of the label that could not be read. */
  readonly metric: string
  /** The path as the mapping has it. */
  readonly path: string
  /** Normalized path (RFC 9535, section 2.7) of the row; `$` outside any row. */
  readonly row: string
  /** What the path found, short enough for one line. */
  readonly found: string
}

/** How many samples were dropped, by reason. */
export type Dropped = Readonly<Record<DropReason, number>>

export const noneDropped: Dropped = {
  missing: 0,
  not_a_number: 0,
  ambiguous: 0,
  duplicate: 0,
  unknown_state: 0,
  detail: 0
}

/** How many problems keep their details; more are only counted. If 100,000 rows lack a field, the first are enough. */
const maxProblems = 1000

/** The problems of one document. */
export interface ProblemLog {
  readonly dropped: Dropped
  readonly problems: Array<Problem>
  /** Counts a problem. Returns whether `problems` has room for its details. */
  readonly count: (reason: DropReason) => boolean
}

export const problemLog = (): ProblemLog => {
  const dropped: Record<DropReason, number> = { ...noneDropped }
  const problems: Array<Problem> = []
  return {
    dropped,
    problems,
    count: (reason) => {
      dropped[reason]++
      return problems.length < maxProblems
    }
  }
}

/** Counts a sample that a row did not yield. `found` is called only if the log has room for the details. */
export const dropSample = (
  log: ProblemLog,
  reason: DropReason,
  metric: string,
  path: string,
  row: Row,
  found: () => string
): void => {
  if (log.count(reason)) log.problems.push({ reason, metric, path, row: row.location(), found: found() })
}

/** The same for a field of the row. */
export const dropField = (log: ProblemLog, reason: DropReason, metric: string, field: Field, row: Row): void =>
  dropSample(log, reason, metric, field.path.text, row, () => row.found(field))

/** The sum by reason; `a` itself if nothing was dropped. */
export const addDropped = (a: Dropped, b: Dropped): Dropped => {
  if (dropReasons.every((reason) => b[reason] === 0)) return a
  const sum = { ...a }
  for (const reason of dropReasons) sum[reason] += b[reason]
  return sum
}
