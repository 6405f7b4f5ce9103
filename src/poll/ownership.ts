import * as Effect from "effect/Effect"
import type { Target } from "../config/target.ts"
import { type Shard, shardOf } from "./shard.ts"

/** Which of the configured targets this process polls. Other processes poll the rest. */
export interface Ownership {
  /** Whether this process polls the target of this name now. */
  readonly owns: (name: string) => boolean
  /** Whether the page keeps the series of a target: another process has taken it over, but not polled it yet. */
  readonly keeps: (name: string) => boolean
  /** Whether other processes polled the targets that this one starts to poll. If so, their next polls are due. */
  readonly isTakeover: () => boolean
  /** To be called with the targets of each new configuration. */
  readonly describe: (targets: ReadonlyArray<Target>) => Effect.Effect<void>
  /**
   * Waits until `owns` has changed since the last time this was awaited. It is not a Stream of Effect: nothing else in
   * the program uses one, so every start would have to load it.
   */
  readonly changes: Effect.Effect<void>
}

/** The only process polls all targets. */
export const everything: Ownership = {
  owns: () => true,
  keeps: () => false,
  isTakeover: () => false,
  describe: () => Effect.void,
  changes: Effect.never
}

/** A process polls the targets of its shard, which never change. */
export const shardOwnership = ({ ordinal, total }: Shard): Ownership =>
  total === 1 ? everything : { ...everything, owns: (name) => shardOf(name, total) === ordinal }
