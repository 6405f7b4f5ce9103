import * as Duration from "effect/Duration"
import type { Target } from "../config/target.ts"
import type { Block } from "../exposition/page.ts"
import { joinBlocks } from "../exposition/page.ts"
import { WriterPool } from "../exposition/sample-writer.ts"
import { hash32 } from "./shard.ts"
import { makeTargetRenderer } from "./target-samples.ts"
import type { TargetStatus } from "./target-status.ts"

/** A part of the page. Its blocks are rendered once and used by all scrapes until something in it changes. */
export interface PageFragment {
  readonly blocks: () => ReadonlyArray<Block>
  /** Whether its blocks are rendered. */
  readonly isCached: () => boolean
  /** Grows with each change. */
  readonly version: () => number
  /** When the next poll of its targets is due (epoch milliseconds). */
  readonly nextTick: () => number
}

/** A fragment, and the function to call after a change. */
export const makeFragment = (render: () => ReadonlyArray<Block>, nextTick = () => Number.POSITIVE_INFINITY) => {
  let blocks: ReadonlyArray<Block> | undefined
  let version = 0
  const fragment: PageFragment = {
    blocks: () => (blocks ??= render()),
    isCached: () => blocks !== undefined,
    version: () => version,
    nextTick
  }
  const invalidate = () => {
    blocks = undefined
    version++
  }
  return { fragment, invalidate }
}

/** The most targets in one fragment: few enough to render their blocks within a few milliseconds. */
const maxTargets = 128

/** What the position of a target on the page depends on: targets are in the order of their ticks. */
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

interface Group extends ReturnType<typeof makeFragment> {
  positions: ReadonlyArray<Position>
}

/** Renders the own metrics and polled series of the targets of a fragment, one block for each family. */
const makeRenderer = (statuses: () => ReadonlyArray<TargetStatus>, writers: WriterPool) => {
  const renderOwn = makeTargetRenderer(writers)
  return () => {
    const current = statuses()
    return joinBlocks([...renderOwn(current), ...current.flatMap(({ blocks }) => blocks)])
  }
}

/**
 * The fragments of all targets, in the order of their ticks. The targets of one fragment are polled one shortly after
 * the other, so that the fragment stays cached for the rest of the interval.
 */
export const makeTargetFragments = (
  statusOf: (name: string) => TargetStatus | undefined,
  writers = new WriterPool()
) => {
  const groups: Array<Group> = []
  const groupOf = new Map<string, Group>()

  const makeGroup = (positions: ReadonlyArray<Position>) => {
    const statuses = () => group.positions.flatMap(({ name }) => statusOf(name) ?? [])
    const group: Group = {
      positions,
      ...makeFragment(makeRenderer(statuses, writers), () =>
        Math.min(...statuses().map(({ nextTick = Number.POSITIVE_INFINITY }) => nextTick))
      )
    }
    for (const { name } of positions) groupOf.set(name, group)
    return group
  }

  return {
    fragments: (): ReadonlyArray<PageFragment> => groups.map(({ fragment }) => fragment),
    add: (target: Target): void => {
      const position = positionOf(target)
      const index = Math.max(
        0,
        groups.findLastIndex(({ positions: [first] }) => first !== undefined && isBefore(first, position))
      )
      const group = groups[index] ?? makeGroup([])
      if (groups.length === 0) groups.push(group)
      const next = group.positions.findIndex((other) => isBefore(position, other))
      group.positions = group.positions.toSpliced(next < 0 ? group.positions.length : next, 0, position)
      group.invalidate()
      groupOf.set(position.name, group)
      if (group.positions.length <= maxTargets) return
      groups.splice(index + 1, 0, makeGroup(group.positions.slice(maxTargets / 2)))
      group.positions = group.positions.slice(0, maxTargets / 2)
    },
    remove: (name: string): void => {
      const group = groupOf.get(name)
      if (group === undefined) return
      groupOf.delete(name)
      group.positions = group.positions.filter((position) => position.name !== name)
      group.invalidate()
      if (group.positions.length === 0) groups.splice(groups.indexOf(group), 1)
    },
    /** To be called when a scrape would show something else for the target. */
    invalidate: (name: string): void => groupOf.get(name)?.invalidate()
  }
}
