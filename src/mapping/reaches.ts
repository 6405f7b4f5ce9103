import type { Path } from "../jsonpath/evaluate.ts"
import { isKeysOnly, leadingKeys, type Query, queriesWithin } from "../jsonpath/syntax.ts"
import { fieldIndex, slotOf } from "./bytes/field-index.ts"
import type { DeferredLists, List } from "./plan.ts"

type Keys = ReadonlyArray<string | number>

/** Where a path starts: at the value that `keys` lead to or, if not exact, somewhere below that value. */
export interface Start {
  readonly keys: Keys
  readonly isExact: boolean
  /** The position of a list of the root scope, if the path starts in its rows. */
  readonly list: number | undefined
}

export const documentStart: Start = { keys: [], isExact: true, list: undefined }

/** Records where the paths of a plan lead. A list of the document that they do not lead into need not be parsed. */
export class Reaches {
  readonly #reaches: Array<Start> = []

  /** Records a path, and the paths in its filters that start at the document. Returns where its rows start. */
  add({ query, absolute }: Path, start: Start, list?: number): Start {
    for (const inner of queriesWithin(query)) {
      if (inner.root === "$") this.#reaches.push(follow(documentStart, inner))
    }
    const from = absolute ? documentStart : start
    const reach = { ...follow(from, query), list: list ?? from.list }
    this.#reaches.push(reach)
    return reach
  }

  /** Records a path that takes everything below the node that it finds. */
  addWhole(path: Path, start: Start): Start {
    const reach = { ...this.add(path, start), isExact: false }
    this.#reaches.push(reach)
    return reach
  }

  /** The lists of the root scope that no path leads into from outside. */
  deferred({ lists }: Pick<List, "lists">): DeferredLists | undefined {
    const index = fieldIndex()
    const slots = new Map<List, number>()
    const canDefer = ({ bytes }: List) => bytes !== undefined && !bytes.isSingle
    for (const list of lists) {
      const { bytes } = list
      if (bytes === undefined || !canDefer(list)) continue
      const isOwn = ({ list }: Start) => {
        const other = list === undefined ? undefined : lists[list]
        return other?.bytes !== undefined && canDefer(other) && isSame(other.bytes.keys, bytes.keys)
      }
      const isReachedFromOutside = this.#reaches.some((reach) => !isOwn(reach) && leadsInto(reach, bytes.keys))
      if (!isReachedFromOutside) slots.set(list, slotOf(index, bytes.keys))
    }
    return slots.size === 0 ? undefined : { index, slots }
  }
}

/** Where a query leads from a start: its leading keys are added. Exact only if the query has nothing else. */
const follow = (start: Start, query: Query): Start => {
  if (!start.isExact) return start
  const keys = leadingKeys(query)
  return { ...start, keys: [...start.keys, ...keys], isExact: isKeysOnly(query) }
}

/** Whether a path may find anything in the list at the end of the keys, or the list itself. */
const leadsInto = (reach: Start, keys: Keys): boolean => {
  if (reach.keys.some((key, level) => level < keys.length && key !== keys[level])) return false
  return reach.keys.length >= keys.length || !reach.isExact
}

const isSame = (one: Keys, other: Keys): boolean =>
  one.length === other.length && one.every((key, level) => key === other[level])
