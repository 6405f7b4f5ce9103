import type { IncomingHttpHeaders } from "node:http"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { readLoginBody, SecretReference } from "../client/login-body.ts"
import type { Login, Taken } from "../client/login-session.ts"
import { type Path, select } from "../jsonpath/evaluate.ts"
import { parse } from "../mapping/document/json.ts"
import { LoginSettings } from "./schema/login-settings.ts"
import { type Locate, withFiles } from "./secret-files.ts"
import { requestOf } from "./target-request.ts"
import { type Fields, isMap } from "./unknown-values.ts"

const decode = Schema.decodeUnknownSync(LoginSettings)

const builtInTimeout = Duration.seconds(10)

const builtInRefused = [401, 403]

/** Replaces each `{ file: F }` in a body by a reference to the file. */
const withReferences = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withReferences)
  if (!isMap(value)) return value
  if (typeof value.file === "string" && Object.keys(value).length === 1)
    return new SecretReference({ path: value.file })
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withReferences(inner)]))
}

const formOf = (value: unknown): string =>
  new URLSearchParams(isMap(value) ? Object.entries(value).map(([key, text]) => [key, String(text)]) : []).toString()

const bodyOf = ({ json, form }: LoginSettings): Login["body"] => {
  if (json === undefined && form === undefined) return Effect.succeed(undefined)
  const [type, text] =
    json === undefined
      ? (["application/x-www-form-urlencoded", formOf] as const)
      : (["application/json", (value: unknown) => JSON.stringify(value)] as const)
  const content = withReferences(json ?? form)
  return Effect.map(readLoginBody(content), (value) => ({ text: Redacted.make(text(value)), type }))
}

/** The value at a path, as text. */
const textAt = (path: Path, body: Uint8Array): Result.Result<string, string> => {
  const document = parse(body)
  if (Result.isFailure(document)) return Result.fail(`the response is not JSON: ${document.failure}`)
  const { root, spelling } = document.success
  const [node, second] = select(path, root)
  if (second !== undefined) return Result.fail("finds several values")
  const { value = null, parent, key } = node ?? {}
  if (value === null || typeof value === "object") return Result.fail("finds no value")
  const holder = parent?.value
  const spelled = typeof holder === "object" && holder !== null && key !== undefined ? spelling(holder, key) : undefined
  return Result.succeed(spelled ?? String(value))
}

const headerText = (headers: IncomingHttpHeaders, name: string): Result.Result<string, string> => {
  const key = name.toLowerCase()
  const value = Object.hasOwn(headers, key) ? headers[key] : undefined
  const text = typeof value === "string" ? value : value?.join(", ")
  return text === undefined || text === "" ? Result.fail(`the response has no header ${name}`) : Result.succeed(text)
}

const taker =
  (take: NonNullable<LoginSettings["take"]>): Login["take"] =>
  (body, headers) => {
    const taken = new Map<string, string>()
    for (const [name, source] of Object.entries(take)) {
      const found = "header" in source ? headerText(headers, source.header) : textAt(source, body)
      if (Result.isFailure(found)) {
        // a server may omit how long the session lasts
        if (name === "expires") continue
        return Result.fail(`take.${name}: ${found.failure}`)
      }
      taken.set(name, found.success)
    }
    return Result.succeed<Taken>(taken)
  }

/** Compiles a login of a configuration without errors. */
export const compileLogin = (name: string, given: Fields, locate: Locate): Login => {
  const raw = withFiles(given, locate)
  const settings = decode(raw)
  const { take = {}, give = {}, renew, refused, logout, timeout = builtInTimeout } = settings
  const hasBody = settings.json !== undefined || settings.form !== undefined
  const request = requestOf(
    {
      ...settings,
      name,
      method: settings.method ?? (hasBody ? "POST" : "GET"),
      accept_status: settings.accept_status ?? [{ from: 200, to: 299 }],
      follow_redirects: false,
      max_body: 1_000_000,
      max_series: 0
    },
    timeout
  )
  return {
    name,
    fingerprint: JSON.stringify([name, raw]),
    request,
    body: bodyOf(settings),
    take: taker(take),
    give: {
      headers: give.headers ?? {},
      params: Object.fromEntries(Object.entries(give.params ?? {}).map(([key, value]) => [key, String(value)]))
    },
    renew,
    refused:
      refused?.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i)) ?? builtInRefused,
    logout:
      logout === undefined
        ? undefined
        : typeof logout === "string"
          ? { url: logout, method: "POST" }
          : { url: logout.url, method: logout.method ?? "POST" }
  }
}
