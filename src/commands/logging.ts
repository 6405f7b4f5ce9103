import * as Config from "effect/Config"
import * as Flag from "effect/cli/Flag"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as References from "effect/References"
import { stderrIsJournal } from "../host/journal.ts"
import * as Logger from "../host/logger.ts"
import { described, variable } from "./flags.ts"

export const LogFormat = GlobalFlag.Setting("log-format")({
  flag: Flag.Literals("log-format", Logger.formats).pipe(
    Flag.withDescription(described("log-format", "Shape of the lines on stderr", "logfmt")),
    Flag.withFallbackConfig(Config.Literals(Logger.formats, variable("log-format"))),
    Flag.withDefault<Logger.Format>("logfmt")
  )
})

export const LogLevel = GlobalFlag.Setting("log-level")({
  flag: Flag.Literals("log-level", Logger.levels).pipe(
    Flag.withDescription(described("log-level", "Least severe level to log", "info")),
    Flag.withFallbackConfig(Config.Literals(Logger.levels, variable("log-level"))),
    Flag.withDefault<Logger.Level>("info")
  )
})

/** The logger that the flags ask for. */
export const logging = Layer.unwrap(
  Effect.gen(function* () {
    const format = yield* LogFormat
    const level = yield* LogLevel
    return Layer.merge(
      Logger.layer(format, stderrIsJournal(process.env)),
      Layer.succeed(References.MinimumLogLevel, Logger.minimum[level])
    )
  })
)
