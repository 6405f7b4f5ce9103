import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { UpstreamResponse } from "../client/exchange.ts"
import { HttpClient } from "../client/http-client.ts"
import { formatDiagnostic } from "../config/diagnostics.ts"
import type { Target } from "../config/target.ts"
import { discoverOnce } from "../discovery/discover-once.ts"
import { assemble } from "../exposition/page.ts"
import { badConfiguration, failure } from "../failure.ts"
import { diffExpositions, formatDifference, markChanges, paintDifference } from "../fixtures/exposition-diff.ts"
import { fileLimits } from "../host/file-reader.ts"
import { repeatOnChange } from "../host/file-watch.ts"
import { connections } from "../host/limits.ts"
import { hasColors } from "../host/logger.ts"
import { dropReasons, noneDropped, type Problem } from "../mapping/problems.ts"
import type { Outcome } from "../poll/outcome.ts"
import { poll } from "../poll/poll.ts"
import { absentLabels } from "./absent-labels.ts"
import { configurationFiles, type Input, loadGood, readBytes } from "./config-file.ts"
import * as flags from "./flags.ts"
import { print, printLines } from "./output.ts"
import { withProgress } from "./progress.ts"
import { selectTargets } from "./select-targets.ts"

const diff = flags.text("diff", "FILE", "Compare with a saved exposition; exit 1 if they differ").pipe(Flag.optional)

const saved = Effect.fnUntraced(function* (file: string, targets: ReadonlyArray<Target>) {
  if (targets.length !== 1) {
    return yield* badConfiguration(`--from ${file}: one response is of one target: say which with --only NAME`)
  }
  const answer: UpstreamResponse = {
    _tag: "Fresh",
    status: 200,
    body: yield* readBytes(file, fileLimits.response),
    validators: undefined
  }
  return answer
})

/** Polls once, over its own connection or with a saved response. */
const pollOnce = Effect.fnUntraced(function* (target: Target, answer: UpstreamResponse | undefined) {
  const exchange = yield* (yield* HttpClient).open(target.request)
  const { outcome } = yield* poll(target, answer ? Effect.succeed(answer) : exchange(undefined))
  return { target, outcome }
}, Effect.scoped)

const describe = ({ metric, reason, path, row, found }: Problem) => `${metric}: ${reason}: ${path} of ${row}: ${found}`

const droppedOf = (outcome: Outcome): number => {
  const { dropped } = (outcome._tag === "Good" ? outcome.result : undefined) ?? { dropped: noneDropped }
  return dropReasons.reduce((sum, reason) => sum + dropped[reason], 0)
}

/** A hint for a missing secret: systemd gives some secrets only to the unit, not to a shell. */
const credentialHint = ({ reason, message }: Extract<Outcome, { readonly _tag: "Failed" }>): string =>
  reason === "credential" && message.endsWith("no such file") && process.env.CREDENTIALS_DIRECTORY === undefined
    ? "; if systemd has it (LoadCredential=), set CREDENTIALS_DIRECTORY=/run/credentials/UNIT as root"
    : ""

/** Lines with the errors and problems of a poll. */
const complaints = (outcome: Outcome): ReadonlyArray<string> => {
  if (outcome._tag === "Failed") return [`${outcome.reason}: ${outcome.message}${credentialHint(outcome)}`]
  const { problems } = outcome.result ?? { problems: [] }
  const rest = droppedOf(outcome) - problems.length
  return [...problems.map(describe), ...(rest > 0 ? [`and ${rest} more`] : [])]
}

/** Notes about labels that no series has. */
const notes = ({ spec }: Target, outcome: Outcome): ReadonlyArray<string> => {
  const blocks = outcome._tag === "Good" ? (outcome.result?.blocks ?? []) : []
  return blocks.length === 0 ? [] : absentLabels(spec.mapping, Buffer.from(assemble(blocks, "text")).toString())
}

interface Options extends Input {
  readonly only: Option.Option<string>
  readonly from: Option.Option<string>
  readonly strict: boolean
}

/** Polls every target once. Returns the series, the complaints, and whether the exit status is 1. */
const pollAll = Effect.fnUntraced(function* (input: Options) {
  const configuration = yield* loadGood(input)
  // with a saved response, nothing is requested over the network
  const asked = configuration.sources.filter(({ origin }) => Option.isNone(input.from) || origin._tag === "Files")
  const called = yield* discoverOnce(configuration, asked)
  const targets = yield* selectTargets(called.targets, input.only)
  const answer = Option.isSome(input.from) ? yield* saved(input.from.value, targets) : undefined
  const outcomes = yield* withProgress(targets.length, "targets polled", (count) =>
    Effect.forEach(targets, (target) => Effect.tap(pollOnce(target, answer), () => count), {
      concurrency: connections().polls
    })
  )
  const blocks = outcomes.flatMap(({ outcome }) => (outcome._tag === "Good" ? (outcome.result?.blocks ?? []) : []))
  const said = outcomes.flatMap(({ target, outcome }) =>
    [...complaints(outcome), ...notes(target, outcome)].map((text) => `${target.name}: ${text}`)
  )
  const isBad = (outcome: Outcome) => outcome._tag === "Failed" || (input.strict && droppedOf(outcome) > 0)
  return {
    series: assemble(blocks, "text"),
    complaints: [...called.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)), ...said],
    isBad: called.diagnostics.length > 0 || outcomes.some(({ outcome }) => isBad(outcome))
  }
})

/** Prints the series again at each change of the files, with the changed lines marked. */
const watchFiles = Effect.fnUntraced(function* (input: Options) {
  const files = [...(yield* configurationFiles(input)), ...Option.toArray(input.from)]
  const [stdin] = files.filter((file) => file === "-")
  if (stdin !== undefined) return yield* badConfiguration("--watch: standard input cannot be watched")
  let before: string | undefined
  const color = hasColors(process.stdout)
  const run = Effect.gen(function* () {
    const { series, complaints } = yield* pollAll(input)
    const text = Buffer.from(series).toString()
    const lines = before === undefined ? [text.trimEnd()] : ["", ...markChanges(before, text)]
    before = text
    yield* printLines(
      process.stdout,
      lines.map((line) => paintDifference(line, color))
    )
    yield* printLines(process.stderr, complaints)
  })
  return yield* repeatOnChange(
    Effect.succeed(files),
    Effect.catch(run, ({ lines }) => printLines(process.stderr, lines))
  )
})

export const once = Command.make(
  "once",
  {
    files: flags.files,
    config: flags.config,
    target: flags.target,
    interval: flags.interval,
    timeout: flags.timeout,
    only: flags.only,
    from: flags.from,
    strict: flags.strictSamples,
    watch: flags.watch,
    diff
  },
  Effect.fnUntraced(function* (input) {
    if (input.watch) return yield* watchFiles(input)
    const { series, complaints, isBad } = yield* pollAll(input)
    if (Option.isNone(input.diff)) yield* print(process.stdout, series)
    yield* printLines(process.stderr, complaints)
    let differs = false
    if (Option.isSome(input.diff)) {
      const wanted = new TextDecoder().decode(yield* readBytes(input.diff.value, fileLimits.response))
      const differences = diffExpositions(wanted, Buffer.from(series).toString())
      const color = hasColors(process.stdout)
      yield* printLines(
        process.stdout,
        differences.map((difference) => paintDifference(formatDifference(difference), color))
      )
      differs = differences.length > 0
    }
    if (isBad || differs) return yield* failure()
  })
).pipe(Command.withDescription("Poll every target once and print its series"))
