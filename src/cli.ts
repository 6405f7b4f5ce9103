import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Cause from "effect/Cause"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliOutput from "effect/cli/CliOutput"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import { Upstream } from "./client/exchange.ts"
import { check } from "./commands/check.ts"
import { demo } from "./commands/demo.ts"
import { healthcheck } from "./commands/healthcheck.ts"
import { init } from "./commands/init.ts"
import { LogFormat, LogLevel, logging } from "./commands/logging.ts"
import { once } from "./commands/once.ts"
import { print, printLines } from "./commands/output.ts"
import { run } from "./commands/run.ts"
import { schema } from "./commands/schema.ts"
import { exitCode, Failure } from "./failure.ts"
import { prepareProcess } from "./host/lifecycle.ts"
import { connections } from "./host/limits.ts"
import { hasColors } from "./host/logger.ts"
import { exitAsCommand, stopStatus } from "./host/signals.ts"
import { longVersion, version } from "./version.ts"

const commands = [run, check, once, init, schema, demo, healthcheck] as const

const poller = Command.make("poller").pipe(
  Command.withDescription("Polls JSON APIs on its own clock and serves the answers as Prometheus series."),
  Command.withSubcommands(commands),
  Command.provide(logging),
  Command.withGlobalFlags([LogFormat, LogLevel])
)

const builtIns = [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions]

/** Flags work with one dash, as Go programs take them; without a command the first word is a flag, and `run` is meant. */
export const normalize = (args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const dashed = args.map((arg) => (/^-[a-z]{2,}/.test(arg) ? `-${arg}` : arg))
  const [first = "--"] = dashed
  const own = ["-h", "-v", "--help", "--version", "--completions"]
  return first.startsWith("-") && !own.some((flag) => first === flag || first.startsWith(`${flag}=`))
    ? ["run", ...(args.length === 0 ? [] : dashed)]
    : dashed
}

/** A presenter cannot fail, so a failed write is a defect, which is reported like any failure. */
const printed = (text: string) => Effect.orDie(print(process.stdout, text))

/** A usage error is one line a mistake, not a page of help with the mistake below it. */
const presenter: CliOutput.Presenter = {
  present: (event) => {
    switch (event._tag) {
      case "InvalidInvocation":
        return Effect.sync(() => {
          for (const { message } of event.errors) process.stderr.write(`poller: ${message.replaceAll("\n", " ")}\n`)
        })
      case "Version":
        return printed(`${longVersion()}\n`)
      case "Help":
        return printed(
          `${CliOutput.defaultFormatter({ colors: hasColors(process.stdout) }).formatHelpDoc(event.helpDoc)}\n`
        )
    }
  }
}

/** What is left to say when the program ends by itself; a stop that was asked for is a success. */
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

/** The services of prompts, wizards and flags that name files, of which poller has none. Node's own would open stdin at every start. */
const unused = Layer.empty as Layer.Layer<Command.Environment>

/** What the arguments ask for. */
export const program = (args: ReadonlyArray<string>) =>
  Command.runWith(poller, { version })(normalize(args)).pipe(
    Effect.catchTag("ShowHelp", ({ errors }) =>
      errors.length === 0 ? Effect.void : Effect.fail(new Failure({ lines: [], code: exitCode.configuration }))
    ),
    Effect.provide(Layer.mergeAll(unused, CliConfig.layer({ builtIns }), CliOutput.layerPresenter(presenter)))
  )

export const main = (
  args: ReadonlyArray<string>,
  upstream = Upstream.layer(`poller/${version}`, connections().idle)
): void => {
  prepareProcess()
  if (!["run", "demo"].includes(normalize(args)[0] ?? "")) exitAsCommand()
  const stopped = stopStatus()
  if (stopped !== undefined) process.exit(stopped)
  program(args).pipe(
    Effect.tapCause((cause) => (Cause.hasInterruptsOnly(cause) ? Effect.void : report(cause))),
    Effect.provide(upstream),
    (program) => NodeRuntime.runMain(program, { disableErrorReporting: true, teardown })
  )
}
