import { existsSync } from "node:fs"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { get, type Request } from "../client/request.ts"
import { addressOf } from "../config/target-request.ts"
import { badConfiguration } from "../failure.ts"
import type { DraftOptions } from "../init/draft-text.ts"
import { nameOfSource } from "../init/source-name.ts"
import type { FormatName } from "../mapping/document/document-format.ts"
import { type CredentialFlags, credentialFlags, initCredentials } from "./init-credentials.ts"
import { sourceOf, urlOf } from "./init-source.ts"
import { firstRequest, initTarget } from "./init-target.ts"

/** The flags and arguments that select the responses. */
interface OriginFlags extends CredentialFlags {
  readonly src: ReadonlyArray<string>
  readonly config: ReadonlyArray<string>
  readonly only: Option.Option<string>
  readonly name: Option.Option<string>
  readonly url: Option.Option<string>
  readonly samples: number
  readonly timeout: Option.Option<Duration.Duration>
}

/** Where the responses come from, and the parts of the draft that depend on it. */
export interface Origin {
  readonly from:
    | { readonly _tag: "Request"; readonly request: Request; readonly place: string; readonly hint: string | undefined }
    | { readonly _tag: "Files"; readonly files: ReadonlyArray<string> }
  readonly draft: Required<Pick<DraftOptions, "form" | "name" | "url" | "notes" | "settings">>
  /** The series limit of the target if the draft does not set one. */
  readonly maxSeries: number
  /** The format of the target, if there is a target already. */
  readonly format: FormatName | undefined
  readonly labels: Readonly<Record<string, string>>
}

/** Defaults of `init` for a URL or saved responses. */
const builtInTimeout = Duration.seconds(10)
const maxSeries = 10_000

/** The URL without user and password. */
const withoutUser = (url: URL): URL => {
  const plain = new URL(url)
  plain.username = ""
  plain.password = ""
  return plain
}

/** The origin for a target of a configuration, with its login and credentials. */
const ofTarget = Effect.fnUntraced(function* (input: OriginFlags) {
  const credentials = initCredentials(input, undefined, "", existsSync)
  const isGiven = typeof credentials === "string" || Object.keys(credentials.settings).length > 0
  if (isGiven || Option.isSome(input.url))
    return yield* badConfiguration("--only: the url and the credentials are those of the target")
  const target = yield* initTarget(input)
  const name = Option.getOrElse(input.name, () => target.name)
  const origin: Origin = {
    from: {
      _tag: "Request",
      request: firstRequest(target),
      place: target.name,
      hint: undefined
    },
    draft: {
      form: "mapping",
      name,
      url: "",
      notes: [`Save it beside the configuration, and write mapping: ${name} into the target ${target.name}.`],
      settings: {}
    },
    maxSeries: target.maxSeries,
    format: target.spec.format ?? "json",
    labels: target.spec.labels
  }
  return origin
})

/** The origin for a URL, or for files with saved responses. */
const ofSource = Effect.fnUntraced(function* (input: OriginFlags) {
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
    nameOfSource(url === undefined ? file : withoutUser(url)).replaceAll("_", "-")
  )
  const credentials = initCredentials(input, url, name, existsSync)
  if (typeof credentials === "string") return yield* badConfiguration(credentials)
  const timeout = Option.getOrElse(input.timeout, () => builtInTimeout)
  const from: Origin["from"] =
    source._tag === "Files"
      ? source
      : {
          _tag: "Request",
          request: { ...get(source.url, timeout), ...addressOf(withoutUser(source.url)), ...credentials.request },
          place: withoutUser(source.url).href,
          hint: `give credentials by ${credentialFlags}, or a login by --config FILE --only NAME`
        }
  const origin: Origin = {
    from,
    draft: {
      form: "target",
      name,
      url: url === undefined ? "http://localhost/" : withoutUser(url).href,
      notes: [
        ...(url === undefined ? ["A saved response does not say where it is from: the url is made up (--url)."] : []),
        ...credentials.notes
      ],
      settings: credentials.settings
    },
    maxSeries,
    format: undefined,
    labels: {}
  }
  return origin
})

/** The origin for a command line, which names either a source or a target of a configuration. */
export const originOf = (input: OriginFlags) => {
  if (input.src.length === 0) {
    return input.config.length > 0 || Option.isSome(input.only)
      ? ofTarget(input)
      : badConfiguration(
          "nothing to ask: name a URL, files with saved responses, or a target (--config FILE --only NAME)"
        )
  }
  return Option.isSome(input.only)
    ? badConfiguration(`--only: there is a source as well (${input.src[0]}): give one of them`)
    : ofSource(input)
}
