import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { daemon, daemonServices } from "../daemon.ts"
import { badConfiguration, failure } from "../failure.ts"
import { activatedSockets } from "../host/sockets.ts"
import { shardOwnership } from "../poll/ownership.ts"
import * as SavedResponses from "../poll/saved-responses.ts"
import { makeWebConfig, plain } from "../serve/web-config/web-config.ts"
import { clusterOwnership } from "./cluster-ownership.ts"
import { configurationLayer } from "./configuration-files.ts"
import { firstLook } from "./first-look.ts"
import * as flags from "./flags.ts"
import { VariableWarnings } from "./variables.ts"

const shard = ({ shard, totalShards }: { readonly shard: number; readonly totalShards: number }) =>
  totalShards >= 1 && shard >= 0 && shard < totalShards
    ? Effect.succeed({ ordinal: shard, total: totalShards })
    : Effect.fail(
        badConfiguration(
          `--shard ${shard} --total-shards ${totalShards}: the shard is counted from 0 and below the total`
        )
      )

const web = Option.match({
  onNone: () => Effect.succeed(plain),
  onSome: (file: string) => Effect.mapError(makeWebConfig(file), ({ lines }) => badConfiguration(...lines))
})

/** The directory for state: from the flag, or from systemd (StateDirectory= of systemd.exec(5)). */
const stateDirectory = (flag: Option.Option<string>) =>
  Option.getOrElse(flag, () => process.env.STATE_DIRECTORY?.split(":")[0] ?? "")

const savedResponses = (flag: Option.Option<string>) => {
  const directory = stateDirectory(flag)
  if (directory === "") return Layer.empty
  return SavedResponses.layer(directory).pipe(
    Layer.catch(({ path, why }) => Layer.effectDiscard(Effect.fail(badConfiguration(`--state ${path}: ${why}`))))
  )
}

export const run = Command.make(
  "run",
  {
    files: flags.files,
    config: flags.config,
    target: flags.target,
    interval: flags.interval,
    timeout: flags.timeout,
    addr: flags.addr,
    webConfig: flags.webConfig,
    grace: flags.grace,
    shard: flags.shard,
    totalShards: flags.totalShards,
    cluster: flags.cluster,
    clusterPasswordFile: flags.clusterPasswordFile,
    clusterAddress: flags.clusterAddress,
    watchConfig: flags.watchConfig,
    state: flags.state
  },
  Effect.fnUntraced(function* (input) {
    for (const { location, message } of yield* VariableWarnings)
      yield* Effect.annotateLogs(Effect.logWarning(message), { variable: location })
    const sockets = activatedSockets(process.env)
    const pages = yield* web(input.webConfig)
    const share = yield* shard(input)
    const { cluster } = input
    if (Option.isSome(cluster) && share.total > 1)
      return yield* badConfiguration("--cluster shares the targets itself: leave out --shard and --total-shards")
    yield* daemon({
      configuration: Option.isSome(input.target)
        ? "--target"
        : [...input.config, ...input.files].join(", ") || "./poller.yml",
      listeners: sockets.length > 0 ? sockets : yield* flags.addresses(input.addr),
      web: pages,
      grace: input.grace,
      shard: share,
      ownership: (bound) =>
        Option.isNone(cluster)
          ? Effect.succeed(shardOwnership(share))
          : clusterOwnership(
              {
                cluster: cluster.value,
                clusterPasswordFile: Option.getOrUndefined(input.clusterPasswordFile),
                clusterAddress: Option.getOrUndefined(input.clusterAddress),
                state: stateDirectory(input.state) || undefined
              },
              pages.scheme,
              bound
            ),
      announce: process.stderr.isTTY ? firstLook : undefined
    }).pipe(
      Effect.provide(daemonServices),
      Effect.provide(savedResponses(input.state)),
      Effect.provide(configurationLayer(input, input.watchConfig)),
      Effect.catchTag(["CannotListen", "CannotNotify"], (error) => Effect.fail(failure(error.message)))
    )
  })
).pipe(Command.withDescription("Poll the targets and serve their series until stopped (the default)"))
