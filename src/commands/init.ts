import { existsSync } from "node:fs"
import * as Command from "effect/cli/Command"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { get } from "../client/request.ts"
import { badConfiguration, failure } from "../failure.ts"
import { type DraftOptions, draftText } from "../init/draft-text.ts"
import { nameOfSource } from "../init/source-name.ts"
import { checkDraft } from "./draft-check.ts"
import { writeFixture } from "./fixture.ts"
import * as flags from "./flags.ts"
import { initCredentials } from "./init-credentials.ts"
import * as initFlags from "./init-flags.ts"
import { documentsOf, fetchResponses, readResponses } from "./init-responses.ts"
import { type Source, sourceOf, urlOf } from "./init-source.ts"
import { print, printLines } from "./output.ts"

/** The default of a target; a response of about as many series needs a greater one. */
const maxSeries = 10_000

const countOf = (count: number) => (count === 1 ? "one response" : `${count} responses`)

/** What the draft was made of, for its first line. */
const describe = (source: Source, count: number, every: Duration.Duration): string => {
  if (source._tag === "Files") {
    const files = source.files.map((file) => (file === "-" ? "standard input" : file))
    return count === 1 ? `${countOf(count)} of ${files.join()}` : `${countOf(count)}: ${files.join(", ")}`
  }
  return `${countOf(count)} of ${shown(source.url).href}${count > 1 ? `, ${Duration.format(every)} apart` : ""}`
}

/** The URL without user and password. */
const shown = (url: URL): URL => {
  const plain = new URL(url)
  plain.username = ""
  plain.password = ""
  return plain
}

export const init = Command.make(
  "init",
  { ...initFlags, timeout: flags.timeout },
  Effect.fnUntraced(function* (input) {
    const source = sourceOf(input.src)
    if (typeof source === "string") return yield* badConfiguration(source)
    const given = Option.getOrUndefined(input.url)
    const saidUrl = given === undefined ? undefined : urlOf(given, () => false)
    if (given !== undefined && saidUrl === undefined) return yield* badConfiguration(`--url ${given}: not a URL`)
    if (source._tag === "Url" && given !== undefined)
      return yield* badConfiguration("--url: is for saved responses; the URL is an argument already")
    if (source._tag === "Files" && input.samples > 1)
      return yield* badConfiguration("--samples: needs a URL to ask; name several files instead")
    const url = source._tag === "Url" ? source.url : saidUrl
    const [file = ""] = source._tag === "Files" ? source.files : []
    const name = Option.getOrElse(input.name, () =>
      nameOfSource(url === undefined ? file : shown(url)).replaceAll("_", "-")
    )
    const credentials = initCredentials(input, url, name, existsSync)
    if (typeof credentials === "string") return yield* badConfiguration(credentials)

    const timeout = Option.getOrElse(input.timeout, () => Duration.seconds(10))
    const responses =
      source._tag === "Url"
        ? yield* fetchResponses(
            { ...get(shown(source.url), timeout), ...credentials.request },
            input.samples,
            input.every
          )
        : yield* readResponses(source.files)
    const { documents, format } = yield* documentsOf(responses)
    const options: DraftOptions = {
      name,
      url: url === undefined ? "http://localhost/" : shown(url).href,
      format,
      source: describe(source, responses.length, input.every),
      notes: [
        ...(url === undefined ? ["A saved response does not say where it is from: the url is made up (--url)."] : []),
        ...credentials.notes
      ],
      settings: credentials.settings
    }
    const draftWith = (settings: object) =>
      draftText(documents, { ...options, settings: { ...credentials.settings, ...settings } })
    const unlimited = draftWith({ max_series: Number.MAX_SAFE_INTEGER })
    const place = responses[0]?.place ?? ""
    if (unlimited === undefined) return yield* failure(`${place}: nothing to measure: no number, no list, no time`)
    const bodies = responses.map(({ body }) => body)
    const { series, problems, pages } = checkDraft(unlimited, bodies)
    const draft =
      draftWith(series > maxSeries / 2 ? { max_series: 2 * Math.ceil(series / 1000) * 1000 } : {}) ?? unlimited
    if (Option.isSome(input.test)) yield* writeFixture(input.test.value, name, bodies, pages)
    yield* print(process.stdout, draft)
    yield* printLines(process.stderr, problems)
  })
).pipe(Command.withDescription("Print a configuration that fits what an API answers"))
