import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type * as LogLevel from "effect/LogLevel"

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

/** sd-daemon(3) priorities, which journald takes from the head of a line. */
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

/** journald stamps the time itself and takes the level from a prefix; numbers of fibers mean nothing to who reads a log. */
const logfmt = (journald: boolean) =>
  Logger.make<unknown, void>((options) => {
    const line = Logger.formatLogFmt.log(options).replace(/ fiber=\S+/, "")
    process.stderr.write(
      journald ? `<${priority[options.logLevel]}>${line.replace(/^timestamp=\S+ level=\S+ /, "")}\n` : `${line}\n`
    )
  })

/** The logger of a format, to stderr; `journald` when stderr is the journal (systemd.exec(5), `$JOURNAL_STREAM`). */
export const layer = (format: Format, journald: boolean): Layer.Layer<never> => {
  switch (format) {
    case "logfmt":
      return Logger.layer([logfmt(journald)])
    case "json":
      return Logger.layer([Logger.withConsoleError(Logger.formatJson)])
    case "pretty":
      return Layer.merge(Logger.layer([Logger.consolePretty()]), Layer.succeed(Logger.LogToStderr, true))
  }
}
