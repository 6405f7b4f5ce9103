import { readFileSync } from "node:fs"
import type { ConnectionOptions } from "node:tls"

/** The parsed value of `--cluster`: how to connect to the database. */
export interface DatabaseSettings {
  /** Without the parameters of TLS. */
  readonly url: string
  /** The database in messages: user, host and name, without the password. */
  readonly shown: string
  /** Reads the certificates; called for each connection, since they are renewed. */
  readonly tls: () => false | ConnectionOptions
}

/** The supported parameters of libpq's URLs (PostgreSQL, section 34.1.2). */
const parameters = ["host", "port", "user", "dbname", "connect_timeout", "options"]
const tlsParameters = ["sslmode", "sslrootcert", "sslcert", "sslkey"]
const modes = ["disable", "require", "verify-ca", "verify-full"]

const file = (path: string | null) => (path === null ? undefined : readFileSync(path))

/** TLS as in libpq's sslmode: `require` verifies the certificate only if there is a root certificate. */
const tlsOf = (query: URLSearchParams) => () => {
  const mode = query.get("sslmode") ?? "disable"
  if (mode === "disable") return false
  const root = query.get("sslrootcert")
  return {
    ca: file(root),
    cert: file(query.get("sslcert")),
    key: file(query.get("sslkey")),
    rejectUnauthorized: mode !== "require" || root !== null,
    ...(mode !== "verify-full" && { checkServerIdentity: () => undefined })
  }
}

/** Parses the URL of a database. An error does not quote the URL: it may contain a password. */
export const parseDatabaseUrl = (text: string): DatabaseSettings | { readonly problem: string } => {
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text))
    return { problem: "expected a URL such as postgres://poller@db.example.com/poller" }
  const url = new URL(text)
  const query = new URLSearchParams(url.searchParams)
  if (url.password !== "" || query.has("password"))
    return {
      problem:
        "a password in the URL can be read by others: put it in a file and name that with --cluster-password-file"
    }
  for (const name of query.keys()) {
    if (!parameters.includes(name) && !tlsParameters.includes(name))
      return { problem: `unknown parameter ${name}; known are ${[...parameters, ...tlsParameters].join(", ")}` }
  }
  const mode = query.get("sslmode")
  if (mode !== null && !modes.includes(mode)) return { problem: `sslmode=${mode}: expected ${modes.join(", ")}` }
  if (mode === null && tlsParameters.some((name) => query.has(name)))
    return { problem: "certificates need sslmode=verify-full (or verify-ca, require)" }
  for (const name of tlsParameters) url.searchParams.delete(name)
  const host = query.get("host") ?? (url.host || "localhost")
  const user = query.get("user") ?? url.username
  const database = query.get("dbname") ?? url.pathname.slice(1)
  return { url: url.href, shown: `${user === "" ? "" : `${user}@`}${host}/${database}`, tls: tlsOf(query) }
}
