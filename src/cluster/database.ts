import * as PgClient from "@effect/sql-pg/PgClient"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Runner from "effect/cluster/Runner"
import * as RunnerStorage from "effect/cluster/RunnerStorage"
import * as ShardId from "effect/cluster/ShardId"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as SqlRunnerStorage from "effect/cluster/SqlRunnerStorage"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Scope from "effect/Scope"
import type * as SqlClient from "effect/sql/SqlClient"
import * as SqlError from "effect/sql/SqlError"
import { runnerAddress, shardCount, showAddress } from "./assignment.ts"
import type { DatabaseSettings } from "./database-url.ts"

/** Prefix of the tables: the name of the cluster in its database. */
const prefix = "poller"

/**
 * A member that sends no heartbeat for this long has lost its shards. Effect's default, 35 s, is for entities with
 * state; the locks of a poller cost nothing to move.
 */
export const lockExpiration = Duration.seconds(6)

/** Time between two heartbeats; also the longest that a statement may take. */
export const refreshInterval = Duration.seconds(2)

/** Effect's name space of the advisory locks of a prefix, a signed 32-bit integer (SqlRunnerStorage, FNV-1a). */
const lockNamespace = Buffer.from(`effect-cluster:${prefix}`).reduce(
  (hash, byte) => Math.imul(hash ^ byte, 0x01000193),
  0x811c9dc5
)

/** Effect numbers the locks of the first group of shards from here. */
const firstLock = 1_000_000

/** A statement failed: the database is down, out of reach, or refused it. */
export class DatabaseFailed extends Data.TaggedError("DatabaseFailed")<{
  readonly why: string
  /** Whether another attempt would fail in the same way: a wrong password, no such database, a missing privilege. */
  readonly isRefusal: boolean
}> {
  override get message() {
    return this.why
  }
}

/** Error codes of PostgreSQL that do not go away: invalid_catalog_name, insufficient_privilege. */
const refusals = ["3D000", "42501"]

/** The innermost cause has the message of the server or of Node. */
const failed = (error: unknown): DatabaseFailed => {
  let isRefusal = false
  let why = String(error)
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    isRefusal ||= cause instanceof SqlError.AuthenticationError || cause instanceof SqlError.AuthorizationError
    if ("code" in cause && typeof cause.code === "string") isRefusal ||= refusals.includes(cause.code)
    const inner =
      cause instanceof AggregateError ? cause.errors.map(({ message }) => message).join(", ") : cause.message
    if (inner !== "") why = inner
  }
  return new DatabaseFailed({ why: why.replaceAll("\n", " "), isRefusal })
}

const tooSlow = new DatabaseFailed({
  why: `no answer within ${Duration.format(refreshInterval)}`,
  isRefusal: false
})

/**
 * Waits no longer than `limit`, also if the effect cannot be interrupted: a statement on a dead connection may not end.
 */
const bounded = <A>(effect: Effect.Effect<A, unknown>, limit: Duration.Duration = refreshInterval) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkDetach(effect, { startImmediately: true })
    const exit = yield* Effect.timeoutOption(Fiber.await(fiber), limit).pipe(
      Effect.onInterrupt(() => Effect.forkDetach(Fiber.interrupt(fiber)))
    )
    if (Option.isNone(exit)) {
      yield* Effect.forkDetach(Fiber.interrupt(fiber))
      return yield* tooSlow
    }
    return yield* exit.value
  }).pipe(
    Effect.sandbox,
    Effect.mapError((cause) => {
      const error = Cause.squash(cause)
      return error instanceof DatabaseFailed ? error : failed(error)
    })
  )

/** A row of `poller_members`, and the shards whose locks its session holds. */
export interface MemberRow {
  readonly address: string
  readonly session: string
  /** Milliseconds since the row was written, by the clock of the database. */
  readonly age: number
  readonly state: string
  readonly locked: ReadonlyArray<number>
}

/** The statements of the cluster. Every effect ends within a few seconds. */
export interface Database {
  /** Sends a heartbeat. Returns the shards whose locks this process still holds. */
  readonly refresh: (shards: ReadonlySet<number>) => Effect.Effect<ReadonlySet<number>, DatabaseFailed>
  readonly register: Effect.Effect<void, DatabaseFailed>
  /** Addresses of the members with a recent heartbeat. */
  readonly members: Effect.Effect<ReadonlyArray<string>, DatabaseFailed>
  /** Takes locks that are free. Returns the shards whose locks this process holds now. */
  readonly acquire: (shards: ReadonlyArray<number>) => Effect.Effect<ReadonlyArray<number>, DatabaseFailed>
  readonly release: (shard: number) => Effect.Effect<void, DatabaseFailed>
  /** Releases all shards, and removes this process from the members. */
  readonly leave: Effect.Effect<void, DatabaseFailed>
  /** The rows of all members, with their locks. */
  readonly rows: Effect.Effect<ReadonlyArray<MemberRow>, DatabaseFailed>
  readonly write: (state: string) => Effect.Effect<void, DatabaseFailed>
}

export interface DatabaseOptions {
  readonly settings: DatabaseSettings
  /** Read again for each connection: the file may change. */
  readonly password: () => Promise<string | undefined>
  readonly address: string
  /** Differs between two processes with the same address, one after the other. */
  readonly session: string
}

/** The name of a session in pg_stat_activity. Other members use it to find whose locks these are. */
const applicationName = (session: string) => `poller ${session}`

const shardingConfig = (address: string) =>
  ShardingConfig.layer({
    runnerAddress: Option.some(runnerAddress(address)),
    shardsPerGroup: shardCount,
    shardLockExpiration: lockExpiration,
    shardLockRefreshInterval: refreshInterval
  })

/** Creates the tables of Effect's cluster and of the members, unless they exist. */
const migrate = Effect.fnUntraced(function* (client: Context.Context<PgClient.PgClient | SqlClient.SqlClient>) {
  const sql = Context.get(client, PgClient.PgClient)
  // a lock, since members that start together would create the tables twice
  const lock = sql`SELECT pg_try_advisory_xact_lock(${lockNamespace}, 0) AS locked`
  const isLocked = Effect.map(lock, ([row]) => row?.locked === true)
  yield* Effect.repeat(isLocked, { until: (locked) => locked, schedule: Schedule.spaced(100), times: 10 })
  yield* Effect.scoped(
    Layer.build(Layer.provide(SqlRunnerStorage.layerMigrations({ prefix }), Layer.succeedContext(client)))
  )
  const [found] = yield* sql`SELECT to_regclass('poller_members') IS NOT NULL AS exists`
  if (found?.exists !== true)
    yield* sql`CREATE TABLE poller_members (
      address text PRIMARY KEY, session text NOT NULL, updated timestamptz NOT NULL, state text NOT NULL
    )`
})

const connect = Effect.fnUntraced(function* ({ settings, password, address, session }: DatabaseOptions) {
  const secret = yield* Effect.promise(password)
  const client = yield* Layer.build(
    PgClient.layer({
      url: Redacted.make(settings.url),
      ssl: settings.tls(),
      password: secret === undefined ? undefined : Redacted.make(secret),
      applicationName: applicationName(session),
      // Effect compares times without a zone, so the daylight saving time of the server must not move them
      startupParameters: { TimeZone: "UTC" },
      connectTimeout: refreshInterval,
      maxConnections: 3
    })
  )
  const sql = Context.get(client, PgClient.PgClient)
  yield* sql.withTransaction(migrate(client))
  const storage = yield* Layer.build(
    SqlRunnerStorage.layerStorage({ prefix }).pipe(
      Layer.provide([shardingConfig(address), Layer.succeedContext(client)])
    )
  )
  return { sql, storage: Context.get(storage, RunnerStorage.RunnerStorage) }
})

const shardId = (shard: number) => ShardId.make("default", shard)
const shardOf = ({ id }: ShardId.ShardId) => id

/** Rows of killed members are kept for a day: the pages show since when they are lost. */
const keptRows = "1 day"

/** Connects. The connections are closed with the scope. */
export const openDatabase = (options: DatabaseOptions): Effect.Effect<Database, DatabaseFailed, Scope.Scope> =>
  Effect.gen(function* () {
    const scope = yield* Effect.scope
    const { sql, storage } = yield* bounded(
      Effect.provideService(connect(options), Scope.Scope, scope),
      Duration.times(refreshInterval, 2)
    )
    const { address, session } = options
    const self = runnerAddress(address)
    const runner = new Runner.Runner({ address: self, groups: ["default"], weight: 1 })
    return {
      refresh: (shards) =>
        bounded(
          Effect.map(storage.refresh(self, Array.from(shards, shardId)), (locked) => new Set(locked.map(shardOf)))
        ),
      register: bounded(storage.register(runner, true)),
      members: bounded(
        Effect.map(storage.getRunners, (runners) => runners.map(([{ address }]) => showAddress(address)))
      ),
      acquire: (shards) =>
        bounded(Effect.map(storage.acquire(self, shards.map(shardId)), (locked) => locked.map(shardOf))),
      release: (shard) => bounded(storage.release(self, shardId(shard))),
      leave: bounded(
        storage.releaseAll(self).pipe(
          // before the end of the registration: a member without a registration that still has its row counts as lost
          Effect.andThen(sql`DELETE FROM poller_members WHERE address = ${address} AND session = ${session}`),
          Effect.andThen(storage.unregister(self))
        )
      ),
      rows: bounded(
        Effect.map(
          sql<{ address: string; session: string; age: string; state: string; locked: string | null }>`
            SELECT address, session, (extract(epoch FROM now() - updated) * 1000)::bigint::text AS age, state, locked
            FROM poller_members LEFT JOIN (
              SELECT application_name, string_agg((objid::bigint - ${firstLock})::text, ',') AS locked
              FROM pg_locks JOIN pg_stat_activity USING (pid)
              WHERE locktype = 'advisory' AND granted AND objsubid = 2
                AND classid = ${lockNamespace >>> 0}::bigint::oid AND objid::bigint > ${firstLock}
                AND pg_locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
              GROUP BY application_name
            ) AS locks ON application_name = 'poller ' || session
            ORDER BY address`,
          (rows) =>
            rows.map(({ address, session, age, state, locked }) => ({
              address,
              session,
              age: Number(age),
              state,
              locked: locked === null ? [] : locked.split(",").map(Number)
            }))
        )
      ),
      write: (state) =>
        bounded(
          sql`INSERT INTO poller_members VALUES (${address}, ${session}, now(), ${state})
            ON CONFLICT (address) DO UPDATE
            SET session = EXCLUDED.session, updated = EXCLUDED.updated, state = EXCLUDED.state`.pipe(
            Effect.andThen(
              sql`DELETE FROM poller_members WHERE updated < now() - ${sql.literal(`interval '${keptRows}'`)}`
            )
          )
        )
    } satisfies Database
  })
