import { dirname } from "node:path"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { fromFlags, fromText } from "../config/configuration.ts"
import { formatForTerminal } from "../config/diagnostics.ts"
import { locateIn } from "../config/secret-files.ts"
import { badConfiguration, type Failure } from "../failure.ts"
import { fileLimits, readInput, type Unreadable } from "../host/file-reader.ts"
import { variable } from "./flags.ts"

/** The flags that say what to poll. */
export interface Input {
  readonly config: Option.Option<string>
  readonly target: Option.Option<string>
  readonly interval: Option.Option<Duration.Duration>
  readonly timeout: Option.Option<Duration.Duration>
}

const unreadable = ({ path, why }: Unreadable) => badConfiguration(`${path}: cannot be read: ${why}`)

/** The content of a file that the user named. */
export const readBytes = (file: string, limit: number): Effect.Effect<Uint8Array, Failure> =>
  Effect.mapError(readInput(file, limit), unreadable)

const surroundings = (directory: string) => ({
  environment: process.env,
  locate: locateIn(process.env.CREDENTIALS_DIRECTORY, directory)
})

const fromEnvironment = (name: string, value: string) => process.env[variable(name)] === value

/** A configuration and a URL exclude each other; where one is a flag and the other only in the environment, the flag wins. */
const source = ({ config, target }: Input) => {
  if (Option.isNone(config) || Option.isNone(target)) return Effect.succeed({ config, target })
  const [fileIsSet, urlIsSet] = [fromEnvironment("config", config.value), fromEnvironment("target", target.value)]
  return fileIsSet === urlIsSet
    ? Effect.fail(badConfiguration("--target: there is --config as well: give one of them"))
    : Effect.succeed(fileIsSet ? { config: Option.none<string>(), target } : { config, target: Option.none<string>() })
}

/** The configuration, with everything that there is to say of it. */
export const load = Effect.fnUntraced(function* (input: Input) {
  const flags = { interval: Option.getOrUndefined(input.interval), timeout: Option.getOrUndefined(input.timeout) }
  const { config, target } = yield* source(input)
  if (Option.isSome(config)) {
    const text = new TextDecoder().decode(yield* readBytes(config.value, fileLimits.list))
    return fromText(config.value, text, surroundings(dirname(config.value)), flags)
  }
  if (Option.isSome(target)) return fromFlags(target.value, surroundings("."), flags)
  return yield* badConfiguration("nothing to poll: give --config FILE or --target URL")
})

/** A configuration without problems. */
export const loadGood = Effect.fnUntraced(function* (input: Input) {
  const { problems, ...configuration } = yield* load(input)
  return problems.length > 0
    ? yield* badConfiguration(...problems.map((problem) => formatForTerminal(problem, process.stderr.isTTY)))
    : configuration
})
