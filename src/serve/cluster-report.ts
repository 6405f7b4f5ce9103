import type { ClusterMember, ClusterStatus, Owner } from "../poll/cluster-status.ts"
import { pathOf } from "./pages/target-state.ts"

/** A process of the cluster in `/api/targets`. Times are RFC 3339. */
export interface MemberReport {
  readonly address: string
  readonly url: string
  readonly self: boolean
  readonly alive: boolean
  readonly last_seen: string
  readonly started: string
  readonly targets: number
  readonly configuration: string
  readonly version: string
}

/** The cluster in `/api/targets`; `targets` are those of the whole configuration. */
export interface ClusterReport {
  readonly database: string
  readonly connected: boolean
  /** Why it is not connected; null if it is. */
  readonly problem: string | null
  readonly configurations_agree: boolean
  readonly targets: number
  readonly unowned_targets: number
  readonly members: ReadonlyArray<MemberReport>
  readonly owners: ReadonlyArray<{ readonly name: string; readonly address: string; readonly since: string }>
}

const rfc3339 = (milliseconds: number) => new Date(milliseconds).toISOString()

const memberReport = (member: ClusterMember): MemberReport => ({
  address: member.address,
  url: member.url,
  self: member.isSelf,
  alive: member.isAlive,
  last_seen: rfc3339(member.lastSeen),
  started: rfc3339(member.started),
  targets: member.targets,
  configuration: member.configuration,
  version: member.version
})

export const clusterReport = (cluster: ClusterStatus): ClusterReport => ({
  database: cluster.database,
  connected: cluster.isConnected,
  problem: cluster.problem ?? null,
  configurations_agree: cluster.configurationsAgree,
  targets: cluster.targets,
  unowned_targets: cluster.unownedTargets,
  members: cluster.members.map(memberReport),
  owners: cluster
    .owners()
    .map(({ name, owner }) => ({ name, address: owner.member.address, since: rfc3339(owner.since) }))
})

/** The process that polls a target, in the response for a target that this process does not poll. */
export const ownerReport = ({ member, since }: Owner, name: string) => ({
  address: member.address,
  url: `${member.url}${pathOf(name)}`,
  since: rfc3339(since)
})
