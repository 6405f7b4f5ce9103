import * as Argument from "effect/cli/Argument"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as References from "effect/References"
import { duration } from "../config/go-duration.ts"
import { badConfiguration } from "../failure.ts"
import { stderrIsJournal } from "../host/journal.ts"
import * as Logger from "../host/logger.ts"
import { parseAddress } from "../serve/address.ts"
import { variable } from "./variables.ts"

/** The description that help shows, with the default and the environment variable. */
export const described = (name: string, description: string, fallback?: string) =>
  `${description}${fallback === undefined ? "" : ` [default: ${fallback}]`} [env: ${variable(name)}]`

export const text = (name: string, metavar: string, description: string, fallback?: string) =>
  Flag.String(name).pipe(Flag.withDescription(described(name, description, fallback)), Flag.withMetavar(metavar))

export const time = (name: string, description: string, fallback?: string) =>
  text(name, "DURATION", description, fallback).pipe(Flag.withSchema(duration({ description })))

const count = (name: string, description: string, fallback: number) =>
  Flag.Int(name).pipe(Flag.withDescription(described(name, description, String(fallback))), Flag.withDefault(fallback))

const boolean = (name: string, description: string) =>
  Flag.Boolean(name).pipe(Flag.withDescription(described(name, description)), Flag.withDefault(false))

/** A repeatable flag. Its variable has several values, separated by commas. */
const repeatable = (name: string, metavar: string, description: string, fallback?: string) =>
  text(name, metavar, `${description}; repeatable`, fallback).pipe(Flag.atLeast(0))

export const config = repeatable("config", "FILE", "Configuration, YAML or JSON; - is standard input").pipe(
  Flag.withAlias("c")
)

/** The configuration as plain arguments, which mean the same as `--config`. */
export const files = Argument.String("file").pipe(
  Argument.withDescription("Configuration, as with --config"),
  Argument.variadic()
)

export const target = text("target", "URL", "One URL to poll instead of a configuration").pipe(Flag.optional)

export const interval = time("interval", "Default interval of a target", "30s").pipe(Flag.optional)

export const timeout = time("timeout", "Default timeout of a target", "10s").pipe(Flag.optional)

export const grace = time("grace", "How long running polls may take after a stop was requested", "10s").pipe(
  Flag.withDefault(Duration.seconds(10))
)

export const state = text(
  "state",
  "DIR",
  "Directory for the last responses of targets with intervals of five minutes and more; default: $STATE_DIRECTORY"
).pipe(Flag.optional)

export const watchConfig = boolean("watch-config", "Reload whenever the content of the configuration changes")

export const webConfig = text(
  "web-config",
  "FILE",
  "TLS, passwords and headers of the pages: the web.config.file of Prometheus exporters"
).pipe(Flag.optional)

export const addr = repeatable("addr", "HOST:PORT", "Address to serve on, :PORT for all addresses", ":9180").pipe(
  Flag.map((texts) => (texts.length === 0 ? [":9180"] : texts))
)

/** Parses the values of `--addr`. */
export const addresses = (texts: ReadonlyArray<string>) =>
  Effect.forEach(texts, (text) => {
    const address = parseAddress(text)
    return address === undefined
      ? Effect.fail(badConfiguration(`--addr ${text}: expected HOST:PORT or :PORT, such as 127.0.0.1:9180`))
      : Effect.succeed(address)
  })

export const shard = count("shard", "Which share of the targets this process polls, from 0", 0)

export const totalShards = count("total-shards", "How many processes share the targets", 1)

export const cluster = text(
  "cluster",
  "URL",
  "PostgreSQL database by which several processes share the targets and take over from each other"
).pipe(Flag.optional)

export const clusterPasswordFile = text("cluster-password-file", "FILE", "Password of the database").pipe(Flag.optional)

export const clusterAddress = text(
  "cluster-address",
  "HOST:PORT",
  "How the other processes of the cluster know this one, and where their pages link to; default: host name and port"
).pipe(Flag.optional)

export const only = text("only", "NAME", "Only the target of this name").pipe(Flag.optional)

export const from = text("from", "FILE", "A saved response instead of the network; - is standard input").pipe(
  Flag.optional
)

export const strict = boolean("strict", "Treat warnings as errors: names, units and help as promlint checks them")

export const watch = boolean("watch", "Run again whenever a file changes")

export const strictSamples = boolean("strict", "Exit 1 also if a sample was dropped")

export const LogFormat = GlobalFlag.Setting("log-format")({
  flag: Flag.Literals("log-format", Logger.formats).pipe(
    Flag.withDescription(described("log-format", "Format of the log on stderr", "logfmt, and pretty on a terminal")),
    Flag.optional
  )
})

export const LogLevel = GlobalFlag.Setting("log-level")({
  flag: Flag.Literals("log-level", Logger.levels).pipe(
    Flag.withDescription(described("log-level", "Least severe level to log", "info")),
    Flag.withDefault<Logger.Level>("info")
  )
})

/** The logger for the global flags. */
export const logging = Layer.unwrap(
  Effect.gen(function* () {
    const format = Option.getOrElse(yield* LogFormat, () => (process.stderr.isTTY ? "pretty" : "logfmt"))
    const level = yield* LogLevel
    return Layer.merge(
      Logger.layer(format, stderrIsJournal(process.env)),
      Layer.succeed(References.MinimumLogLevel, Logger.minimum[level])
    )
  })
)
