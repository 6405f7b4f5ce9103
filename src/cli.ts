import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Cause from "effect/Cause"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Completions from "effect/cli/Completions"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Runtime from "effect/Runtime"
import { HttpClient } from "./client/http-client.ts"
import { check } from "./commands/check.ts"
import { flagsIn, normalize } from "./commands/command-line.ts"
import {
  complete,
  completeCommand,
  completionScript,
  formatCandidates,
  shells,
  splitLine
} from "./commands/completion.ts"
import { convert } from "./commands/convert.ts"
import { demo } from "./commands/demo.ts"
import { LogFormat, LogLevel, logging } from "./commands/flags.ts"
import { healthcheck } from "./commands/healthcheck.ts"
import { init } from "./commands/init.ts"
import { once } from "./commands/once.ts"
import { print, printLines } from "./commands/output.ts"
import { run } from "./commands/run.ts"
import { schema } from "./commands/schema.ts"
import { status } from "./commands/status.ts"
import { test } from "./commands/test.ts"
import { formatUsageError } from "./commands/usage-errors.ts"
import { fromEnvironment, VariableWarnings } from "./commands/variables.ts"
import { formatDiagnostic } from "./config/diagnostics.ts"
import * as ParseWorker from "./config/parse-worker.ts"
import { exitCode, Failure } from "./failure.ts"
import { prepareProcess } from "./host/lifecycle.ts"
import { connections } from "./host/limits.ts"
import { formats, hasColors, levels } from "./host/logger.ts"
import { exitAsCommand, stopStatus } from "./host/signals.ts"
import { startWorker } from "./host/worker.ts"
import { longVersion, version } from "./version.ts"

const commands = [run, check, once, test, init, convert, status, schema, demo, healthcheck] as const
const commandNames = commands.map(({ name }) => name)

/** The commands for which a signal is the normal end. Their log contains the warnings about variables. */
const daemons: ReadonlyArray<string> = [run.name, demo.name]

/** Prints the function that completes poller's command line in a shell. */
const CompletionsFlag = GlobalFlag.Action({
  flag: Flag.Literals("completions", shells).pipe(
    Flag.withDescription("Print the completion function of a shell"),
    Flag.optional
  ),
  run: (shell) =>
    Option.isNone(shell) ? Effect.void : Effect.orDie(print(process.stdout, completionScript[shell.value]))
})

const poller = Command.make("poller").pipe(
  Command.withDescription("Polls JSON APIs on its own clock and serves the responses as Prometheus series."),
  Command.withSubcommands(commands),
  Command.provide(logging),
  Command.withGlobalFlags([LogFormat, LogLevel, CompletionsFlag])
)

const builtIns = [GlobalFlag.Help, GlobalFlag.Version]

/** A presenter cannot fail, so a failed write becomes a defect. It is reported like any failure. */
const printText = (text: string) => Effect.orDie(print(process.stdout, text))

/**
 * Prints one line for each mistake in the arguments, without the help. `variables`: the flags set by environment
 * variables.
 */
const presenter = (variables: ReadonlySet<string>): CliOutput.Presenter => ({
  present: (event) => {
    switch (event._tag) {
      case "InvalidInvocation":
        return Effect.orDie(
          printLines(
            process.stderr,
            event.errors.map((error) => formatUsageError(error, variables, commandNames))
          )
        )
      case "Version":
        return printText(`${longVersion()}\n`)
      case "Help": {
        const formatter = CliOutput.defaultFormatter({ colors: hasColors(process.stdout) })
        return printText(`${formatter.formatHelpDoc(event.helpDoc)}\n`)
      }
    }
  }
})

/** Prints why the program fails. */
const report = (cause: Cause.Cause<unknown>) => {
  const error = Cause.squash(cause)
  return printLines(process.stderr, error instanceof Failure ? error.lines : [Cause.pretty(cause)])
}

const statusOf = (result: Exit.Exit<unknown, unknown>): number => {
  if (Exit.isSuccess(result)) return 0
  if (Cause.hasInterruptsOnly(result.cause)) return stopStatus() ?? exitCode.failure
  const error = Cause.squash(result.cause)
  return error instanceof Failure ? error.code : exitCode.failure
}

const teardown: Runtime.Teardown = (result) => process.exit(statusOf(result))

/**
 * Effect's command line requires these services for prompts and for flags that open files. poller has neither, and the
 * services of Node would open stdin at every start.
 */
const unused = Layer.empty as Layer.Layer<Command.Environment>

/** Describes a global flag as Effect describes the flags of commands. */
const described = (name: string, description: string, values: ReadonlyArray<string>): Completions.FlagDescriptor => ({
  name,
  aliases: [],
  description,
  type: values.length === 0 ? { _tag: "Boolean" } : { _tag: "Choice", values }
})

const settings = [
  described("log-format", "Format of the log on stderr", formats),
  described("log-level", "Least severe level to log", levels)
]

const actions = [
  described("help", "Show help", []),
  described("version", "Show the version", []),
  described("completions", "Print the completion function of a shell", shells)
]

/** The environment variables of flags that are not among the arguments. */
const variablesFor = (args: ReadonlyArray<string>) => {
  const program = Completions.fromCommand(poller)
  const command = program.subcommands.find(({ name }) => name === args[0])
  return fromEnvironment(process.env, flagsIn(args), command, program, settings)
}

/** Prints the completions of a command line for a shell. */
const printCompletions = ([shell, ...words]: ReadonlyArray<string>) => {
  const given = shell === "bash" ? splitLine(words[0] ?? "") : words
  const candidates = complete(given, Completions.fromCommand(poller), [...settings, ...actions])
  return print(process.stdout, formatCandidates(candidates))
}

/** Runs the command that the arguments and the environment select. */
export const program = Effect.fnUntraced(function* (given: ReadonlyArray<string>) {
  if (given[0] === completeCommand) return yield* printCompletions(given.slice(1))
  const args = normalize(given, commandNames)
  const variables = variablesFor(args)
  if (variables.problems.length > 0)
    return yield* new Failure({ lines: variables.problems, code: exitCode.configuration })
  const isDaemon = daemons.includes(args[0] ?? "")
  if (!isDaemon)
    yield* printLines(
      process.stderr,
      variables.warnings.map((warning) => formatDiagnostic(warning, "warning"))
    )
  const [name = "", ...rest] = args
  yield* Command.runWith(poller, { version })([name, ...variables.args, ...rest]).pipe(
    Effect.catchTag("ShowHelp", ({ errors }) =>
      errors.length === 0 ? Effect.void : Effect.fail(new Failure({ lines: [], code: exitCode.configuration }))
    ),
    Effect.provide(
      Layer.mergeAll(
        unused,
        CliConfig.layer({ builtIns }),
        CliOutput.layerPresenter(presenter(variables.flags)),
        Layer.succeed(VariableWarnings, isDaemon ? variables.warnings : [])
      )
    )
  )
})

export const main = (
  args: ReadonlyArray<string>,
  upstream = HttpClient.layer(`poller/${version}`, connections().idle)
): void => {
  prepareProcess()
  if (!daemons.includes(normalize(args, commandNames)[0] ?? "")) exitAsCommand()
  const stopped = stopStatus()
  if (stopped !== undefined) process.exit(stopped)
  program(args).pipe(
    Effect.tapCause((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.void : report(cause))),
    Effect.provide(
      Layer.merge(
        upstream,
        ParseWorker.layer(() => startWorker("parse"))
      )
    ),
    (program) => NodeRuntime.runMain(program, { disableErrorReporting: true, teardown })
  )
}
