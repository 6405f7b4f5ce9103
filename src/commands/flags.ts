import * as Config from "effect/Config"
import * as Flag from "effect/cli/Flag"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { duration } from "../config/go-duration.ts"

export const variable = (name: string) => `POLLER_${name.toUpperCase().replaceAll("-", "_")}`

/** A flag with the environment variable of its name; help shows neither by itself, so the description does. */
export const described = (name: string, description: string, fallback?: string) =>
  `${description}${fallback === undefined ? "" : ` [default: ${fallback}]`} [env: ${variable(name)}]`

const text = (name: string, description: string, fallback?: string) =>
  Flag.String(name).pipe(
    Flag.withDescription(described(name, description, fallback)),
    Flag.withFallbackConfig(Config.String(variable(name)))
  )

const time = (name: string, description: string, fallback: string) =>
  text(name, description, fallback).pipe(Flag.withSchema(duration({ description })), Flag.withMetavar("duration"))

export const config = text("config", "Targets to poll, YAML or JSON").pipe(Flag.withMetavar("FILE"), Flag.optional)

export const target = text("target", "One URL to poll, in place of a configuration").pipe(
  Flag.withMetavar("URL"),
  Flag.optional
)

export const interval = time("interval", "Time between two polls of a target that says nothing else", "30s").pipe(
  Flag.optional
)

export const timeout = time("timeout", "Time that a poll may take, of a target that says nothing else", "10s").pipe(
  Flag.optional
)

export const grace = time("grace", "Time that polls in flight have to end after a stop was asked for", "10s").pipe(
  Flag.withDefault(Duration.seconds(10))
)

export const webConfig = text(
  "web-config",
  "TLS, passwords and headers of the pages: the web.config.file of Prometheus exporters"
).pipe(Flag.withMetavar("FILE"), Flag.optional)

/** Repeatable; the variable takes several, divided by commas. */
export const addr = Flag.String("addr").pipe(
  Flag.withDescription(described("addr", "Address to serve on, HOST:PORT or :PORT for all; repeatable", ":9180")),
  Flag.withMetavar("HOST:PORT"),
  Flag.atLeast(1),
  Flag.withFallbackConfig(Config.Array(Schema.NonEmptyString, variable("addr"))),
  Flag.withDefault<ReadonlyArray<string>>([":9180"])
)

const count = (name: string, description: string, fallback: number) =>
  Flag.Int(name).pipe(
    Flag.withDescription(described(name, description, String(fallback))),
    Flag.withFallbackConfig(Config.Int(variable(name))),
    Flag.withDefault(fallback)
  )

export const shard = count("shard", "Which share of the targets this process polls, from 0", 0)

export const totalShards = count("total-shards", "How many processes share the targets", 1)

export const only = text("only", "Poll only the target of this name").pipe(Flag.withMetavar("NAME"), Flag.optional)

export const from = text("from", "Take this saved answer in place of the network").pipe(
  Flag.withMetavar("FILE"),
  Flag.optional
)

export const strict = Flag.Boolean("strict").pipe(
  Flag.withDescription(described("strict", "Take warnings for problems: names, units and help as promlint wants them")),
  Flag.withFallbackConfig(Config.Boolean(variable("strict"))),
  Flag.withDefault(false)
)
