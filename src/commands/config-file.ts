import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import {
  buildConfiguration,
  type ConfigurationFile,
  defaultsOf,
  type Flags,
  fromFlags
} from "../config/configuration.ts"
import { diagnosticOf, formatDiagnostic, formatForTerminal } from "../config/diagnostics.ts"
import { Parser } from "../config/parse-worker.ts"
import { locateIn } from "../config/secret-files.ts"
import { runInSlices } from "../config/time-slice.ts"
import { decodeUtf8 } from "../config/utf8-text.ts"
import { badConfiguration, type Failure } from "../failure.ts"
import { fileLimits, readDirectory, readInput, type Unreadable } from "../host/file-reader.ts"
import { readStandardInput } from "../host/standard-input.ts"

/** The flags and arguments that select what to poll. */
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

/** The name of an input file in messages. */
export const nameOfInput = (file: string): string => (file === "-" ? "stdin" : file)

/** The configuration that is used when the command line names none. */
const defaultFile = "./poller.yml"

/** The files of the configuration; empty with `--target`. */
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

/**
 * Whether a file in a directory belongs to a configuration. Hidden files do not, since editors and Kubernetes make
 * them; tests do not either.
 */
const isConfiguration = (name: string) => /^[^.].*\.(ya?ml|json)$/.test(name) && !/\.test\.\w+$/.test(name)

/** The files for an argument: itself, or the files of a directory sorted by name. */
export const filesOf = Effect.fnUntraced(function* (input: string) {
  if (input === "-") return [input]
  const names = yield* readDirectory(input).pipe(
    Effect.catch((error) => (error.code === "ENOTDIR" ? Effect.undefined : Effect.fail(unreadable(error))))
  )
  if (names === undefined) return [input]
  const found = names.filter(isConfiguration).sort()
  return found.length > 0
    ? found.map((name) => join(input, name))
    : yield* badConfiguration(`${input}: no *.yml, *.yaml or *.json file in this directory`)
})

const readConfigurationFile = Effect.fnUntraced(function* (input: string) {
  const name = nameOfInput(input)
  const text = decodeUtf8(yield* readBytes(input, fileLimits.list))
  if (Result.isFailure(text)) return yield* badConfiguration(formatDiagnostic(diagnosticOf(name, text.failure)))
  return { name, text: text.success, directory: input === "-" ? "." : dirname(input) }
})

export const readConfigurationFiles = Effect.fnUntraced(function* (inputs: ReadonlyArray<string>) {
  const files = yield* Effect.forEach(inputs, filesOf)
  return yield* Effect.forEach(files.flat(), readConfigurationFile)
})

/** Loads a configuration from the text of its files. */
export const parseFiles = Effect.fnUntraced(function* (files: ReadonlyArray<ConfigurationFile>, flags: Flags) {
  const credentials = process.env.CREDENTIALS_DIRECTORY
  const parser = yield* Parser
  const parsed = yield* parser.configuration({
    files,
    environment: { ...process.env },
    credentials,
    defaults: defaultsOf(flags)
  })
  return yield* runInSlices(buildConfiguration(parsed, locateIn(credentials, files[0]?.directory ?? ".")))
})

/** Loads the configuration with all findings about it. */
export const load = Effect.fnUntraced(function* (input: Input) {
  const flags = { interval: Option.getOrUndefined(input.interval), timeout: Option.getOrUndefined(input.timeout) }
  const inputs = yield* configurationFiles(input)
  if (inputs.length > 0) return yield* parseFiles(yield* readConfigurationFiles(inputs), flags)
  const locate = locateIn(process.env.CREDENTIALS_DIRECTORY, ".")
  return fromFlags(Option.getOrThrow(input.target), { environment: process.env, locate }, flags)
})

/** Loads the configuration. Fails if it has problems. */
export const loadGood = Effect.fnUntraced(function* (input: Input) {
  const { problems, ...configuration } = yield* load(input)
  return problems.length > 0
    ? yield* badConfiguration(...problems.map((problem) => formatForTerminal(problem, process.stderr.isTTY)))
    : configuration
})
