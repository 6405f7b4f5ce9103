import type { MetricObject } from "../schema/metric.ts"

/** Returns the position of the state that a text names. */
export type ReadState = (text: string) => number | "unknown_state"

export const compileStates = ({ states = [], pattern }: Pick<MetricObject, "states" | "pattern">): ReadState => {
  const positions = new Map(states.map((state, position) => [state, position]))
  return (text) => {
    const state = pattern === undefined ? text : pattern.capture(text)
    return positions.get(state ?? "") ?? "unknown_state"
  }
}
