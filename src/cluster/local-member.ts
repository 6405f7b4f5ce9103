import { randomUUID } from "node:crypto"
import * as Duration from "effect/Duration"
import * as Latch from "effect/Latch"
import type { ClusterStatus, Owner } from "../poll/cluster-status.ts"
import { assign, shardCount, shardOfTarget } from "./assignment.ts"
import { lockExpiration } from "./database.ts"
import type { DatabaseSettings } from "./database-url.ts"
import { describeMember, type Member, type MemberState, memberOf } from "./member-state.ts"
import { OwnedShards } from "./owned-shards.ts"

export interface ClusterOptions {
  readonly database: DatabaseSettings
  /** Read again for each connection. */
  readonly password: () => Promise<string | undefined>
  /** `HOST:PORT`: the name of this process among the members. The same after a restart. */
  readonly address: string
  readonly url: string
  readonly version: string
  /** The members of the last run, for a start without the database. */
  readonly knownMembers: ReadonlyArray<string>
  /** Called with the members when they change. */
  readonly remember: (members: ReadonlyArray<string>) => void
  /** Whether a target has been polled since this process polls it. */
  readonly isPolled: (name: string) => boolean
  readonly log: (level: "info" | "warn", message: string, annotations: Readonly<Record<string, unknown>>) => void
  /** Called when the targets of this process or its `status` change. */
  readonly changed: (isOwnership: boolean) => void
}

/** The numbers of all shards, from 1. */
export const allShards = Array.from({ length: shardCount }, (_, index) => index + 1)

/** This process as a member: the other members as it last read them, and the targets that it polls. */
export class LocalMember {
  readonly options: ClusterOptions
  readonly session = randomUUID().slice(0, 13)
  readonly started = Date.now()
  readonly shards = new OwnedShards()
  readonly wake = Latch.makeUnsafe(false)
  readonly settled = Promise.withResolvers<void>()
  readonly left = Promise.withResolvers<void>()
  /** Names by shard. */
  targets = new Map<number, ReadonlyArray<string>>()
  targetCount = 0
  configuration = ""
  /** Addresses of the members that were alive at the last read. */
  alive: ReadonlyArray<string> = []
  members: ReadonlyArray<Member> = []
  readAt = 0
  /** Shards with targets that this process has not polled yet. */
  unpolled = new Set<number>()
  isSettled = false
  isConnected = false
  /** Whether the current connection has worked for a whole round. */
  hasServed = false
  isLeaving = false
  isDuplicate = false
  agreed = true
  since = Date.now()
  problem: string | undefined
  seen = ""
  /** Until then the members from before an outage of the database count as alive (monotonic milliseconds). */
  graceEnd = 0
  assignment: { readonly key: string; readonly owners: ReadonlyArray<string | undefined> } = { key: "", owners: [] }

  constructor(options: ClusterOptions) {
    this.options = options
    this.alive = options.knownMembers
  }

  ownersAmong(members: ReadonlyArray<string>) {
    const key = members.toSorted().join(" ")
    if (this.assignment.key !== key) this.assignment = { key, owners: assign(members) }
    return this.assignment.owners
  }

  countOf(shards: Iterable<number>): number {
    let count = 0
    for (const shard of shards) count += this.targets.get(shard)?.length ?? 0
    return count
  }

  /** The other members with a recent heartbeat in the database. */
  get others(): ReadonlyArray<Member> {
    const expired = Duration.toMillis(lockExpiration)
    return this.members.filter(({ session, age }) => session !== this.session && age < expired)
  }

  describeSelf(): MemberState {
    const { options, started, configuration, shards, unpolled } = this
    return {
      url: options.url,
      version: options.version,
      configuration,
      started,
      targets: this.countOf(shards.owned.keys()),
      shards: Array.from(shards.owned, ([shard, since]) => [shard, since, unpolled.has(shard) ? 0 : 1] as const)
    }
  }

  /** Notes which shards have been polled since this process took them. */
  markPolled(): void {
    for (const shard of this.unpolled) {
      if (!this.shards.owned.has(shard) || this.targets.get(shard)?.every(this.options.isPolled) !== false)
        this.unpolled.delete(shard)
    }
  }

  own(change: () => boolean): boolean {
    const before = new Set(this.shards.owned.keys())
    const isChanged = change()
    for (const shard of this.shards.owned.keys()) if (!before.has(shard)) this.unpolled.add(shard)
    return isChanged
  }

  connectionLost(why: string): void {
    const { options } = this
    if (!this.isConnected && this.problem !== undefined) return
    this.isConnected = false
    this.since = Date.now()
    this.problem = why
    const self = options.address
    const isFirst = this.shards.owned.size === 0 && !this.isSettled
    if (isFirst) {
      const known = new Set([...this.alive, self])
      const owners = this.ownersAmong([...known])
      const share = this.alive.length === 0 ? allShards : allShards.filter((shard) => owners[shard] === self)
      this.own(() => {
        this.shards.take(share, Date.now())
        return true
      })
      const polls = this.alive.length === 0 ? "all targets" : `its targets among ${known.size} known members`
      options.log("warn", "cluster database out of reach", { database: options.database.shown, error: why, polls })
    } else options.log("warn", "cluster database lost", { database: options.database.shown, error: why })
    this.settle()
    this.notify(true)
  }

  /** Reports only changes: each report renders new pages. */
  notify(isOwnership: boolean): void {
    const { isConnected, isSettled, problem, alive, agreed } = this
    const { targets, ownedTargets, unownedTargets, members } = this.status()
    const seen = JSON.stringify([
      [isConnected, isSettled, problem, alive, agreed, targets, ownedTargets, unownedTargets],
      members.map(({ lastSeen: _, ...member }) => member)
    ])
    if (seen === this.seen && !isOwnership) return
    this.seen = seen
    this.options.changed(isOwnership)
  }

  settle(): void {
    this.isSettled = true
    this.settled.resolve()
  }

  connected(): void {
    if (this.isConnected) return
    const { options, problem, since } = this
    this.isConnected = true
    this.since = Date.now()
    this.problem = undefined
    if (problem !== undefined)
      options.log("info", "cluster database back", { after: `${Math.round((this.since - since) / 1000)}s` })
    else options.log("info", "cluster joined", { database: options.database.shown, members: this.alive.length })
  }

  noteMembers(alive: ReadonlyArray<string>): void {
    const { options } = this
    const before = this.alive
    if (alive.length === before.length && alive.every((address) => before.includes(address))) return
    this.alive = alive
    options.remember(alive)
    if (!this.isConnected) return
    for (const member of alive) if (!before.includes(member)) options.log("info", "cluster member joined", { member })
    for (const member of before) {
      if (alive.includes(member)) continue
      // a process that stops removes its row
      const isLost = this.members.some(({ address }) => address === member)
      if (isLost) options.log("warn", "cluster member lost", { member })
      else options.log("info", "cluster member left", { member })
    }
  }

  noteConfigurations(): void {
    const { options } = this
    const hashes = new Set(this.others.map(({ known }) => known.configuration).filter((hash) => hash !== ""))
    if (this.configuration !== "") hashes.add(this.configuration)
    const agree = hashes.size <= 1
    if (agree === this.agreed) return
    this.agreed = agree
    if (agree) options.log("info", "cluster configurations agree again", {})
    else options.log("warn", "cluster configurations differ", { configurations: [...hashes].join(",") })
  }

  noteDuplicate(): void {
    const row = this.members.find(({ address }) => address === this.options.address)
    const isDuplicate = row !== undefined && row.session !== this.session
    if (isDuplicate && !this.isDuplicate)
      this.options.log("warn", "another process has the same cluster address: set --cluster-address", {
        address: this.options.address
      })
    this.isDuplicate = isDuplicate
  }

  status(): ClusterStatus {
    const { options, members, readAt, alive, isConnected, shards } = this
    const describe = (member: Member) =>
      describeMember(member, {
        now: readAt,
        isAlive: alive.includes(member.address),
        isSelf: member.session === this.session
      })
    const self: Member = memberOf({
      address: options.address,
      session: this.session,
      age: 0,
      state: JSON.stringify(this.describeSelf()),
      locked: []
    })
    const all = [self, ...members.filter(({ address }) => address !== options.address)]
    const described = all.map((member) => ({
      ...describe(member),
      ...(member === self && { isAlive: true, lastSeen: Date.now() })
    }))
    const holders = new Map(this.others.flatMap((member) => member.locked.map((shard) => [shard, member] as const)))
    const unowned = allShards.filter((shard) => !holders.has(shard) && !shards.owned.has(shard))
    const ownerOf = (name: string): Owner | undefined => {
      const shard = shardOfTarget(name)
      const own = shards.owned.get(shard)
      const member = own === undefined ? holders.get(shard) : self
      if (member === undefined) return undefined
      const owner = describe(member)
      return { member: owner, since: own ?? member.since.get(shard) ?? owner.started }
    }
    return {
      database: options.database.shown,
      isSettled: this.isSettled,
      isConnected,
      since: this.since,
      problem: this.problem,
      members: described.toSorted((a, b) => (a.address < b.address ? -1 : 1)),
      configurationsAgree: this.agreed,
      targets: this.targetCount,
      ownedTargets: this.countOf(shards.owned.keys()),
      unownedTargets: this.countOf(unowned),
      has: (name) => this.targets.get(shardOfTarget(name))?.includes(name) === true,
      ownerOf,
      owners: () =>
        [...this.targets.values()]
          .flat()
          .toSorted()
          .flatMap((name) => {
            const owner = ownerOf(name)
            return owner === undefined ? [] : [{ name, owner }]
          })
    }
  }
}
