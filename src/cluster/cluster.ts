import { randomUUID } from "node:crypto"
import { performance } from "node:perf_hooks"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Latch from "effect/Latch"
import * as Scope from "effect/Scope"
import type { ClusterStatus, Owner } from "../poll/cluster-status.ts"
import { assign, shardCount, shardOfTarget } from "./assignment.ts"
import { type Database, DatabaseFailed, lockExpiration, openDatabase, refreshInterval } from "./database.ts"
import type { DatabaseSettings } from "./database-url.ts"
import { describeMember, type Member, type MemberState, memberOf } from "./member-state.ts"
import { OwnedShards } from "./owned-shards.ts"

/** Milliseconds between two looks at the database. Half of it is what a handover waits on average. */
const interval = 250

/** Milliseconds after which a process that stops no longer waits until others have polled its targets. */
const maxHandover = 800

/** Milliseconds between two looks while it waits for that. */
const handoverInterval = 40

/**
 * Milliseconds. When the database is back, its members come back one after the other. For so long the members from
 * before count, or the first one would take all targets.
 */
const grace = 3000

/** Milliseconds between two attempts to connect, doubled from the first to the last. */
const retry = { first: 100, last: 1000 }

export interface ClusterOptions {
  readonly database: DatabaseSettings
  /** Read for each connection. */
  readonly password: () => Promise<string | undefined>
  /** `HOST:PORT`, by which the others know this process; the same after a restart. */
  readonly address: string
  readonly url: string
  readonly version: string
  /** The members of the last run, for a start without the database. */
  readonly knownMembers: ReadonlyArray<string>
  /** Called with the members whenever these change. */
  readonly remember: (members: ReadonlyArray<string>) => void
  /** Whether a target has been polled since this process polls it. */
  readonly isPolled: (name: string) => boolean
  readonly log: (level: "info" | "warn", message: string, annotations: Readonly<Record<string, unknown>>) => void
  /** Called when something changed: which targets this process polls, or what `status` says. */
  readonly changed: (isOwnership: boolean) => void
}

/** This process in the cluster. The script is bundled with an Effect of its own: only promises and plain values. */
export interface Cluster {
  /** Ends when it is decided which targets this process polls. Rejects if the database refuses this process. */
  readonly settled: Promise<void>
  readonly owns: (name: string) => boolean
  /** Whether the page keeps the series of a target until its new owner has polled it. */
  readonly keeps: (name: string) => boolean
  readonly status: () => ClusterStatus
  /** Says what is configured now. */
  readonly describe: (configuration: string, targets: ReadonlyArray<string>) => void
  /** Gives the targets to the other members. Ends when they have polled them, or after 0.8 s. */
  readonly leave: () => Promise<void>
}

const allShards = Array.from({ length: shardCount }, (_, index) => index + 1)

class Process {
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
  /** Addresses of the members that were alive last. */
  alive: ReadonlyArray<string> = []
  members: ReadonlyArray<Member> = []
  readAt = 0
  /** Shards of which not all targets have been polled. */
  unpolled = new Set<number>()
  isSettled = false
  isConnected = false
  /** Whether the connection was good for a whole round. */
  hasServed = false
  isLeaving = false
  isDuplicate = false
  agreed = true
  since = Date.now()
  problem: string | undefined
  seen = ""
  /** Members that were known before the database was lost are waited for until then (monotonic milliseconds). */
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

  /** The members besides this process that have given signs of life. */
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

  /** Tells of changes, not of each look at the database: a change makes new pages. */
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
      // who stops removes its row
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

/** What is known about one connection to the database. */
interface Session {
  readonly database: Database
  locked: ReadonlySet<number>
  refreshDue: number
  writeDue: number
  written: string
  lastRound: number
}

const write = Effect.fnUntraced(function* (process: Process, session: Session) {
  process.markPolled()
  const state = JSON.stringify(process.describeSelf())
  const now = performance.now()
  if (state === session.written && now < session.writeDue) return
  yield* session.database.write(state)
  session.written = state
  session.writeDue = now + Duration.toMillis(refreshInterval)
})

/** Reads who has which locks, and polls accordingly. */
const read = Effect.fnUntraced(function* (process: Process, session: Session) {
  const rows = yield* session.database.rows
  process.members = rows.map(memberOf)
  process.readAt = Date.now()
  const own = rows.find((row) => row.session === process.session)
  session.locked = new Set(own?.locked)
  return process.own(() => process.shards.update(session.locked, process.others, Date.now()))
})

/** Gives signs of life, takes the locks that are due to this process, and gives those away that are due to others. */
const takeShare = Effect.fnUntraced(function* (process: Process, session: Session) {
  const { database } = session
  const self = process.options.address
  const now = performance.now()
  if (now >= session.refreshDue) {
    yield* database.refresh(session.locked)
    session.refreshDue = now + Duration.toMillis(refreshInterval)
  }
  let alive = yield* database.members
  if (!alive.includes(self)) {
    yield* database.register
    alive = [...alive, self]
  }
  const isGrace = now < process.graceEnd
  const owners = process.ownersAmong(isGrace ? [...new Set([...alive, ...process.alive])] : alive)
  const locked = new Set(session.locked)
  const missing = allShards.filter((shard) => owners[shard] === self && !locked.has(shard))
  if (missing.length > 0) for (const shard of yield* database.acquire(missing)) locked.add(shard)
  for (const shard of locked) {
    const owner = owners[shard]
    if (owner === self || owner === undefined || !alive.includes(owner)) continue
    yield* database.release(shard)
    locked.delete(shard)
  }
  session.locked = locked
  return isGrace ? process.alive : alive
})

const round = Effect.fnUntraced(function* (process: Process, session: Session) {
  const now = performance.now()
  // the process was frozen: others may have its shards, and the connection with its locks may be closed
  if (now - session.lastRound > Duration.toMillis(lockExpiration)) process.notify(yield* read(process, session))
  session.lastRound = now
  const alive = yield* takeShare(process, session)
  // before the first reading: the others know the locks of this process by its row
  if (session.written === "") yield* write(process, session)
  const isChanged = yield* read(process, session)
  process.noteMembers(alive)
  yield* write(process, session)
  process.hasServed = true
  process.connected()
  process.settle()
  process.noteConfigurations()
  process.noteDuplicate()
  process.notify(isChanged)
})

/** Gives the locks back, and waits until others have polled all targets. This process polls them until it ends. */
const handOver = Effect.fnUntraced(function* (process: Process, { database }: Session) {
  const end = performance.now() + maxHandover
  const { shards } = process
  yield* database.leave
  for (;;) {
    process.members = (yield* database.rows).map(memberOf)
    const { others } = process
    if (others.length === 0) return
    const polled = new Set(others.flatMap(({ locked, polled }) => locked.filter((shard) => polled.has(shard))))
    if ([...shards.owned.keys()].every((shard) => polled.has(shard))) return
    if (performance.now() >= end) return
    yield* Effect.sleep(handoverInterval)
  }
})

/** One connection, until it fails or the process leaves. */
const serve = Effect.fnUntraced(function* (process: Process) {
  const { options, session: name } = process
  const { database: settings, password, address } = options
  const database = yield* openDatabase({ settings, password, address, session: name })
  const session: Session = {
    database,
    locked: new Set(),
    refreshDue: 0,
    writeDue: 0,
    written: "",
    lastRound: performance.now()
  }
  if (process.isSettled && !process.isConnected) process.graceEnd = performance.now() + grace
  while (!process.isLeaving) {
    yield* round(process, session)
    yield* Effect.timeoutOption(process.wake.await, interval)
  }
  yield* handOver(process, session)
})

const run = Effect.fnUntraced(function* (process: Process) {
  let pause = retry.first
  while (!process.isLeaving) {
    const scope = yield* Scope.make()
    const exit = yield* Effect.exit(Scope.provide(serve(process), scope))
    // a connection that is cut may not close
    yield* Effect.forkDetach(Scope.close(scope, Exit.void))
    if (Exit.isSuccess(exit) || process.isLeaving) return
    const error = Cause.squash(exit.cause)
    const why = error instanceof DatabaseFailed ? error.why : String(error)
    if (error instanceof DatabaseFailed && error.isRefusal && !process.isSettled) {
      process.settled.reject(new Error(why))
      return
    }
    // one connection may end while the next is good: then nothing was lost
    const hasServed = process.hasServed
    process.hasServed = false
    if (!hasServed) process.connectionLost(why)
    pause = hasServed ? retry.first : Math.min(2 * pause, retry.last)
    yield* Effect.timeoutOption(process.wake.await, pause)
  }
})

/** Joins the cluster. It is left with the process, or by `leave`. */
export const joinCluster = (options: ClusterOptions): Cluster => {
  const process = new Process(options)
  // a rejection is for whoever awaits it
  process.settled.promise.catch(() => undefined)
  Effect.runPromise(run(process)).then(process.left.resolve, process.settled.reject)
  return {
    settled: process.settled.promise,
    owns: (name) => process.shards.owned.has(shardOfTarget(name)),
    keeps: (name) => process.shards.handedOver.has(shardOfTarget(name)),
    status: () => process.status(),
    describe: (configuration, targets) => {
      process.configuration = configuration
      process.targetCount = targets.length
      process.targets = Map.groupBy(targets, shardOfTarget)
      process.notify(false)
    },
    leave: async () => {
      if (!process.isConnected) return
      process.isLeaving = true
      process.wake.openUnsafe()
      const { promise, resolve } = Promise.withResolvers<void>()
      const timer = setTimeout(resolve, maxHandover)
      await Promise.race([process.left.promise, promise])
      clearTimeout(timer)
    }
  }
}

export { parseDatabaseUrl } from "./database-url.ts"
