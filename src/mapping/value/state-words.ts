import type { MetricObject } from "../schema/metric.ts"
import { statesOf } from "../schema/metric-options.ts"

/** Returns the position of the state that a text names; undefined if the text is among the null values. */
export type ReadState = (text: string) => number | "unknown_state" | undefined

export const compileStates = (
  { states = [], pattern }: Pick<MetricObject, "states" | "pattern">,
  nullValues: ReadonlyArray<string> = []
): ReadState => {
  const positions = new Map(statesOf(states).map(({ text }, position) => [text, position]))
  const nulls = new Set(nullValues)
  return (text) => {
    if (nulls.has(text)) return undefined
    const state = pattern === undefined ? text : pattern.capture(text)
    if (state !== undefined && nulls.has(state)) return undefined
    return positions.get(state ?? "") ?? "unknown_state"
  }
}
