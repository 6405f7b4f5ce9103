import * as Duration from "effect/Duration"
import { targetFamilies } from "../config/own-metrics.ts"
import type { Sample } from "../mapping/sample.ts"
import type { TargetStatus } from "./target-status.ts"

/** One value, or one for each value of the label `reason`; undefined while there is none. */
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
  dropped: ({ dropped: { detail, ...others }, target }) =>
    target.request.details === undefined ? others : { ...others, detail }
}

const keys = Object.keys(targetFamilies) as ReadonlyArray<keyof typeof targetFamilies>

/** poller's own metrics of one target. */
export const targetSamples = (status: TargetStatus): ReadonlyArray<Sample> => {
  const target = ["target", status.target.name] as const
  const samples: Array<Sample> = []
  for (const key of keys) {
    const family = targetFamilies[key]
    const value = values[key](status)
    if (typeof value === "number") samples.push({ family, labels: [target], value })
    else if (value !== undefined) {
      for (const reason of Object.keys(value)) {
        samples.push({ family, labels: [["reason", reason], target], value: value[reason] ?? 0 })
      }
    }
  }
  return samples
}

/** Whether a scrape shows the same for both. Only other fields differ then, such as the time of the next tick. */
export const rendersTheSame = (before: TargetStatus, after: TargetStatus): boolean =>
  before.polls === after.polls && before.skipped === after.skipped && before.blocks === after.blocks
