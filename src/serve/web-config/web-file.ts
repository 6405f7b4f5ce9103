import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { diagnosticOf, formatDiagnostic, sortProblems, withPosition } from "../../config/diagnostics.ts"
import { schemaIssues } from "../../config/schema-issues.ts"
import { type KeyPath, parseYaml, type SourceMap, type SourceProblem } from "../../config/source-map.ts"
import { GoBoolean, parseGoBoolean, parseGoDuration, parseGoInteger } from "./go-values.ts"
import { isEnabled, TlsSection, type TlsServer, tlsOf } from "./tls-section.ts"

/** Line feeds become spaces, as in Go. Node refuses other control characters. */
const header = Schema.String.check(
  Schema.makeFilter((text) => !/[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text), {
    expected: "a text without control characters"
  })
)
const headerOf = (...values: ReadonlyArray<string>) => Schema.optionalKey(Schema.Literals(values))

const Headers = Schema.Struct({
  "Content-Security-Policy": Schema.optionalKey(header),
  "X-Frame-Options": headerOf("deny", "sameorigin"),
  "X-Content-Type-Options": headerOf("nosniff"),
  "X-XSS-Protection": Schema.optionalKey(header),
  "Strict-Transport-Security": Schema.optionalKey(header)
})

/** What Go's bcrypt.Cost accepts. Like Go, it accepts a hash whose end is damaged. No password matches such a hash. */
const Hash = Schema.String.check(
  Schema.makeFilter((hash) => hash.length >= 59 && /^\$[0-2][^$]?\$(0[4-9]|[12][0-9]|3[01])/.test(hash), {
    expected: "a bcrypt hash, as `htpasswd -nBC 10 USER` makes it"
  })
)

const RateLimit = Schema.Struct({
  interval: Schema.optionalKey(
    Schema.String.check(
      Schema.makeFilter((text) => text !== "" && parseGoDuration(text) !== undefined, {
        expected: "a duration such as 100ms or 1s"
      })
    )
  ),
  burst: Schema.optionalKey(
    Schema.String.check(
      Schema.makeFilter((text) => parseGoInteger(text) !== undefined, { expected: "a whole number without quotes" })
    )
  )
})

/**
 * The `web.config.file` that Prometheus' exporters share
 * (https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md). All scalars of the file are
 * read as texts, as Go reads them: `X-XSS-Protection: 1` means "1".
 */
const WebFileSchema = Schema.Struct({
  tls_server_config: Schema.optionalKey(TlsSection),
  http_server_config: Schema.optionalKey(
    // http2 has no effect: pages are served by HTTP/1.1
    Schema.Struct({ http2: Schema.optionalKey(GoBoolean), headers: Schema.optionalKey(Headers) })
  ),
  basic_auth_users: Schema.optionalKey(Schema.Record(Schema.String, Hash)),
  rate_limit: Schema.optionalKey(RateLimit)
}).check(
  Schema.makeFilter(({ tls_server_config: tls = {}, http_server_config: http = {} }) => {
    // Go's HTTP/2 server does not start without one of these (RFC 7540, section 9.2.2)
    const { cipher_suites: chosen = [], min_version: least = "TLS12" } = tls
    const required = ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"]
    const hasHttp2 = parseGoBoolean(http.http2 ?? "true") === true
    if (!isEnabled(tls) || !hasHttp2 || chosen.length === 0 || least === "TLS13") return undefined
    return chosen.some((suite) => required.includes(suite))
      ? undefined
      : {
          path: ["tls_server_config", "cipher_suites"],
          issue: `HTTP/2 needs ${required.join(" or ")}; without it set http_server_config.http2: false`
        }
  })
)

/** The settings of a web.config.file. */
export interface WebFile {
  /** Undefined: no TLS. */
  readonly tls: TlsServer | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Bcrypt hashes by user; undefined: no password is needed. */
  readonly users: Readonly<Record<string, string>> | undefined
  /** Requests beyond `burst` are limited to one in `interval` milliseconds. */
  readonly rateLimit: { readonly interval: number; readonly burst: number } | undefined
}

/** A header as Go sends it, in UTF-8. Node expects a string with one character for each byte. */
const sent = (value: string): string => Buffer.from(value.replace(/[\r\n]/g, " ").trim(), "utf8").toString("latin1")

const meaningOf = (file: typeof WebFileSchema.Type): WebFile => {
  const { tls_server_config: tls = {}, http_server_config: http = {}, basic_auth_users: users = {} } = file
  const { interval = "0", burst = "0" } = file.rate_limit ?? {}
  const milliseconds = parseGoDuration(interval) ?? 0
  return {
    tls: tlsOf(tls),
    headers: Object.fromEntries(
      Object.entries(http.headers ?? {}).map(([name, value]) => [name.toLowerCase(), sent(value)])
    ),
    users: Object.keys(users).length === 0 ? undefined : users,
    rateLimit: milliseconds > 0 ? { interval: milliseconds, burst: parseGoInteger(burst) ?? 0 } : undefined
  }
}

/**
 * Keys whose values are booleans or numbers, for `interval` also a duration. A boolean or number in quotes is an error.
 */
const unquotedKeys = ["http2", "prefer_server_cipher_suites", "burst", "interval"]

/** Keys for which `""` is an error. For other keys it is the same as no value. */
const nonEmptyKeys = [...unquotedKeys, "min_version", "max_version", "X-Frame-Options", "X-Content-Type-Options"]

const nulls = ["", "~", "null", "Null", "NULL"]

/**
 * Removes sections and keys without a value. A user without a hash is kept, and so is a header with a fixed set of
 * values: both are errors.
 */
const withoutBlanks = ({ value: whole, isQuoted }: SourceMap): unknown => {
  const isBlank = (path: KeyPath, key: string, value: unknown) => {
    if (value === null) return true
    if (typeof value !== "string") return false
    if (!isQuoted(path)) return nulls.includes(value) && !/^X-(Frame|Content)/.test(key)
    return value === "" && path.length > 1 && !nonEmptyKeys.includes(key)
  }
  const textOf = (path: KeyPath, key: string, value: string) => {
    const isDuration = key === "interval" && value !== "" && parseGoInteger(value) === undefined
    return unquotedKeys.includes(key) && !isDuration && isQuoted(path) ? JSON.stringify(value) : value
  }
  const clean = (value: unknown, path: KeyPath): unknown => {
    if (typeof value === "string") return textOf(path, String(path.at(-1)), value)
    if (value === null || typeof value !== "object" || Array.isArray(value)) return value
    return Object.fromEntries(
      Object.entries(value)
        .filter(([key, inner]) => path[0] === "basic_auth_users" || !isBlank([...path, key], key, inner))
        .map(([key, inner]) => [key, clean(inner, [...path, key])])
    )
  }
  return clean(whole || {}, [])
}

/** The settings of the file, or all of its problems, one line each. */
export const parseWebFile = (file: string, text: string): Result.Result<WebFile, ReadonlyArray<string>> => {
  const lines = (problems: ReadonlyArray<SourceProblem>) =>
    problems.map((problem) => formatDiagnostic(diagnosticOf(file, problem)))
  const source = parseYaml(text, "failsafe")
  if (Result.isFailure(source)) return Result.fail(lines(source.failure))
  const value = withoutBlanks(source.success)
  const issues = schemaIssues(WebFileSchema, value).map((issue) => withPosition(source.success, issue))
  const problems = sortProblems([...source.success.duplicates, ...issues])
  return problems.length > 0
    ? Result.fail(lines(problems))
    : Schema.decodeUnknownResult(WebFileSchema)(value).pipe(
        Result.map(meaningOf),
        Result.mapError(({ message }) => [`${file}: ${message}`])
      )
}
