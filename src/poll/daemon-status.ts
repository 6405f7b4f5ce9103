import { clusterFamilies, daemonFamilies, sourceFamilies } from "../config/own-metrics.ts"
import type { Labels, Sample } from "../mapping/sample.ts"
import type { ClusterStatus } from "./cluster-status.ts"
import type { Shard } from "./shard.ts"

/** The last time the configuration was loaded, at the start or by a reload. */
export interface Reload {
  readonly successful: boolean
  /** Epoch milliseconds of this attempt and of the last good one. */
  readonly at: number
  readonly lastSuccess: number
  /** One line each. If there are any, the previous configuration is still in force. */
  readonly problems: ReadonlyArray<string>
}

/** A source of `targets_from` after its last reading. */
export interface SourceStatus {
  readonly name: string
  /** Whether the first reading has ended, well or not. */
  readonly attempted: boolean
  /** The valid targets of its list, including those of other shards. */
  readonly targets: number
  /** Epoch milliseconds of the last reading without an error. */
  readonly lastSuccess: number | undefined
  /** One line each. If reading fails, the last good list stays. */
  readonly problems: ReadonlyArray<string>
}

export interface DaemonStatus {
  readonly version: string
  readonly node: string
  /** The machine's name. */
  readonly host?: string | undefined
  /** The files of the configuration, or the URL of `--target`. */
  readonly configuration?: string | undefined
  readonly shard: Shard
  /** Only with `--cluster`. */
  readonly cluster?: ClusterStatus | undefined
  /** Epoch milliseconds. */
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

/** The status after a reload, which failed if there are problems. */
export const applyReload = (daemon: DaemonStatus, at: number, problems: ReadonlyArray<string>): DaemonStatus => {
  const successful = problems.length === 0
  return { ...daemon, reload: { successful, at, lastSuccess: successful ? at : daemon.reload.lastSuccess, problems } }
}

const daemonValues: Readonly<Record<keyof typeof daemonFamilies, (daemon: DaemonStatus) => number>> = {
  build: () => 1,
  reloadSuccessful: ({ reload }) => (reload.successful ? 1 : 0),
  reloadSuccess: ({ reload }) => reload.lastSuccess / 1000,
  shard: ({ shard }) => shard.ordinal,
  shards: ({ shard }) => shard.total
}

const sourceValues: Readonly<Record<keyof typeof sourceFamilies, (source: SourceStatus) => number | undefined>> = {
  targets: ({ targets }) => targets,
  problems: ({ problems }) => problems.length,
  lastSuccess: ({ lastSuccess }) => (lastSuccess === undefined ? undefined : lastSuccess / 1000)
}

const clusterValues: Readonly<Record<keyof typeof clusterFamilies, (cluster: ClusterStatus) => number>> = {
  members: ({ members }) => members.filter(({ isAlive }) => isAlive).length,
  ownedTargets: ({ ownedTargets }) => ownedTargets,
  targets: ({ targets }) => targets,
  unownedTargets: ({ unownedTargets }) => unownedTargets,
  connected: ({ isConnected }) => (isConnected ? 1 : 0),
  configurationsAgree: ({ configurationsAgree }) => (configurationsAgree ? 1 : 0)
}

const daemonKeys = Object.keys(daemonFamilies) as ReadonlyArray<keyof typeof daemonFamilies>
const clusterKeys = Object.keys(clusterFamilies) as ReadonlyArray<keyof typeof clusterFamilies>
const sourceKeys = Object.keys(sourceFamilies) as ReadonlyArray<keyof typeof sourceFamilies>

/** poller's own metrics of the process and of the sources of targets. */
export const daemonSamples = (daemon: DaemonStatus): ReadonlyArray<Sample> => {
  const { node, version, sources, cluster } = daemon
  const build: Labels = [
    ["node", node],
    ["version", version]
  ]
  return [
    ...daemonKeys.map((key) => ({
      family: daemonFamilies[key],
      labels: key === "build" ? build : [],
      value: daemonValues[key](daemon)
    })),
    ...(cluster === undefined
      ? []
      : clusterKeys.map((key) => ({ family: clusterFamilies[key], labels: [], value: clusterValues[key](cluster) }))),
    ...sources.flatMap((source) =>
      sourceKeys.flatMap((key) => {
        const value = sourceValues[key](source)
        return value === undefined
          ? []
          : [{ family: sourceFamilies[key], labels: [["source", source.name]] as const, value }]
      })
    )
  ]
}
