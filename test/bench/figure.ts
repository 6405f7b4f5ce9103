import type { Peer } from "./bench-daemon.ts"

/** One line of the result: what was measured, and the value of each daemon. */
export interface Figure {
  readonly scenario: string
  /** What was measured, such as `p50, plain, 1,000 rows`. */
  readonly what: string
  readonly unit: string
  readonly better: "lower" | "higher"
  readonly values: Readonly<Partial<Record<Peer, number>>>
  /** The goal for poller. */
  readonly goal?: Goal
}

/** `times`: so many times better than `peer`; `atMost`: an absolute figure, in the unit. */
export type Goal =
  | { readonly _tag: "Times"; readonly peer: Peer; readonly times: number }
  | { readonly _tag: "AtMost"; readonly value: number }

export const times = (peer: Peer, times: number): Goal => ({ _tag: "Times", peer, times })
export const atMost = (value: number): Goal => ({ _tag: "AtMost", value })

/** How many times better poller is than the peer; below 1 it is worse. */
export const ratio = ({ values, better }: Figure, peer: Peer): number | undefined => {
  const { poller, [peer]: other } = values
  if (poller === undefined || other === undefined) return undefined
  return better === "lower" ? other / poller : poller / other
}

/** Whether the goal was reached; undefined without a goal or without its peer. */
export const reached = (figure: Figure): boolean | undefined => {
  const { goal, values } = figure
  if (goal === undefined || values.poller === undefined) return undefined
  if (goal._tag === "AtMost") return values.poller <= goal.value
  const reachedTimes = ratio(figure, goal.peer)
  return reachedTimes === undefined ? undefined : reachedTimes >= goal.times
}

/** A figure, with its own row for the single executable. */
export const withRowOfExecutable = (figure: Figure): ReadonlyArray<Figure> => {
  const { executable, ...values } = figure.values
  if (executable === undefined) return [figure]
  const own = { ...figure, what: `${figure.what}, single executable`, values: { ...values, poller: executable } }
  return [{ ...figure, values }, own]
}
