import * as Effect from "effect/Effect"
import { type Shard, shardOf } from "./shard.ts"

/** Which of the configured targets this process polls. Other processes poll the rest. */
export interface Ownership {
  /** Whether this process polls the target of this name now. */
  readonly owns: (name: string) => boolean
  /**
   * Waits until `owns` has changed since the last time this was awaited. Not a Stream of Effect: nothing else in the
   * program uses one, and it would be a part of every start.
   */
  readonly changes: Effect.Effect<void>
}

/** The only process polls all targets. */
export const everything: Ownership = { owns: () => true, changes: Effect.never }

/** A process polls the targets of its shard, which never change. */
export const shardOwnership = ({ ordinal, total }: Shard): Ownership =>
  total === 1 ? everything : { ...everything, owns: (name) => shardOf(name, total) === ordinal }
