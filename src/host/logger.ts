import { format } from "node:util"
import * as EffectConsole from "effect/Console"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type * as LogLevel from "effect/LogLevel"
import { writeLine } from "./stderr.ts"

export const formats = ["logfmt", "json", "pretty"] as const
export type Format = (typeof formats)[number]

export const levels = ["trace", "debug", "info", "warn", "error"] as const
export type Level = (typeof levels)[number]

export const minimum: Record<Level, LogLevel.LogLevel> = {
  trace: "Trace",
  debug: "Debug",
  info: "Info",
  warn: "Warn",
  error: "Error"
}

/** Priorities of sd-daemon(3), which journald reads from the start of a line. */
const priority: Record<LogLevel.LogLevel, number> = {
  All: 7,
  Trace: 7,
  Debug: 7,
  Info: 6,
  Warn: 4,
  Error: 3,
  Fatal: 2,
  None: 6
}

const droppedLines = "log lines dropped because nobody read stderr"

/**
 * Without time stamps and levels for journald, which has its own. Without the numbers of fibers, which tell a reader
 * nothing.
 */
const logfmt = (journald: boolean) => {
  const head = (level: LogLevel.LogLevel, date: Date) =>
    journald ? `<${priority[level]}>` : `timestamp=${date.toISOString()} level=${level.toUpperCase()} `
  const notice = (count: number) => `${head("Warn", new Date())}message="${droppedLines}" count=${count}`
  return Logger.make<unknown, void>((options) => {
    const line = Logger.formatLogFmt.log(options).replace(/^timestamp=\S+ level=\S+ fiber=\S+ /, "")
    writeLine(head(options.logLevel, options.date) + line, notice)
  })
}

const json = Logger.make<unknown, void>((options) =>
  writeLine(Logger.formatJson.log(options), (count) =>
    JSON.stringify({
      message: droppedLines,
      level: "WARN",
      timestamp: new Date().toISOString(),
      annotations: { count }
    })
  )
)

/** The console of the pretty logger. The single executable has no class `Console` of Node. */
const prettyConsole = (): EffectConsole.Console => {
  let indentation = ""
  const write = (...values: ReadonlyArray<unknown>) =>
    writeLine(format(...values).replace(/^/gm, indentation), (count) => `${count} ${droppedLines}`)
  return {
    ...globalThis.console,
    log: write,
    error: write,
    group: (...values) => {
      if (values.length > 0) write(...values)
      indentation += "  "
    },
    groupEnd: () => {
      indentation = indentation.slice(2)
    }
  }
}

/** Whether to use colours (https://no-color.org). */
export const hasColors = (stream: { readonly isTTY?: boolean }, env: NodeJS.ProcessEnv = process.env): boolean =>
  stream.isTTY === true && !env.NO_COLOR

/** The logger of a format, on stderr. `journald`: stderr is the journal (systemd.exec(5), `$JOURNAL_STREAM`). */
export const layer = (shape: Format, journald: boolean): Layer.Layer<never> => {
  switch (shape) {
    case "logfmt":
      return Logger.layer([logfmt(journald)])
    case "json":
      return Logger.layer([json])
    case "pretty":
      return Layer.merge(
        Logger.layer([Logger.consolePretty({ mode: "tty", colors: hasColors(process.stderr) })]),
        Layer.succeed(EffectConsole.Console, prettyConsole())
      )
  }
}
