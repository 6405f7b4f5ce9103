import type * as Duration from "effect/Duration"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import type { Auth, Request, SecretFile } from "../client/request.ts"
import { authOf } from "./schema/auth.ts"
import type { ResolvedTarget } from "./target.ts"

const secretFile = (path: string): SecretFile => ({ path })

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a % that starts no escape
  }
}

/** `user:password@` in a URL means basic authentication, as in browsers and curl. */
const userOf = ({ username, password }: URL): Auth | undefined =>
  username === "" && password === ""
    ? undefined
    : {
        _tag: "Basic",
        username: decoded(username),
        password: Redacted.make(decoded(password))
      }

const withoutUser = (url: URL): URL => {
  const bare = new URL(url)
  bare.username = ""
  bare.password = ""
  return bare
}

/** The request of every poll of a target. */
export const requestOf = (target: ResolvedTarget, timeout: Duration.Duration): Request => ({
  url: withoutUser(target.url),
  socketPath: undefined,
  method: target.method,
  headers: target.headers ?? {},
  headersFrom: Record.map(target.headers_from ?? {}, secretFile),
  body: target.body,
  acceptStatus: target.accept_status,
  followRedirects: target.follow_redirects,
  maxBody: target.max_body,
  timeout,
  proxy: target.proxy && Redacted.make(target.proxy),
  auth: target.auth === undefined ? userOf(target.url) : authOf(target.auth),
  tls: {
    caFile: target.tls?.ca_file,
    certFile: target.tls?.cert_file,
    keyFile: target.tls?.key_file,
    serverName: target.tls?.server_name,
    insecureSkipVerify: target.tls?.insecure_skip_verify ?? false
  }
})
