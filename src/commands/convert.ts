import { dirname, resolve } from "node:path"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { diagnosticOf, formatForTerminal } from "../config/diagnostics.ts"
import { parseYaml, type SourceMap } from "../config/source-map.ts"
import { isMap } from "../config/unknown-values.ts"
import { convertJsonExporter } from "../convert/convert-json-exporter.ts"
import { convertTelegraf, isTelegraf } from "../convert/convert-telegraf.ts"
import { formatConversion } from "../convert/converted-file.ts"
import { isJsonExporter } from "../convert/json-exporter.ts"
import { badConfiguration } from "../failure.ts"
import { fileLimits } from "../host/file-reader.ts"
import { nameOfInput, readBytes } from "./config-file.ts"
import * as flags from "./flags.ts"
import { print } from "./output.ts"

const src = Argument.String("src").pipe(
  Argument.withDescription("A configuration of json_exporter or Telegraf; - is standard input")
)

const prometheus = flags
  .text("prometheus", "FILE", "The prometheus.yml that scrapes json_exporter: its targets, intervals, labels and rules")
  .pipe(Flag.optional)

const readText = (file: string) =>
  Effect.map(readBytes(file, fileLimits.list), (bytes) => new TextDecoder().decode(bytes))

const readYaml = Effect.fnUntraced(function* (file: string, text: string) {
  const parsed = parseYaml(text)
  if (Result.isSuccess(parsed)) return parsed.success
  const lines = parsed.failure.map((problem) =>
    formatForTerminal(diagnosticOf(nameOfInput(file), problem), process.stderr.isTTY)
  )
  return yield* badConfiguration(...lines)
})

/** Reads the rule files of a configuration of Prometheus, except those with a `*` and those that cannot be read. */
const readRules = Effect.fnUntraced(function* (file: string, { value }: SourceMap) {
  const names = isMap(value) && Array.isArray(value.rule_files) ? value.rule_files.map(String) : []
  const rules = yield* Effect.forEach(names, (name) => {
    const path = resolve(dirname(file), name)
    return readText(path).pipe(
      Effect.flatMap((text) => readYaml(path, text)),
      Effect.map(({ value }) => [value]),
      Effect.catch(() => Effect.succeed([]))
    )
  })
  return rules.flat()
})

export const convert = Command.make(
  "convert",
  { src, prometheus },
  Effect.fnUntraced(function* (input) {
    const file = nameOfInput(input.src)
    const text = yield* readText(input.src)
    if (isTelegraf(text)) {
      const conversion = convertTelegraf(text)
      if (Result.isFailure(conversion)) return yield* badConfiguration(`${file}: ${conversion.failure}`)
      return yield* print(process.stdout, formatConversion(conversion.success))
    }
    const source = yield* readYaml(input.src, text)
    if (!isJsonExporter(source.value))
      return yield* badConfiguration(
        `${file}: neither a configuration of json_exporter (a map with modules) nor one of Telegraf (with [[inputs.http]])`
      )
    if (Option.isNone(input.prometheus))
      return yield* print(process.stdout, formatConversion(convertJsonExporter(source, undefined, [])))
    const scrape = yield* readYaml(input.prometheus.value, yield* readText(input.prometheus.value))
    const rules = yield* readRules(input.prometheus.value, scrape)
    yield* print(process.stdout, formatConversion(convertJsonExporter(source, scrape, rules)))
  })
).pipe(Command.withDescription("Print the configuration that does what a json_exporter or Telegraf file did"))
