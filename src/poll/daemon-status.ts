import type { Family, Labels, Sample } from "../mapping/sample.ts"
import type { Shard } from "./shard.ts"

/** The last time that the configuration was read; the first was the start. */
export interface Reload {
  readonly successful: boolean
  /** Epoch milliseconds of this attempt, and of the last that was good. */
  readonly at: number
  readonly lastSuccess: number
  /** What was wrong, one line each; the configuration before it is still in force. */
  readonly problems: ReadonlyArray<string>
}

/** A source of `targets_from`, as it was last heard of. */
export interface SourceStatus {
  readonly name: string
  /** Whether it was asked since the start, whatever came of it. */
  readonly attempted: boolean
  /** Targets that it lists and that can be polled, whichever shard polls them. */
  readonly targets: number
  /** Epoch milliseconds of the last time that all of it could be read. */
  readonly lastSuccess: number | undefined
  /** What is wrong with it, one line each; what it listed before stands. */
  readonly problems: ReadonlyArray<string>
}

/** What the daemon knows of itself. */
export interface DaemonStatus {
  readonly version: string
  readonly node: string
  readonly shard: Shard
  readonly started: number
  readonly reload: Reload
  readonly sources: ReadonlyArray<SourceStatus>
}

export const initialDaemonStatus = (version: string, node: string, shard: Shard, now: number): DaemonStatus => ({
  version,
  node,
  shard,
  started: now,
  reload: { successful: true, at: now, lastSuccess: now, problems: [] },
  sources: []
})

/** The configuration was read again: well, if there are no problems. */
export const applyReload = (daemon: DaemonStatus, at: number, problems: ReadonlyArray<string>): DaemonStatus => {
  const successful = problems.length === 0
  return { ...daemon, reload: { successful, at, lastSuccess: successful ? at : daemon.reload.lastSuccess, problems } }
}

const gauge = (name: string, help: string): Family => ({ name, type: "gauge", help })

const families = {
  build: { name: "poller_build_info", type: "info", help: "1, with the versions of poller and of Node as labels." },
  reloadSuccessful: gauge(
    "poller_config_last_reload_successful",
    "1 if the configuration was good when it was last read, else 0: then the one before it is in force."
  ),
  reloadSuccess: gauge(
    "poller_config_last_reload_success_timestamp_seconds",
    "When a good configuration was last read."
  ),
  shard: gauge("poller_shard_ordinal", "Which shard of the targets this process polls, from 0."),
  shards: gauge("poller_total_shards", "How many shards the targets are divided into."),
  sourceTargets: gauge("poller_targets_from_targets", "Targets that the source lists and that can be polled."),
  sourceProblems: gauge(
    "poller_targets_from_problems",
    "What is wrong with the source now: files, answers or targets of it that are no good."
  ),
  sourceSuccess: gauge(
    "poller_targets_from_last_success_timestamp_seconds",
    "When all of the source could last be read."
  )
} as const satisfies Record<string, Family>

const sourceSamples = ({ name, targets, problems, lastSuccess }: SourceStatus): ReadonlyArray<Sample> => {
  const labels: Labels = [["source", name]]
  return [
    { family: families.sourceTargets, labels, value: targets },
    { family: families.sourceProblems, labels, value: problems.length },
    ...(lastSuccess === undefined ? [] : [{ family: families.sourceSuccess, labels, value: lastSuccess / 1000 }])
  ]
}

/** poller's own metrics of the daemon. */
export const daemonSamples = ({ version, node, shard, reload, sources }: DaemonStatus): ReadonlyArray<Sample> => [
  {
    family: families.build,
    labels: [
      ["node", node],
      ["version", version]
    ],
    value: 1
  },
  { family: families.reloadSuccessful, labels: [], value: reload.successful ? 1 : 0 },
  { family: families.reloadSuccess, labels: [], value: reload.lastSuccess / 1000 },
  { family: families.shard, labels: [], value: shard.ordinal },
  { family: families.shards, labels: [], value: shard.total },
  ...sources.flatMap(sourceSamples)
]
