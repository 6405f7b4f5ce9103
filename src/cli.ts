import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Cause from "effect/Cause"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as Completions from "effect/cli/Completions"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import type * as Runtime from "effect/Runtime"
import { Upstream } from "./client/exchange.ts"
import { check } from "./commands/check.ts"
import { flagsIn, globalFlags, normalize } from "./commands/command-line.ts"
import { demo } from "./commands/demo.ts"
import { LogFormat, LogLevel, logging } from "./commands/flags.ts"
import { healthcheck } from "./commands/healthcheck.ts"
import { init } from "./commands/init.ts"
import { once } from "./commands/once.ts"
import { print, printLines } from "./commands/output.ts"
import { run } from "./commands/run.ts"
import { schema } from "./commands/schema.ts"
import { formatUsageError } from "./commands/usage-errors.ts"
import { fromEnvironment, VariableWarnings } from "./commands/variables.ts"
import { formatDiagnostic } from "./config/diagnostics.ts"
import * as ParseWorker from "./config/parse-worker.ts"
import { exitCode, Failure } from "./failure.ts"
import { prepareProcess } from "./host/lifecycle.ts"
import { connections } from "./host/limits.ts"
import { hasColors } from "./host/logger.ts"
import { exitAsCommand, stopStatus } from "./host/signals.ts"
import { startWorker } from "./host/worker.ts"
import { longVersion, version } from "./version.ts"

const commands = [run, check, once, init, schema, demo, healthcheck] as const
const commandNames = commands.map(({ name }) => name)

/** The commands that a signal ends as it should. Their log takes the warnings of the start. */
const daemons: ReadonlyArray<string> = [run.name, demo.name]

const poller = Command.make("poller").pipe(
  Command.withDescription("Polls JSON APIs on its own clock and serves the responses as Prometheus series."),
  Command.withSubcommands(commands),
  Command.provide(logging),
  Command.withGlobalFlags([LogFormat, LogLevel])
)

const builtIns = [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions]

/** A presenter cannot fail, so a failed write is a defect, which is reported like any failure. */
const printed = (text: string) => Effect.orDie(print(process.stdout, text))

/** Each mistake is one line, without the help around it. `variables`: the flags that environment variables stand for. */
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
        return printed(`${longVersion()}\n`)
      case "Help": {
        const formatter = CliOutput.defaultFormatter({ colors: hasColors(process.stdout) })
        return printed(`${formatter.formatHelpDoc(event.helpDoc)}\n`)
      }
    }
  }
})

/** What is left to say when the program ends by itself. */
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

/** The services of prompts and of flags that open files, which poller has not. Node's own would open stdin at every start. */
const unused = Layer.empty as Layer.Layer<Command.Environment>

/** The arguments together with the environment variables of flags that are not among them. */
const withVariables = (args: ReadonlyArray<string>) => {
  const program = Completions.fromCommand(poller)
  const command = program.subcommands.find(({ name }) => name === args[0])
  const global = globalFlags.map((name) => ({
    name,
    aliases: [],
    description: undefined,
    type: { _tag: "String" } as const
  }))
  return fromEnvironment(process.env, flagsIn(args), command, program, global)
}

/** What the arguments and the environment ask for. */
export const program = Effect.fnUntraced(function* (given: ReadonlyArray<string>) {
  const args = normalize(given, commandNames)
  const variables = withVariables(args)
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
  upstream = Upstream.layer(`poller/${version}`, connections().idle)
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
