import * as Command from "effect/cli/Command"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { type Answer, Upstream } from "../client/exchange.ts"
import { formatDiagnostic } from "../config/diagnostics.ts"
import { didYouMean } from "../config/suggest.ts"
import type { Target } from "../config/target.ts"
import { discoverOnce } from "../discovery/discover-once.ts"
import { assemble } from "../exposition/page.ts"
import { badConfiguration, failure } from "../failure.ts"
import { fileLimits } from "../host/file-reader.ts"
import { dropReasons, noneDropped, type Problem } from "../mapping/problems.ts"
import type { Outcome } from "../poll/outcome.ts"
import { poll } from "../poll/poll.ts"
import { loadGood, readBytes } from "./config-file.ts"
import * as flags from "./flags.ts"
import { print, printLines } from "./output.ts"

const selected = (targets: ReadonlyArray<Target>, name: Option.Option<string>) => {
  if (Option.isNone(name)) return Effect.succeed(targets)
  const found = targets.filter((target) => target.name === name.value)
  const known = didYouMean(
    name.value,
    targets.map(({ name }) => name)
  )
  return found.length > 0
    ? Effect.succeed(found)
    : Effect.fail(badConfiguration(`--only ${name.value}: there is no target of this name${known}`))
}

const saved = Effect.fnUntraced(function* (file: string, targets: ReadonlyArray<Target>) {
  if (targets.length !== 1) {
    return yield* badConfiguration(`--from ${file}: one response is of one target: say which with --only NAME`)
  }
  const answer: Answer = {
    _tag: "Fresh",
    status: 200,
    body: yield* readBytes(file, fileLimits.response),
    validators: undefined
  }
  return answer
})

/** One poll over a connection of its own, or of what was saved of one. */
const pollOnce = Effect.fnUntraced(function* (target: Target, answer: Answer | undefined) {
  const exchange = yield* (yield* Upstream).open(target.request)
  const { outcome } = yield* poll(target, answer ? Effect.succeed(answer) : exchange(undefined))
  return { target, outcome }
}, Effect.scoped)

const describe = ({ metric, reason, path, row, found }: Problem) => `${metric}: ${reason}: ${path} of ${row}: ${found}`

const droppedOf = (outcome: Outcome): number => {
  const { dropped } = (outcome._tag === "Good" ? outcome.result : undefined) ?? { dropped: noneDropped }
  return dropReasons.reduce((sum, reason) => sum + dropped[reason], 0)
}

/** What went wrong, a line each. */
const complaints = (outcome: Outcome): ReadonlyArray<string> => {
  if (outcome._tag === "Failed") return [`${outcome.reason}: ${outcome.message}`]
  const { problems } = outcome.result ?? { problems: [] }
  const rest = droppedOf(outcome) - problems.length
  return [...problems.map(describe), ...(rest > 0 ? [`and ${rest} more`] : [])]
}

/** Polls under way at once. */
const concurrency = 32

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
    strict: flags.strictSamples
  },
  Effect.fnUntraced(function* (input) {
    const configuration = yield* loadGood(input)
    // a saved answer stands in for all of the network
    const asked = configuration.sources.filter(({ origin }) => Option.isNone(input.from) || origin._tag === "Files")
    const called = yield* discoverOnce(configuration, asked)
    const targets = yield* selected(called.targets, input.only)
    const answer = Option.isSome(input.from) ? yield* saved(input.from.value, targets) : undefined
    const outcomes = yield* Effect.forEach(targets, (target) => pollOnce(target, answer), { concurrency })
    const blocks = outcomes.flatMap(({ outcome }) => (outcome._tag === "Good" ? (outcome.result?.blocks ?? []) : []))
    yield* print(process.stdout, assemble(blocks, "text"))
    const said = outcomes.flatMap(({ target, outcome }) => complaints(outcome).map((text) => `${target.name}: ${text}`))
    yield* printLines(process.stderr, [
      ...called.diagnostics.map((diagnostic) => formatDiagnostic(diagnostic)),
      ...said
    ])
    const isBad = (outcome: Outcome) => outcome._tag === "Failed" || (input.strict && droppedOf(outcome) > 0)
    if (called.diagnostics.length > 0 || outcomes.some(({ outcome }) => isBad(outcome))) return yield* failure()
  })
).pipe(Command.withDescription("Poll every target once and print its series"))
