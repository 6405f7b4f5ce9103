import * as Duration from "effect/Duration"
import type { Target } from "../config/target.ts"
import type { Block } from "../exposition/block.ts"
import { join } from "../exposition/join.ts"
import { render } from "../exposition/lines.ts"
import { hash32 } from "./hash.ts"
import { makeSection, type Section } from "./page-fragment.ts"
import { targetSamples } from "./target-metrics.ts"
import type { Status } from "./target-status.ts"

/** So many targets at most share a section (but for one, for a moment): few enough to put their lines together within some milliseconds. */
const most = 128

/** A target's place among the others: in the order of their ticks. */
interface Place {
  readonly name: string
  readonly interval: number
  readonly offset: number
}

const placeOf = ({ name, interval }: Target): Place => ({
  name,
  interval: Duration.toMillis(interval),
  offset: hash32(name)
})

const isBefore = (left: Place, right: Place): boolean => {
  if (left.interval !== right.interval) return left.interval < right.interval
  if (left.offset !== right.offset) return left.offset < right.offset
  return left.name < right.name
}

/**
 * The targets in sections, in the order of their ticks: those that share a section are polled within a fraction of the interval, and for the rest
 * of it the section is still.
 */
export const makeSections = (statusOf: (name: string) => Status | undefined) => {
  const groups: Array<Group> = []
  const groupOf = new Map<string, Group>()

  const groupWith = (places: ReadonlyArray<Place>) => {
    const group: Group = {
      places,
      ...makeSection(() => blocksOf(group.places.flatMap(({ name }) => statusOf(name) ?? [])))
    }
    for (const { name } of places) groupOf.set(name, group)
    return group
  }

  return {
    sections: (): ReadonlyArray<Section> => groups.map(({ section }) => section),
    add: (target: Target): void => {
      const place = placeOf(target)
      const index = Math.max(
        0,
        groups.findLastIndex(({ places: [first] }) => first !== undefined && isBefore(first, place))
      )
      const group = groups[index] ?? groupWith([])
      if (groups.length === 0) groups.push(group)
      const after = group.places.findIndex((other) => isBefore(place, other))
      group.places = group.places.toSpliced(after < 0 ? group.places.length : after, 0, place)
      group.change()
      groupOf.set(place.name, group)
      if (group.places.length <= most) return
      groups.splice(index + 1, 0, groupWith(group.places.slice(most / 2)))
      group.places = group.places.slice(0, most / 2)
    },
    remove: (name: string): void => {
      const group = groupOf.get(name)
      if (group === undefined) return
      groupOf.delete(name)
      group.places = group.places.filter((place) => place.name !== name)
      group.change()
      if (group.places.length === 0) groups.splice(groups.indexOf(group), 1)
    },
    /** What a scrape would show of the target is another now. */
    change: (name: string): void => groupOf.get(name)?.change()
  }
}

interface Group extends ReturnType<typeof makeSection> {
  places: ReadonlyArray<Place>
}

/** Own metrics and polled series of neighbours, one block a family. */
const blocksOf = (statuses: ReadonlyArray<Status>): ReadonlyArray<Block> =>
  join([...render(statuses.flatMap(targetSamples)), ...statuses.flatMap(({ blocks }) => blocks)])
