import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { HttpClient } from "../client/http-client.ts"
import { get } from "../client/request.ts"
import { formatDraft } from "../config/draft.ts"
import { LineWriter } from "../exposition/sample-writer.ts"
import { failure } from "../failure.ts"
import { fileLimits } from "../host/file-reader.ts"
import { infer } from "../init/infer.ts"
import { nameOfSource } from "../init/source-name.ts"
import { parse } from "../mapping/document/json.ts"
import { compilePlan } from "../mapping/plan-compiler.ts"
import { Mapping } from "../mapping/schema/mapping.ts"
import { transformDocument } from "../mapping/transform.ts"
import { readBytes } from "./config-file.ts"
import * as flags from "./flags.ts"
import { print } from "./output.ts"

const src = Argument.String("src").pipe(
  Argument.withDescription("A URL, or a file with a saved response"),
  Argument.withMetavar("SRC")
)

/** Where the answer is from, without what is secret about it. */
interface Source {
  readonly url: URL
  readonly user: string
  readonly body: Uint8Array
}

/** A % that begins no escape stands for itself. */
const decoded = (text: string) => decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, "%25"))

const fromUrl = Effect.fnUntraced(function* (given: URL, timeout: Duration.Duration) {
  const url = new URL(given)
  const [user, password] = [decoded(url.username), decoded(url.password)]
  url.username = ""
  url.password = ""
  const auth = user === "" ? undefined : { _tag: "Basic" as const, username: user, password: Redacted.make(password) }
  const exchange = yield* (yield* HttpClient).open({ ...get(url, timeout), auth })
  const answer = yield* exchange(undefined).pipe(
    Effect.catch((error) => Effect.fail(failure(`${url.href}: ${error.message}`))),
    Effect.catchDefect((defect) => Effect.fail(failure(`${url.href}: a bug in poller: ${defect}`)))
  )
  return { url, user, body: answer._tag === "Fresh" ? answer.body : new Uint8Array() }
}, Effect.scoped)

/** The default of a target; an answer of more series needs a greater one. */
const maxSeries = 10_000

const describe = (source: string, isFile: boolean, user: string): string =>
  [
    `Written by poller init, after one answer of ${source}.`,
    "Names, units and helps are guessed: make them yours, and delete what nobody will look at.",
    ...(isFile ? ["A saved response does not say where it is from: the url is made up."] : []),
    ...(user === "" ? [] : ["The password belongs into the file that password_file names."])
  ].join("\n")

export const init = Command.make(
  "init",
  { src, timeout: flags.timeout },
  Effect.fnUntraced(function* (input) {
    const isFile = !/^https?:\/\//.test(input.src)
    if (!isFile && !URL.canParse(input.src)) return yield* failure(`${input.src}: not a URL`)
    const timeout = Option.getOrElse(input.timeout, () => Duration.seconds(10))
    const source: Source = isFile
      ? { url: new URL("http://localhost/"), user: "", body: yield* readBytes(input.src, fileLimits.response) }
      : yield* fromUrl(new URL(input.src), timeout)
    const place = isFile ? input.src : source.url.href
    const parsed = parse(source.body)
    if (Result.isFailure(parsed)) return yield* failure(`${place}: not JSON: ${parsed.failure}`)

    const prefix = nameOfSource(isFile ? input.src : source.url)
    const name = prefix.replaceAll("_", "-")
    const inferred = infer(parsed.success, prefix)
    if (Object.keys(inferred.mapping).length === 0)
      return yield* failure(`${place}: nothing to measure: no number, no list, no time`)
    const mapping = Schema.decodeUnknownSync(Mapping)(inferred.mapping)
    const { series } = transformDocument(compilePlan(mapping), parsed.success, new LineWriter())
    const auth = { auth: { basic: { username: source.user, password_file: `${name}-password` } } }
    const settings = {
      ...(source.user === "" ? undefined : auth),
      ...(series > maxSeries / 2 ? { max_series: 2 * Math.ceil(series / 1000) * 1000 } : undefined)
    }
    const comment = describe(place, isFile, source.user)
    yield* print(process.stdout, formatDraft({ name, url: source.url.href, settings, comment }, inferred))
  })
).pipe(Command.withDescription("Print a configuration that fits what an API answers"))
