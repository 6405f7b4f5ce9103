import * as Command from "effect/cli/Command"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { failure } from "../failure.ts"
import { type DraftOptions, draftText } from "../init/draft-text.ts"
import { checkDraft } from "./draft-check.ts"
import { writeFixture } from "./fixture.ts"
import * as flags from "./flags.ts"
import * as initFlags from "./init-flags.ts"
import { type Origin, originOf } from "./init-origin.ts"
import { documentsOf, fetchResponses, readResponses } from "./init-responses.ts"
import { print, printLines } from "./output.ts"

const countOf = (count: number) => (count === 1 ? "one response" : `${count} responses`)

/** The origin of the responses, for the first line of the draft. */
const describe = ({ from }: Origin, count: number, every: Duration.Duration): string => {
  if (from._tag === "Files") {
    const files = from.files.map((file) => (file === "-" ? "standard input" : file))
    return count === 1 ? `${countOf(count)} of ${files.join()}` : `${countOf(count)}: ${files.join(", ")}`
  }
  return `${countOf(count)} of ${from.place}${count > 1 ? `, ${Duration.format(every)} apart` : ""}`
}

/** Notes about settings that the target of a mapping needs. The draft of a mapping cannot have them. */
const targetNotes = (settings: Readonly<Record<string, unknown>>): ReadonlyArray<string> =>
  Object.entries(settings).map(([key, value]) => `The target needs ${key}: ${value} too.`)

export const init = Command.make(
  "init",
  { ...initFlags, config: flags.config, only: flags.only, timeout: flags.timeout },
  Effect.fnUntraced(function* (input) {
    const origin = yield* originOf(input)
    const { from, draft: about } = origin
    const responses =
      from._tag === "Request"
        ? yield* fetchResponses(from, input.samples, input.every)
        : yield* readResponses(from.files)
    const { documents, format } = yield* documentsOf(responses, origin.format)
    const options: DraftOptions = { ...about, format, source: describe(origin, responses.length, input.every) }
    const draftWith = (settings: Readonly<Record<string, unknown>>) =>
      about.form === "target"
        ? draftText(documents, { ...options, settings: { ...about.settings, ...settings } })
        : draftText(documents, { ...options, notes: [...about.notes, ...targetNotes(settings)] })
    const changed = origin.format === undefined || origin.format === format ? {} : { format }
    const unlimited = draftWith(about.form === "target" ? { max_series: Number.MAX_SAFE_INTEGER } : changed)
    const place = responses[0]?.place ?? ""
    if (unlimited === undefined) return yield* failure(`${place}: nothing to measure: no number, no list, no time`)
    const bodies = responses.map(({ body }) => body)
    const { series, problems, pages } = checkDraft(unlimited, bodies, { ...about, format, labels: origin.labels })
    const limit = series > origin.maxSeries / 2 ? { max_series: 2 * Math.ceil(series / 1000) * 1000 } : {}
    const draft = draftWith({ ...changed, ...limit }) ?? unlimited
    if (Option.isSome(input.test)) yield* writeFixture(input.test.value, about.name, bodies, pages)
    yield* print(process.stdout, draft)
    yield* printLines(process.stderr, problems)
  })
).pipe(Command.withDescription("Print a configuration that fits what an API answers"))
