import * as Duration from "effect/Duration"
import { targetFamilies } from "../config/own-metrics.ts"
import type { Target } from "../config/target.ts"
import type { Block } from "../exposition/page.ts"
import { renderSamples, type WriterPool } from "../exposition/sample-writer.ts"
import type { Sample } from "../mapping/sample.ts"
import type { TargetStatus } from "./target-status.ts"

/** One value, or one for each value of the label `reason`; undefined if there is no value yet. */
type Value = number | undefined | Readonly<Record<string, number>>

const values: Readonly<Record<keyof typeof targetFamilies, (status: TargetStatus) => Value>> = {
  up: ({ last }) => (last?.outcome._tag === "Good" ? 1 : 0),
  duration: ({ last }) => last?.seconds ?? 0,
  lastSuccess: ({ lastSuccess }) => (lastSuccess === undefined ? undefined : lastSuccess / 1000),
  interval: ({ target }) => Duration.toSeconds(target.interval),
  series: ({ series }) => series,
  bytes: ({ last }) => last?.outcome.bytes ?? 0,
  polls: ({ polls }) => polls,
  errors: ({ errors }) => errors,
  skipped: ({ skipped }) => skipped,
  dropped: ({ dropped }) => dropped
}

type Key = keyof typeof targetFamilies

const keys = Object.keys(targetFamilies) as ReadonlyArray<Key>

const samplesOf = (key: Key, { name, request }: Target, value: Value): ReadonlyArray<Sample> => {
  if (value === undefined) return []
  const family = targetFamilies[key]
  const target = ["target", name] as const
  if (typeof value === "number") return [{ family, labels: [target], value }]
  return Object.entries(value)
    .filter(([reason]) => reason !== "detail" || request.details !== undefined)
    .map(([reason, value]) => ({ family, labels: [["reason", reason], target], value }))
}

/** poller's own metrics of one target. */
export const targetSamples = (status: TargetStatus): ReadonlyArray<Sample> =>
  keys.flatMap((key) => samplesOf(key, status.target, values[key](status)))

/** The last rendering of a family. */
interface Rendered {
  readonly values: ReadonlyArray<Value>
  readonly blocks: ReadonlyArray<Block>
}

/**
 * Renders own metrics of targets, which are the same ones in most calls. A family keeps its block, and the compressed
 * form of the block, until one of its values changes. Most good polls change only three of the ten families.
 */
export const makeTargetRenderer = (writers: WriterPool) => {
  const rendered = new Map<Key, Rendered>()
  let targets: ReadonlyArray<Target> = []

  const render = (key: Key, statuses: ReadonlyArray<TargetStatus>): ReadonlyArray<Block> => {
    const found = statuses.map(values[key])
    const last = rendered.get(key)
    if (last !== undefined && isSame(last.values, found)) return last.blocks
    const samples = statuses.flatMap(({ target }, index) => samplesOf(key, target, found[index]))
    const blocks = renderSamples(samples, writers)
    rendered.set(key, { values: found, blocks })
    return blocks
  }

  return (statuses: ReadonlyArray<TargetStatus>): ReadonlyArray<Block> => {
    const current = statuses.map(({ target }) => target)
    if (!isSame(targets, current)) rendered.clear()
    targets = current
    return keys.flatMap((key) => render(key, statuses))
  }
}

const isSame = (left: ReadonlyArray<unknown>, right: ReadonlyArray<unknown>): boolean =>
  left.length === right.length && left.every((value, index) => value === right[index])

/** Whether a scrape shows the same for both. If so, only other fields differ, such as the time of the next tick. */
export const rendersTheSame = (before: TargetStatus, after: TargetStatus): boolean =>
  before.polls === after.polls && before.skipped === after.skipped && before.blocks === after.blocks
