import * as Duration from "effect/Duration"
import type { Target } from "../config/target.ts"
import type { Block } from "../exposition/block.ts"
import { join } from "../exposition/join.ts"
import { render } from "../exposition/lines.ts"
import { hash32 } from "./hash.ts"
import { makeFragment, type PageFragment } from "./page-fragment.ts"
import { targetSamples } from "./target-metrics.ts"
import type { TargetStatus } from "./target-status.ts"

/** So many targets at most share a section (but for one, for a moment): few enough to put their lines together within some milliseconds. */
const maxTargets = 128

/** A target's place among the others: in the order of their ticks. */
interface Position {
  readonly name: string
  readonly interval: number
  readonly offset: number
}

const positionOf = ({ name, interval }: Target): Position => ({
  name,
  interval: Duration.toMillis(interval),
  offset: hash32(name)
})

const isBefore = (left: Position, right: Position): boolean => {
  if (left.interval !== right.interval) return left.interval < right.interval
  if (left.offset !== right.offset) return left.offset < right.offset
  return left.name < right.name
}

/**
 * The targets in sections, in the order of their ticks: those that share a section are polled within a fraction of the interval, and for the rest
 * of it the section is still.
 */
export const makeTargetFragments = (statusOf: (name: string) => TargetStatus | undefined) => {
  const groups: Array<Group> = []
  const groupOf = new Map<string, Group>()

  const groupWith = (positions: ReadonlyArray<Position>) => {
    const group: Group = {
      positions,
      ...makeFragment(() => blocksOf(group.positions.flatMap(({ name }) => statusOf(name) ?? [])))
    }
    for (const { name } of positions) groupOf.set(name, group)
    return group
  }

  return {
    fragments: (): ReadonlyArray<PageFragment> => groups.map(({ fragment }) => fragment),
    add: (target: Target): void => {
      const place = positionOf(target)
      const index = Math.max(
        0,
        groups.findLastIndex(({ positions: [first] }) => first !== undefined && isBefore(first, place))
      )
      const group = groups[index] ?? groupWith([])
      if (groups.length === 0) groups.push(group)
      const after = group.positions.findIndex((other) => isBefore(place, other))
      group.positions = group.positions.toSpliced(after < 0 ? group.positions.length : after, 0, place)
      group.invalidate()
      groupOf.set(place.name, group)
      if (group.positions.length <= maxTargets) return
      groups.splice(index + 1, 0, groupWith(group.positions.slice(maxTargets / 2)))
      group.positions = group.positions.slice(0, maxTargets / 2)
    },
    remove: (name: string): void => {
      const group = groupOf.get(name)
      if (group === undefined) return
      groupOf.delete(name)
      group.positions = group.positions.filter((place) => place.name !== name)
      group.invalidate()
      if (group.positions.length === 0) groups.splice(groups.indexOf(group), 1)
    },
    /** What a scrape would show of the target is another now. */
    invalidate: (name: string): void => groupOf.get(name)?.invalidate()
  }
}

interface Group extends ReturnType<typeof makeFragment> {
  positions: ReadonlyArray<Position>
}

/** Own metrics and polled series of neighbours, one block a family. */
const blocksOf = (statuses: ReadonlyArray<TargetStatus>): ReadonlyArray<Block> =>
  join([...render(statuses.flatMap(targetSamples)), ...statuses.flatMap(({ blocks }) => blocks)])
