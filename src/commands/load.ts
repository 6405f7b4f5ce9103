import { readFile } from "node:fs/promises"
import { dirname } from "node:path"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { locateIn } from "../config/files.ts"
import { fromFlags, fromText } from "../config/load.ts"
import { show } from "../config/report.ts"
import { badConfiguration, type Failure } from "../failure.ts"

/** The flags that say what to poll. */
export interface Input {
  readonly config: Option.Option<string>
  readonly target: Option.Option<string>
  readonly interval: Option.Option<Duration.Duration>
  readonly timeout: Option.Option<Duration.Duration>
}

const reasons: Record<string, string> = {
  ENOENT: "there is no such file",
  EACCES: "reading it is not permitted",
  EISDIR: "it is a directory"
}

/** A file that the user named. */
export const readBytes = (file: string): Effect.Effect<Uint8Array, Failure> =>
  Effect.tryPromise({
    try: () => readFile(file),
    catch: (error) => {
      const code = error instanceof Error && "code" in error ? String(error.code) : ""
      return badConfiguration(`${file}: cannot be read: ${reasons[code] ?? String(error)}`)
    }
  })

const surroundings = (directory: string) => ({
  environment: process.env,
  locate: locateIn(process.env.CREDENTIALS_DIRECTORY, directory)
})

/** The configuration, with everything that there is to say of it. */
export const load = Effect.fnUntraced(function* (input: Input) {
  const flags = { interval: Option.getOrUndefined(input.interval), timeout: Option.getOrUndefined(input.timeout) }
  if (Option.isSome(input.config) && Option.isSome(input.target)) {
    return yield* badConfiguration("--target: there is --config as well: give one of them")
  }
  if (Option.isSome(input.config)) {
    const file = input.config.value
    const text = new TextDecoder().decode(yield* readBytes(file))
    return fromText(file, text, surroundings(dirname(file)), flags)
  }
  if (Option.isSome(input.target)) return fromFlags(input.target.value, surroundings("."), flags)
  return yield* badConfiguration("nothing to poll: give --config FILE or --target URL")
})

/** The targets of a configuration without problems. */
export const loadTargets = Effect.fnUntraced(function* (input: Input) {
  const { targets, problems } = yield* load(input)
  return problems.length > 0 ? yield* badConfiguration(...problems.map((remark) => show(remark))) : targets
})

/** The same, where a file that it names and that is not there is a problem too. */
export const loadWithFiles = Effect.fnUntraced(function* (input: Input) {
  const { targets, problems, absent } = yield* load(input)
  const lines = [...problems, ...absent].map((remark) => show(remark))
  return lines.length > 0 ? yield* badConfiguration(...lines) : targets
})
