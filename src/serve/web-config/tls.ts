import { readFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import * as tls from "node:tls"
import { curves, suites, type TlsServer, versions } from "./file.ts"

/** The files that a TLS configuration names, absolute; relative ones lie beside the configuration. */
export const tlsFiles = (file: string, { cert_file, key_file, client_ca_file }: TlsServer): ReadonlyArray<string> =>
  [cert_file, key_file, client_ca_file].flatMap((path) => (path === undefined ? [] : resolve(dirname(file), path)))

/**
 * What Node's TLS server takes of it. Throws when a file cannot be read, or key and certificate are none. Exporters take TLS 1.2 as the least
 * when nothing is said.
 */
export const tlsOptions = (file: string, server: TlsServer): tls.TlsOptions => {
  const [cert = "", key = "", ca] = tlsFiles(file, server).map((path) => readFileSync(path, "utf8"))
  const ciphers = server.cipher_suites?.map((name) => suites[name]).join(":")
  const options: tls.TlsOptions = {
    cert,
    key,
    ...(ca !== undefined && { ca }),
    minVersion: versions[server.min_version ?? "TLS12"],
    maxVersion: versions[server.max_version ?? "TLS13"],
    honorCipherOrder: server.prefer_server_cipher_suites ?? true,
    ...(ciphers !== undefined && { ciphers }),
    ...(server.curve_preferences !== undefined && {
      ecdhCurve: server.curve_preferences.map((name) => curves[name]).join(":")
    })
  }
  tls.createSecureContext(options)
  return options
}

/** Why a client's certificate is not enough, or nothing when it is. */
export const clientProblem = (server: TlsServer, socket: tls.TLSSocket): string | undefined => {
  const { client_auth_type: asked = "NoClientCert", client_allowed_sans: sans } = server
  if (asked === "NoClientCert" || asked === "RequestClientCert") return undefined
  const certificate = socket.getPeerCertificate()
  const given = Object.keys(certificate).length > 0
  if (!given) return asked === "VerifyClientCertIfGiven" ? undefined : "a client certificate is needed"
  if (asked !== "RequireAnyClientCert" && !socket.authorized) return "the client certificate is not trusted"
  if (sans === undefined) return undefined
  const names = (certificate.subjectaltname ?? "").split(", ").map((name) => name.slice(name.indexOf(":") + 1))
  return names.some((name) => sans.includes(name)) ? undefined : "the client certificate has none of the allowed names"
}
