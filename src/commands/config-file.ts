import { existsSync } from "node:fs"
import { dirname } from "node:path"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { fromFlags, fromText } from "../config/configuration.ts"
import { formatForTerminal } from "../config/diagnostics.ts"
import { locateIn } from "../config/secret-files.ts"
import { badConfiguration, type Failure } from "../failure.ts"
import { fileLimits, readInput, type Unreadable } from "../host/file-reader.ts"
import { readStandardInput } from "../host/standard-input.ts"

/** What a command line says of what to poll. */
export interface Input {
  /** The plain arguments, which mean the same as `config`. */
  readonly files: ReadonlyArray<string>
  readonly config: ReadonlyArray<string>
  readonly target: Option.Option<string>
  readonly interval: Option.Option<Duration.Duration>
  readonly timeout: Option.Option<Duration.Duration>
}

const unreadable = ({ path, why }: Unreadable) => badConfiguration(`${path}: cannot be read: ${why}`)

/** The content of a file that the user named; `-` is standard input. */
export const readBytes = (file: string, limit: number): Effect.Effect<Uint8Array, Failure> =>
  Effect.mapError(file === "-" ? readStandardInput(limit) : readInput(file, limit), unreadable)

/** What messages call a file that the user named. */
export const nameOfInput = (file: string): string => (file === "-" ? "stdin" : file)

const surroundings = (directory: string) => ({
  environment: process.env,
  locate: locateIn(process.env.CREDENTIALS_DIRECTORY, directory)
})

/** The configuration that is used when the command line names none. */
const defaultFile = "./poller.yml"

/** The files of the configuration; none if it is a URL. */
export const configurationFiles = (input: Pick<Input, "files" | "config" | "target">) =>
  Effect.gen(function* () {
    const files = [...input.config, ...input.files]
    if (Option.isSome(input.target)) {
      if (files.length === 0) return []
      return yield* badConfiguration(`--target: there is a configuration as well (${files[0]}): give one of them`)
    }
    if (files.length > 0) return files
    if (existsSync(defaultFile)) return [defaultFile]
    return yield* badConfiguration(
      "nothing to poll: there is no ./poller.yml; name a configuration (poller FILE) or a URL (--target URL)"
    )
  })

/** The configuration, with everything that there is to say about it. */
export const load = Effect.fnUntraced(function* (input: Input) {
  const flags = { interval: Option.getOrUndefined(input.interval), timeout: Option.getOrUndefined(input.timeout) }
  const [file, another] = yield* configurationFiles(input)
  if (another !== undefined) return yield* badConfiguration(`${another}: a configuration is one file`)
  if (file !== undefined) {
    const text = new TextDecoder().decode(yield* readBytes(file, fileLimits.list))
    return fromText(nameOfInput(file), text, surroundings(file === "-" ? "." : dirname(file)), flags)
  }
  return fromFlags(Option.getOrThrow(input.target), surroundings("."), flags)
})

/** A configuration without problems. */
export const loadGood = Effect.fnUntraced(function* (input: Input) {
  const { problems, ...configuration } = yield* load(input)
  return problems.length > 0
    ? yield* badConfiguration(...problems.map((problem) => formatForTerminal(problem, process.stderr.isTTY)))
    : configuration
})
