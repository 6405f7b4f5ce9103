import * as Schema from "effect/Schema"
import { GoBoolean, parseGoBoolean } from "./go-values.ts"

/** TLS versions: Go's names, and Node's names. */
export const versions = { TLS10: "TLSv1", TLS11: "TLSv1.1", TLS12: "TLSv1.2", TLS13: "TLSv1.3" } as const

/** The secure cipher suites: Go's names (tls.CipherSuites), and OpenSSL's names. */
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

const clientAuthTypes = [
  "NoClientCert",
  "RequestClientCert",
  "RequireAnyClientCert",
  // an old name of the one before
  "RequireClientCert",
  "VerifyClientCertIfGiven",
  "RequireAndVerifyClientCert"
] as const

/** The section `tls_server_config`. All of its scalars are text. */
export const TlsSection = Schema.Struct({
  cert: Schema.optionalKey(Schema.String),
  key: Schema.optionalKey(Schema.String),
  client_ca: Schema.optionalKey(Schema.String),
  cert_file: Schema.optionalKey(Schema.String),
  key_file: Schema.optionalKey(Schema.String),
  client_ca_file: Schema.optionalKey(Schema.String),
  client_auth_type: Schema.optionalKey(Schema.String),
  client_allowed_sans: Schema.optionalKey(Schema.Array(Schema.String)),
  min_version: Schema.optionalKey(oneOf(versions)),
  max_version: Schema.optionalKey(oneOf(versions)),
  cipher_suites: Schema.optionalKey(Schema.Array(oneOf(suites))),
  prefer_server_cipher_suites: Schema.optionalKey(GoBoolean),
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

/** Whether the pages are served by TLS: at least one of these keys is set. */
export const isEnabled = (tls: Enabling): boolean =>
  [tls.cert, tls.key, tls.client_ca, tls.cert_file, tls.key_file, tls.client_ca_file, tls.client_auth_type].some(
    (value) => value !== undefined
  )

/** The TLS section. Where a text and a file are set, such as `cert` and `cert_file`, the file is used. */
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

const clientAuth: Readonly<Record<(typeof clientAuthTypes)[number], TlsServer["clientAuth"]>> = {
  NoClientCert: "none",
  RequestClientCert: "request",
  RequireAnyClientCert: "require",
  RequireClientCert: "require",
  VerifyClientCertIfGiven: "verify-if-given",
  RequireAndVerifyClientCert: "verify"
}

export const tlsOf = (tls: typeof TlsSection.Type): TlsServer | undefined => {
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
    prefersServerCiphers: parseGoBoolean(tls.prefer_server_cipher_suites ?? "true") === true,
    curves: tls.curve_preferences ?? []
  }
}
