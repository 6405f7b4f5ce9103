import { createHash } from "node:crypto"
import { readFileSync, renameSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type { Scope } from "effect/Scope"
import { locateIn } from "../config/secret-files.ts"
import type { Target } from "../config/target.ts"
import { mapSliced, runInSlices } from "../config/time-slice.ts"
import { badConfiguration, type Failure, failure } from "../failure.ts"
import { fileLimits, readFile } from "../host/file-reader.ts"
import type { Ownership } from "../poll/ownership.ts"
import { StateStore } from "../poll/state-store.ts"
import type { Listener } from "../serve/server.ts"
import { version } from "../version.ts"

/** The flags of the cluster. */
export interface ClusterFlags {
  readonly cluster: string
  readonly clusterPasswordFile: string | undefined
  readonly clusterAddress: string | undefined
  /** The directory where the members are saved, so that poller can start while the database is down. */
  readonly state: string | undefined
}

const portOf = (listeners: ReadonlyArray<Listener>): number | undefined =>
  listeners.flatMap((listener) => ("port" in listener ? [listener.port] : []))[0]

/** Reads the password from a file, again for each connection, without a final line break. */
const passwordOf = (file: string | undefined) =>
  file === undefined
    ? Effect.undefined
    : Effect.map(readFile(locateIn(process.env.CREDENTIALS_DIRECTORY, ".")(file), fileLimits.secret), (content) =>
        content.toString("utf8").replace(/\r?\n$/, "")
      )

const membersFile = (directory: string) => join(directory, "cluster-members.json")

const readMembers = (directory: string | undefined): ReadonlyArray<string> => {
  if (directory === undefined) return []
  try {
    const members: unknown = JSON.parse(readFileSync(membersFile(directory), "utf8"))
    return Array.isArray(members) ? members.filter((member) => typeof member === "string") : []
  } catch {
    // at the first start, or if the file is damaged: this process then polls all targets
    return []
  }
}

const writeMembers = (directory: string | undefined) => (members: ReadonlyArray<string>) => {
  if (directory === undefined) return
  const file = membersFile(directory)
  try {
    writeFileSync(`${file}.tmp`, `${JSON.stringify(members)}\n`, { mode: 0o600 })
    renameSync(`${file}.tmp`, file)
  } catch {
    // without the file, poller polls more than its share if it starts while the database is down
  }
}

/** A hash of the targets and their settings. Their order does not matter. */
const configurationHash = Effect.fnUntraced(function* (targets: ReadonlyArray<Target>) {
  const lines = yield* runInSlices(mapSliced(targets, ({ name, fingerprint }) => `${name}\n${fingerprint()}`))
  return createHash("sha256").update(lines.toSorted().join("\n")).digest("hex").slice(0, 8)
})

/** Joins the cluster, and leaves it when the scope closes. */
export const clusterOwnership = (
  flags: ClusterFlags,
  scheme: "http" | "https",
  listeners: ReadonlyArray<Listener>
): Effect.Effect<Ownership, Failure, StateStore | Scope> =>
  Effect.gen(function* () {
    const store = yield* StateStore
    const context = yield* Effect.context<never>()
    const { joinCluster, parseDatabaseUrl } = yield* Effect.tryPromise({
      try: () => import("../cluster/cluster.ts"),
      catch: (error) => failure(`--cluster: ${error instanceof Error ? error.message : error}`)
    })
    const database = parseDatabaseUrl(flags.cluster)
    if ("problem" in database) return yield* badConfiguration(`--cluster: ${database.problem}`)
    const address = flags.clusterAddress ?? `${hostname()}:${portOf(listeners)}`
    if (!/^.+:\d{1,5}$/.test(address))
      return yield* badConfiguration(
        `--cluster-address ${address}: expected HOST:PORT, such as poller1.example.com:9180`
      )
    const password = passwordOf(flags.clusterPasswordFile)
    yield* Effect.mapError(password, ({ why }) =>
      badConfiguration(`--cluster-password-file ${flags.clusterPasswordFile}: ${why}`)
    )
    const changes = Latch.makeUnsafe(false)
    const polled = (name: string) => {
      const status = store.status(name)
      return status !== undefined && (status.polls > 0 || status.lastSuccess !== undefined)
    }
    const cluster = joinCluster({
      database,
      password: () => Effect.runPromise(password),
      address,
      url: `${scheme}://${address}`,
      version,
      knownMembers: readMembers(flags.state),
      remember: writeMembers(flags.state),
      isPolled: polled,
      log: (level, message, annotations) =>
        Effect.runForkWith(context)(
          Effect.annotateLogs(level === "warn" ? Effect.logWarning(message) : Effect.logInfo(message), annotations)
        ),
      changed: (isOwnership) => {
        if (isOwnership) changes.openUnsafe()
        Effect.runSync(store.updateDaemon((daemon) => ({ ...daemon, cluster: cluster.status() })))
      }
    })
    yield* store.updateDaemon((daemon) => ({ ...daemon, cluster: cluster.status() }))
    yield* Effect.addFinalizer(() => Effect.promise(cluster.leave))
    yield* Effect.tryPromise({
      try: () => cluster.settled,
      catch: (error) => failure(`--cluster ${database.shown}: ${error instanceof Error ? error.message : error}`)
    })
    return {
      owns: cluster.owns,
      keeps: cluster.keeps,
      isTakeover: () => cluster.status().members.length > 1,
      changes: Effect.andThen(changes.await, changes.close),
      describe: (targets) =>
        Effect.map(configurationHash(targets), (hash) =>
          cluster.describe(
            hash,
            targets.map(({ name }) => name)
          )
        )
    }
  })
