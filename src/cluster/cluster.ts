import { performance } from "node:perf_hooks"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import type { ClusterStatus } from "../poll/cluster-status.ts"
import { shardOfTarget } from "./assignment.ts"
import { type Database, DatabaseFailed, lockExpiration, openDatabase, refreshInterval } from "./database.ts"
import { allShards, type ClusterOptions, LocalMember } from "./local-member.ts"
import { memberOf } from "./member-state.ts"

/** Milliseconds between two reads of the database. On average a handover waits for half of it. */
const interval = 250

/** Milliseconds that a stopping process waits, at most, until others have polled its targets. */
const maxHandover = 800

/** Milliseconds between two reads of the database during that wait. */
const handoverInterval = 40

/**
 * Milliseconds. After an outage of the database, members reconnect one after the other. For this long the members from
 * before the outage count as alive. Otherwise the first one would take all targets.
 */
const grace = 3000

/** Milliseconds between two attempts to connect: the first and the longest. Each is twice the one before. */
const retry = { first: 100, last: 1000 }

/** This process in the cluster. Its script has its own copy of Effect: only promises and plain values pass. */
export interface Cluster {
  /** Resolves when the targets of this process are decided. Rejects if the database refuses this process. */
  readonly settled: Promise<void>
  readonly owns: (name: string) => boolean
  /** Whether the page keeps the series of a target until its new owner has polled it. */
  readonly keeps: (name: string) => boolean
  readonly status: () => ClusterStatus
  /** Sets the names of the configured targets. */
  readonly describe: (configuration: string, targets: ReadonlyArray<string>) => void
  /** Hands the targets over to the other members. Resolves when they have polled them, or after 0.8 s. */
  readonly leave: () => Promise<void>
}

/** The state of one connection to the database. */
interface Session {
  readonly database: Database
  locked: ReadonlySet<number>
  refreshDue: number
  writeDue: number
  written: string
  lastRound: number
}

const write = Effect.fnUntraced(function* (process: LocalMember, session: Session) {
  process.markPolled()
  const state = JSON.stringify(process.describeSelf())
  const now = performance.now()
  if (state === session.written && now < session.writeDue) return
  yield* session.database.write(state)
  session.written = state
  session.writeDue = now + Duration.toMillis(refreshInterval)
})

/** Reads which member holds which locks, and changes the targets of this process to match. */
const read = Effect.fnUntraced(function* (process: LocalMember, session: Session) {
  const rows = yield* session.database.rows
  process.members = rows.map(memberOf)
  process.readAt = Date.now()
  const own = rows.find((row) => row.session === process.session)
  session.locked = new Set(own?.locked)
  return process.own(() => process.shards.update(session.locked, process.others, Date.now()))
})

/** Sends heartbeats, takes the locks of this process's shards, and releases those of other members' shards. */
const takeShare = Effect.fnUntraced(function* (process: LocalMember, session: Session) {
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

const round = Effect.fnUntraced(function* (process: LocalMember, session: Session) {
  const now = performance.now()
  // the process was frozen: other members may have its shards, and its connection may have lost its locks
  if (now - session.lastRound > Duration.toMillis(lockExpiration)) process.notify(yield* read(process, session))
  session.lastRound = now
  const alive = yield* takeShare(process, session)
  // before the first read: other members find the locks of this process by its row
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

/** Releases the locks, and waits until other members have polled all targets. Until then it polls them too. */
const handOver = Effect.fnUntraced(function* (process: LocalMember, { database }: Session) {
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

/** Uses one connection until it fails or the process leaves the cluster. */
const serve = Effect.fnUntraced(function* (process: LocalMember) {
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

const run = Effect.fnUntraced(function* (process: LocalMember) {
  let pause = retry.first
  while (!process.isLeaving) {
    const scope = yield* Scope.make()
    const exit = yield* Effect.exit(Scope.provide(serve(process), scope))
    // closing a dead connection may hang
    yield* Effect.forkDetach(Scope.close(scope, Exit.void))
    if (Exit.isSuccess(exit) || process.isLeaving) return
    const error = Cause.squash(exit.cause)
    const why = error instanceof DatabaseFailed ? error.why : String(error)
    if (error instanceof DatabaseFailed && error.isRefusal && !process.isSettled) {
      process.settled.reject(new Error(why))
      return
    }
    // if the next connection works at once, the database was not lost
    const hasServed = process.hasServed
    process.hasServed = false
    if (!hasServed) process.connectionLost(why)
    pause = hasServed ? retry.first : Math.min(2 * pause, retry.last)
    yield* Effect.timeoutOption(process.wake.await, pause)
  }
})

/** Joins the cluster. `leave`, or the end of the process, leaves it. */
export const joinCluster = (options: ClusterOptions): Cluster => {
  const process = new LocalMember(options)
  // the callers that await `settled` handle a rejection
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
