/** A process of the cluster. Times are epoch milliseconds. */
export interface ClusterMember {
  /** `HOST:PORT` of its pages; no two members have the same. */
  readonly address: string
  /** URL of its pages. */
  readonly url: string
  readonly version: string
  /** Hash of its targets and their settings. */
  readonly configuration: string
  readonly started: number
  /** Targets that it polls. */
  readonly targets: number
  /** Whether its last heartbeat in the database is recent. */
  readonly isAlive: boolean
  readonly lastSeen: number
  readonly isSelf: boolean
}

/** Who polls a target, and since when. */
export interface Owner {
  readonly member: ClusterMember
  readonly since: number
}

/** What this process knows about the cluster. While the database is out of reach, `members` are those it read last. */
export interface ClusterStatus {
  /** Where the database is, without secrets. */
  readonly database: string
  /** Whether it is decided which targets this process polls; false for a moment at the start. */
  readonly isSettled: boolean
  readonly isConnected: boolean
  /** When `isConnected` changed. */
  readonly since: number
  /** Why it is not connected. */
  readonly problem: string | undefined
  readonly members: ReadonlyArray<ClusterMember>
  /** Whether all members that are alive have the same targets and settings. */
  readonly configurationsAgree: boolean
  /** Targets of this configuration; those of them that this process polls; and those that no member polls. */
  readonly targets: number
  readonly ownedTargets: number
  readonly unownedTargets: number
  /** Whether the configuration has the target. */
  readonly has: (target: string) => boolean
  readonly ownerOf: (target: string) => Owner | undefined
  /** All targets of the configuration that have an owner, by name. */
  readonly owners: () => ReadonlyArray<{ readonly name: string; readonly owner: Owner }>
}
