import * as Context from "effect/Context"
import type * as Completions from "effect/cli/Completions"
import type { Diagnostic } from "../config/diagnostics.ts"
import { didYouMean } from "../config/suggest.ts"

const prefix = "POLLER_"

/** The environment variable of a flag. */
export const variable = (flag: string): string => `${prefix}${flag.toUpperCase().replaceAll("-", "_")}`

/** Repeatable flags, whose variables have a list separated by commas. */
const repeatable: ReadonlySet<string> = new Set(["addr", "config"])

/** A command takes one of these flags. If one is on the command line, the variable of the other is ignored. */
const alternatives: ReadonlyMap<string, string> = new Map([
  ["config", "target"],
  ["target", "config"]
])

/** Variables that Kubernetes and Docker set for containers near a service called `poller`. */
const ofServiceLinks =
  /^POLLER_(?:SERVICE_(?:HOST|PORT(?:_.*)?)|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?|ENV_.*|NAME)$/

const booleans: ReadonlyMap<string, boolean> = new Map([
  ["true", true],
  ["yes", true],
  ["on", true],
  ["1", true],
  ["false", false],
  ["no", false],
  ["off", false],
  ["0", false]
])

/** Warnings about the environment, for the command that logs them. */
export const VariableWarnings = Context.Reference<ReadonlyArray<Diagnostic>>("poller/VariableWarnings", {
  defaultValue: () => []
})

export interface FromEnvironment {
  /** The arguments that the variables stand for. */
  readonly args: ReadonlyArray<string>
  /** The flags with a value among them, for messages that name the variable instead of the flag. */
  readonly flags: ReadonlySet<string>
  readonly problems: ReadonlyArray<string>
  readonly warnings: ReadonlyArray<Diagnostic>
}

const flagsOf = (command: Completions.CommandDescriptor): ReadonlyArray<Completions.FlagDescriptor> => [
  ...command.flags,
  ...command.subcommands.flatMap(flagsOf)
]

/** `didYouMean` compares lower-case words. */
const suggestion = (name: string, known: ReadonlyArray<string>): string =>
  didYouMean(
    name.toLowerCase(),
    known.map((name) => name.toLowerCase())
  ).replace(/poller_\w+/, (name) => name.toUpperCase())

/**
 * Arguments from the variables of flags that `command` has and the command line lacks. Variables of other commands'
 * flags are ignored; unknown variables cause warnings. An empty variable counts as unset.
 */
export const fromEnvironment = (
  env: NodeJS.ProcessEnv,
  given: ReadonlySet<string>,
  command: Completions.CommandDescriptor | undefined,
  program: Completions.CommandDescriptor,
  globalFlags: ReadonlyArray<Completions.FlagDescriptor>
): FromEnvironment => {
  const names = Object.keys(env).filter((name) => name.startsWith(prefix) && !ofServiceLinks.test(name))
  const known = new Set([...flagsOf(program), ...globalFlags].map(({ name }) => variable(name)))
  const warnings = names
    .filter((name) => !known.has(name))
    .sort()
    .map((location) => ({ location, message: `poller has no such variable${suggestion(location, [...known])}` }))
  const args: Array<string> = []
  const flags = new Set<string>()
  const problems: Array<string> = []
  for (const { name, type } of command === undefined ? [] : [...command.flags, ...globalFlags]) {
    const value = env[variable(name)] ?? ""
    if (value === "" || given.has(name) || given.has(alternatives.get(name) ?? "")) continue
    if (type._tag === "Boolean") {
      const on = booleans.get(value.toLowerCase())
      if (on === true) args.push(`--${name}`)
      if (on === undefined) problems.push(`${variable(name)} ${JSON.stringify(value)}: expected true or false`)
      continue
    }
    const values = repeatable.has(name) ? value.split(",").map((part) => part.trim()) : [value]
    args.push(...values.map((value) => `--${name}=${value}`))
    flags.add(name)
  }
  return { args, flags, problems, warnings }
}
