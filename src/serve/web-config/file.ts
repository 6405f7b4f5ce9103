import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { diagnosticOf, formatDiagnostic, sortProblems, withPosition } from "../../config/diagnostics.ts"
import { schemaIssues } from "../../config/schema-issues.ts"
import { parseYaml, type SourceProblem } from "../../config/source-map.ts"

/** Go's names, as the file has them, and Node's. */
export const versions = { TLS10: "TLSv1", TLS11: "TLSv1.1", TLS12: "TLSv1.2", TLS13: "TLSv1.3" } as const

/** Go's names of the suites that are not insecure, and OpenSSL's; those of TLS 1.3 are not configurable there. */
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

const TlsServer = Schema.Struct({
  cert_file: Schema.NonEmptyString,
  key_file: Schema.NonEmptyString,
  client_auth_type: Schema.optionalKey(
    Schema.Literals([
      "NoClientCert",
      "RequestClientCert",
      "RequireAnyClientCert",
      "VerifyClientCertIfGiven",
      "RequireAndVerifyClientCert"
    ])
  ),
  client_ca_file: Schema.optionalKey(Schema.NonEmptyString),
  client_allowed_sans: Schema.optionalKey(Schema.Array(Schema.NonEmptyString)),
  min_version: Schema.optionalKey(oneOf(versions)),
  max_version: Schema.optionalKey(oneOf(versions)),
  cipher_suites: Schema.optionalKey(Schema.Array(oneOf(suites))),
  prefer_server_cipher_suites: Schema.optionalKey(Schema.Boolean),
  curve_preferences: Schema.optionalKey(Schema.Array(oneOf(curves)))
}).check(
  // an authority or a list of names that nobody is held to would pass for protection
  Schema.makeFilter(({ client_ca_file, client_auth_type: asked = "NoClientCert" }) =>
    client_ca_file === undefined || asked !== "NoClientCert"
      ? undefined
      : { path: ["client_ca_file"], issue: "without client_auth_type no client is asked for a certificate" }
  ),
  Schema.makeFilter(({ client_allowed_sans: sans = [], client_auth_type: asked = "NoClientCert" }) =>
    sans.length === 0 || asked === "RequireAnyClientCert" || asked === "RequireAndVerifyClientCert"
      ? undefined
      : {
          path: ["client_allowed_sans"],
          issue: "needs client_auth_type RequireAnyClientCert or RequireAndVerifyClientCert"
        }
  ),
  Schema.makeFilter(({ min_version: least = "TLS12", max_version: most = "TLS13" }) =>
    least <= most ? undefined : { path: ["max_version"], issue: `is below min_version, ${least}` }
  )
)

const header = Schema.optionalKey(Schema.String)

const Headers = Schema.Struct({
  "Content-Security-Policy": header,
  "X-Frame-Options": header,
  "X-Content-Type-Options": header,
  "X-XSS-Protection": header,
  "Strict-Transport-Security": header
})

const Hash = Schema.String.check(
  Schema.isPattern(/^\$2[aby]\$(0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}$/u, {
    expected: "a bcrypt hash, as `htpasswd -nBC 10 USER` makes it"
  })
)

/**
 * The `web.config.file` that Prometheus' exporters share
 * (https://github.com/prometheus/exporter-toolkit/blob/master/docs/web-configuration.md).
 */
const WebFile = Schema.Struct({
  tls_server_config: Schema.optionalKey(TlsServer),
  http_server_config: Schema.optionalKey(
    Schema.Struct({
      // taken, and without effect: there is no HTTP/2 to turn off
      http2: Schema.optionalKey(Schema.Boolean),
      headers: Schema.optionalKey(Headers)
    })
  ),
  basic_auth_users: Schema.optionalKey(Schema.Record(Schema.NonEmptyString, Hash))
})

export type WebFile = typeof WebFile.Type
export type TlsServer = typeof TlsServer.Type

/** The file's meaning, or all of its problems, a line each. */
export const parse = (file: string, text: string): Result.Result<WebFile, ReadonlyArray<string>> => {
  const lines = (problems: ReadonlyArray<SourceProblem>) =>
    problems.map((problem) => formatDiagnostic(diagnosticOf(file, problem)))
  const source = parseYaml(text)
  if (Result.isFailure(source)) return Result.fail(lines(source.failure))
  const value = source.success.value ?? {}
  const issues = schemaIssues(WebFile, value).map((issue) => withPosition(source.success, issue))
  const problems = sortProblems([...source.success.duplicates, ...issues])
  return problems.length > 0
    ? Result.fail(lines(problems))
    : Schema.decodeUnknownResult(WebFile)(value).pipe(Result.mapError(({ message }) => [`${file}: ${message}`]))
}
