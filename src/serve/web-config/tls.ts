import { constants, type X509Certificate } from "node:crypto"
import { isIP, isIPv6 } from "node:net"
import { dirname, resolve } from "node:path"
import * as tls from "node:tls"
import * as Effect from "effect/Effect"
import { fileLimits, readFile, type Unreadable } from "../../host/file-reader.ts"
import { type Alert, alerts } from "./tls-alert.ts"
import { curves, suites, type TlsServer, versions } from "./tls-section.ts"

/** The absolute paths of the files of a TLS configuration. Relative paths start at the folder of the configuration. */
export const tlsFiles = (file: string, { cert, key, clientCa }: TlsServer): ReadonlyArray<string> =>
  [cert, key, clientCa].flatMap((source) => (typeof source === "object" ? resolve(dirname(file), source.file) : []))

const read = (file: string, source: string | { readonly file: string }): Effect.Effect<string, Unreadable> =>
  typeof source === "string"
    ? Effect.succeed(source)
    : Effect.map(readFile(resolve(dirname(file), source.file), fileLimits.secret), (bytes) => bytes.toString("utf8"))

const tls13Suites = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]

/** Go always offers the suites of TLS 1.3. OpenSSL has no TLS 1.0 and 1.1 above its security level 0. */
const ciphersOf = ({ cipherSuites, minVersion }: TlsServer): string => {
  const chosen = cipherSuites.map((name) => suites[name])
  const names = chosen.length === 0 ? [tls.DEFAULT_CIPHERS] : [...new Set([...chosen, ...tls13Suites])]
  const isOld = minVersion === "TLS10" || minVersion === "TLS11"
  return [...names, ...(isOld ? ["@SECLEVEL=0"] : [])].join(":")
}

/** A server's options, and whether it has an authority that can verify clients. */
export interface LoadedTls {
  readonly options: tls.TlsOptions
  readonly hasClientAuthority: boolean
}

/** The options of Node's TLS server. Fails if a file cannot be read; dies if OpenSSL refuses them. */
export const loadTls = Effect.fnUntraced(function* (file: string, server: TlsServer) {
  const [cert, key] = yield* Effect.all([read(file, server.cert), read(file, server.key)])
  const authorities = server.clientCa === undefined ? undefined : yield* read(file, server.clientCa)
  const hasClientAuthority = authorities === undefined || authorities.includes("-----BEGIN CERTIFICATE-----")
  const options: tls.TlsOptions = {
    cert,
    key,
    ...(authorities !== undefined && hasClientAuthority && { ca: authorities }),
    minVersion: versions[server.minVersion],
    maxVersion: versions[server.maxVersion],
    honorCipherOrder: server.prefersServerCiphers,
    ciphers: ciphersOf(server),
    // no session is resumed: the current configuration may refuse the client certificate of an old session
    ...(server.clientAuth !== "none" && { secureOptions: constants.SSL_OP_NO_TICKET }),
    ...(server.curves.length > 0 && { ecdhCurve: server.curves.map((name) => curves[name]).join(":") })
  }
  tls.createSecureContext(options)
  return { options, hasClientAuthority } satisfies LoadedTls
})

/** An IP address in its canonical form; any other text as it is. */
const canonical = (text: string): string => {
  if (isIP(text) === 0) return text
  return isIPv6(text) ? new URL(`http://[${text}]/`).hostname : text
}

/**
 * The names of a certificate by which a client may be allowed: DNS, IP address, email and URI (RFC 5280, section
 * 4.2.1.6).
 */
export const namesOf = (subjectAltName: string | undefined): ReadonlyArray<string> => {
  // Node writes a name that has a comma or a quote in it as a JSON string
  const entries = (subjectAltName ?? "").matchAll(/(?:^|, )([^:,]+):("(?:[^"\\]|\\.)*"|[^,]*)/g)
  return [...entries].flatMap(([, kind = "", value = ""]) => {
    if (!["DNS", "IP Address", "email", "URI"].includes(kind)) return []
    const name: string = value.startsWith('"') ? JSON.parse(value) : value
    return kind === "IP Address" ? canonical(name) : name
  })
}

/** Why a client is refused, for the log, and the alert that is sent to it. */
export interface ClientProblem {
  readonly message: string
  readonly alert: Alert
}

/** Why a client is refused for its certificate; undefined if it is accepted. */
export const clientProblem = (
  { clientAuth, allowedSans }: TlsServer,
  { hasClientAuthority }: LoadedTls,
  certificate: X509Certificate | undefined,
  authorized: boolean
): ClientProblem | undefined => {
  if (clientAuth === "none") return undefined
  if (certificate === undefined)
    return clientAuth === "require" || clientAuth === "verify"
      ? { message: "no client certificate", alert: alerts.certificateRequired }
      : undefined
  const verifies = clientAuth === "verify" || clientAuth === "verify-if-given"
  if (verifies && (!authorized || !hasClientAuthority))
    return {
      message: "the client certificate is not valid now, or is not signed by client_ca_file",
      alert: alerts.unknownCa
    }
  if (allowedSans === undefined) return undefined
  const allowed = new Set(allowedSans.map(canonical))
  return namesOf(certificate.subjectAltName).some((name) => allowed.has(name))
    ? undefined
    : { message: "the client certificate has none of client_allowed_sans", alert: alerts.badCertificate }
}
