import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { diagnosticOf, formatDiagnostic, sortProblems, withPosition } from "../../config/diagnostics.ts"
import { schemaIssues } from "../../config/schema-issues.ts"
import { type KeyPath, parseYaml, type SourceMap, type SourceProblem } from "../../config/source-map.ts"

/** Go's names of TLS versions, and Node's. */
export const versions = { TLS10: "TLSv1", TLS11: "TLSv1.1", TLS12: "TLSv1.2", TLS13: "TLSv1.3" } as const

/** Go's names of the secure cipher suites (tls.CipherSuites), and OpenSSL's. */
export const suites = {
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: "ECDHE-RSA-AES128-SHA",
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: "ECDHE-RSA-AES256-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: "ECDHE-ECDSA-AES128-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: "ECDHE-ECDSA-AES256-SHA",
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "ECDHE-RSA-AES128-GCM-SHA256",
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: "ECDHE-RSA-AES256-GCM-SHA384",
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "ECDHE-ECDSA-AES128-GCM-SHA256",
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: "ECDHE-ECDSA-AES256-GCM-SHA384",
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-RSA-CHACHA20-POLY1305",
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-ECDSA-CHACHA20-POLY1305",
  TLS_AES_128_GCM_SHA256: "TLS_AES_128_GCM_SHA256",
  TLS_AES_256_GCM_SHA384: "TLS_AES_256_GCM_SHA384",
  TLS_CHACHA20_POLY1305_SHA256: "TLS_CHACHA20_POLY1305_SHA256"
} as const

export const curves = { CurveP256: "P-256", CurveP384: "P-384", CurveP521: "P-521", X25519: "X25519" } as const

const oneOf = <const A extends Readonly<Record<string, string>>>(names: A) =>
  Schema.Literals(Object.keys(names) as Array<Extract<keyof A, string>>)

const spellings = (word: string) => [word, word.toUpperCase(), word.charAt(0).toUpperCase() + word.slice(1)]

/** The words that Go's YAML library (YAML 1.1) takes for a boolean. */
const booleans: Readonly<Record<string, boolean>> = Object.fromEntries([
  ...["true", "yes", "on", "y"].flatMap(spellings).map((word) => [word, true] as const),
  ...["false", "no", "off", "n"].flatMap(spellings).map((word) => [word, false] as const)
])

/** All scalars of the file are text: `X-XSS-Protection: 1` means "1", and so on, as Go reads them. */
const optionalText = Schema.optionalKey(Schema.String)
const optionalBoolean = Schema.optionalKey(
  Schema.String.check(
    Schema.makeFilter((text) => Object.hasOwn(booleans, text), { expected: "true or false without quotes" })
  )
)

/**
 * A number as Go's YAML library reads it into an integer: a leading 0 means octal, fractions are cut off. Undefined if
 * it is none, or no 64 bits can hold it.
 */
const parseGoInteger = (text: string): number | undefined => {
  const digits = text.replaceAll("_", "")
  const [, sign = "", prefix = "", rest = ""] =
    /^([+-]?)(0[xX]|0[oO]?(?=[0-7])|0[bB])?([0-9a-fA-F]+)$/.exec(digits) ?? []
  const base = prefix === "" ? 10 : /x/i.test(prefix) ? 16 : /b/i.test(prefix) ? 2 : 8
  const isFraction = /^[+-]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][+-]?[0-9]+)?$/.test(digits)
  const magnitude = [...rest].every((digit) => Number.parseInt(digit, 36) < base)
    ? Number.parseInt(rest, base)
    : Number.NaN
  const number =
    Number.isNaN(magnitude) && isFraction ? Math.trunc(Number(digits)) : sign === "-" ? -magnitude : magnitude
  return Math.abs(number) < 2 ** 63 ? number : undefined
}

const clientAuthTypes = [
  "NoClientCert",
  "RequestClientCert",
  "RequireAnyClientCert",
  // an old name of the one before
  "RequireClientCert",
  "VerifyClientCertIfGiven",
  "RequireAndVerifyClientCert"
] as const

const TlsServer = Schema.Struct({
  cert: optionalText,
  key: optionalText,
  client_ca: optionalText,
  cert_file: optionalText,
  key_file: optionalText,
  client_ca_file: optionalText,
  client_auth_type: optionalText,
  client_allowed_sans: Schema.optionalKey(Schema.Array(Schema.String)),
  min_version: Schema.optionalKey(oneOf(versions)),
  max_version: Schema.optionalKey(oneOf(versions)),
  cipher_suites: Schema.optionalKey(Schema.Array(oneOf(suites))),
  prefer_server_cipher_suites: optionalBoolean,
  curve_preferences: Schema.optionalKey(Schema.Array(oneOf(curves)))
}).check(
  Schema.makeFilter((tls) => {
    if (!isEnabled(tls)) return undefined
    if (tls.cert === undefined && tls.cert_file === undefined) return { path: ["cert_file"], issue: "missing" }
    if (tls.key === undefined && tls.key_file === undefined) return { path: ["key_file"], issue: "missing" }
    const { client_auth_type: asked = "NoClientCert" } = tls
    if (!clientAuthTypes.some((known) => known === asked))
      return { path: ["client_auth_type"], issue: `expected one of ${clientAuthTypes.join(", ")}, got "${asked}"` }
    if ((tls.client_ca_file ?? tls.client_ca) !== undefined && asked === "NoClientCert")
      return { path: ["client_ca_file"], issue: "without client_auth_type no client is asked for a certificate" }
    const { min_version: least = "TLS12", max_version: most = "TLS13" } = tls
    return least <= most ? undefined : { path: ["max_version"], issue: `is below min_version, ${least}` }
  })
)

interface Enabling {
  readonly cert?: string
  readonly key?: string
  readonly client_ca?: string
  readonly cert_file?: string
  readonly key_file?: string
  readonly client_ca_file?: string
  readonly client_auth_type?: string
}

/** Whether the pages are served by TLS: one of these keys is there. */
const isEnabled = (tls: Enabling): boolean =>
  [tls.cert, tls.key, tls.client_ca, tls.cert_file, tls.key_file, tls.client_ca_file, tls.client_auth_type].some(
    (value) => value !== undefined
  )

/** Line feeds become blanks, as in Go; Node refuses other control characters. */
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

/** What Go's bcrypt.Cost accepts. A hash whose rest is damaged is accepted there too, and no password fits it. */
const Hash = Schema.String.check(
  Schema.makeFilter((hash) => hash.length >= 59 && /^\$[0-2][^$]?\$(0[4-9]|[12][0-9]|3[01])/.test(hash), {
    expected: "a bcrypt hash, as `htpasswd -nBC 10 USER` makes it"
  })
)

/** Nanoseconds of Go's units of time. */
const goUnits: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  "\u00b5s": 1e3,
  "\u03bcs": 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9
}
const goDuration = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|[\u00b5\u03bc]s|ms|s|m|h)/

/** Milliseconds of a duration of Go (time.ParseDuration), or of a whole number of nanoseconds. */
const parseGoDuration = (text: string): number | undefined => {
  const whole = parseGoInteger(text)
  if (whole !== undefined) return whole / 1e6
  let rest = text.replace(/^[+-]/, "")
  let nanoseconds = 0
  while (rest !== "") {
    const [part] = goDuration.exec(rest) ?? []
    if (part === undefined) return undefined
    const [, number = "", unit = ""] = /^([0-9.]+)(.*)$/.exec(part) ?? []
    nanoseconds += Number(number) * (goUnits[unit] ?? 0)
    rest = rest.slice(part.length)
  }
  if (nanoseconds >= 2 ** 63) return undefined
  return (text.startsWith("-") ? -nanoseconds : nanoseconds) / 1e6
}

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
 * (https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md).
 */
const WebFileSchema = Schema.Struct({
  tls_server_config: Schema.optionalKey(TlsServer),
  http_server_config: Schema.optionalKey(
    // http2 has no effect: pages are served by HTTP/1.1
    Schema.Struct({ http2: optionalBoolean, headers: Schema.optionalKey(Headers) })
  ),
  basic_auth_users: Schema.optionalKey(Schema.Record(Schema.String, Hash)),
  rate_limit: Schema.optionalKey(RateLimit)
}).check(
  Schema.makeFilter(({ tls_server_config: tls = {}, http_server_config: http = {} }) => {
    // Go's HTTP/2 server does not start without one of these (RFC 7540, section 9.2.2)
    const { cipher_suites: chosen = [], min_version: least = "TLS12" } = tls
    const required = ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"]
    const hasHttp2 = booleans[http.http2 ?? "true"] === true
    if (!isEnabled(tls) || !hasHttp2 || chosen.length === 0 || least === "TLS13") return undefined
    return chosen.some((suite) => required.includes(suite))
      ? undefined
      : {
          path: ["tls_server_config", "cipher_suites"],
          issue: `HTTP/2 needs ${required.join(" or ")}; without it set http_server_config.http2: false`
        }
  })
)

/** The file's TLS section. A text wins over nothing, and a file over a text. */
export interface TlsServer {
  readonly cert: string | { readonly file: string }
  readonly key: string | { readonly file: string }
  readonly clientCa: string | { readonly file: string } | undefined
  readonly clientAuth: "none" | "request" | "require" | "verify-if-given" | "verify"
  readonly allowedSans: ReadonlyArray<string> | undefined
  readonly minVersion: keyof typeof versions
  readonly maxVersion: keyof typeof versions
  readonly cipherSuites: ReadonlyArray<keyof typeof suites>
  readonly prefersServerCiphers: boolean
  readonly curves: ReadonlyArray<keyof typeof curves>
}

/** What a web.config.file means. */
export interface WebFile {
  /** Undefined: no TLS. */
  readonly tls: TlsServer | undefined
  readonly headers: Readonly<Record<string, string>>
  /** Bcrypt hashes by user; undefined: no password is needed. */
  readonly users: Readonly<Record<string, string>> | undefined
  /** Requests beyond `burst` are limited to one in `interval` milliseconds. */
  readonly rateLimit: { readonly interval: number; readonly burst: number } | undefined
}

const clientAuth: Readonly<Record<(typeof clientAuthTypes)[number], TlsServer["clientAuth"]>> = {
  NoClientCert: "none",
  RequestClientCert: "request",
  RequireAnyClientCert: "require",
  RequireClientCert: "require",
  VerifyClientCertIfGiven: "verify-if-given",
  RequireAndVerifyClientCert: "verify"
}

const tlsOf = (tls: typeof TlsServer.Type): TlsServer | undefined => {
  if (!isEnabled(tls)) return undefined
  const source = (file: string | undefined, text: string | undefined) => (file === undefined ? text : { file })
  const asked = clientAuthTypes.find((known) => known === tls.client_auth_type) ?? "NoClientCert"
  return {
    cert: source(tls.cert_file, tls.cert) ?? "",
    key: source(tls.key_file, tls.key) ?? "",
    clientCa: source(tls.client_ca_file, tls.client_ca),
    clientAuth: clientAuth[asked],
    allowedSans: tls.client_allowed_sans,
    minVersion: tls.min_version ?? "TLS12",
    maxVersion: tls.max_version ?? "TLS13",
    cipherSuites: tls.cipher_suites ?? [],
    prefersServerCiphers: booleans[tls.prefer_server_cipher_suites ?? "true"] === true,
    curves: tls.curve_preferences ?? []
  }
}

/** A header as Go sends it: UTF-8, and Node takes one character for each byte. */
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

/** Keys whose values are no texts. In quotes they would be. */
const untexts = ["http2", "prefer_server_cipher_suites", "burst", "interval"]

/** Keys for which a text of no characters is a value, and a wrong one. */
const filled = [...untexts, "min_version", "max_version", "X-Frame-Options", "X-Content-Type-Options"]

const nulls = ["", "~", "null", "Null", "NULL"]

/**
 * Sections and keys without a value mean the same as if they were not there; a user without a hash does not, nor does a
 * header that has a fixed set of values.
 */
const withoutBlanks = ({ value: whole, isQuoted }: SourceMap): unknown => {
  const isBlank = (path: KeyPath, key: string, value: unknown) => {
    if (value === null) return true
    if (typeof value !== "string") return false
    if (!isQuoted(path)) return nulls.includes(value) && !/^X-(Frame|Content)/.test(key)
    return value === "" && path.length > 1 && !filled.includes(key)
  }
  const textOf = (path: KeyPath, key: string, value: string) => {
    const isDuration = key === "interval" && value !== "" && parseGoInteger(value) === undefined
    return untexts.includes(key) && !isDuration && isQuoted(path) ? JSON.stringify(value) : value
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

/** The file's meaning, or all of its problems, one line each. */
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
