import type * as Duration from "effect/Duration"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import type { Auth, Request, SecretFile } from "../client/request.ts"
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

const authOf = ({ auth, url }: ResolvedTarget): Auth | undefined => {
  const { basic, bearer_token_file, oauth2 } = auth ?? {}
  if (basic) return { _tag: "Basic", username: basic.username, password: secretFile(basic.password_file) }
  if (bearer_token_file) return { _tag: "Bearer", token: secretFile(bearer_token_file) }
  if (!oauth2) return userOf(url)
  return {
    _tag: "OAuth2",
    tokenUrl: oauth2.token_url,
    clientId: oauth2.client_id,
    clientSecret: secretFile(oauth2.client_secret_file),
    scopes: oauth2.scopes ?? []
  }
}

/** The request of every poll of a target. */
export const requestOf = (target: ResolvedTarget, timeout: Duration.Duration): Request => ({
  url: withoutUser(target.url),
  method: target.method,
  headers: target.headers ?? {},
  headersFrom: Record.map(target.headers_from ?? {}, secretFile),
  body: target.body,
  acceptStatus: target.accept_status,
  followRedirects: target.follow_redirects,
  maxBody: target.max_body,
  timeout,
  proxy: target.proxy && Redacted.make(target.proxy),
  auth: authOf(target),
  tls: {
    caFile: target.tls?.ca_file,
    certFile: target.tls?.cert_file,
    keyFile: target.tls?.key_file,
    serverName: target.tls?.server_name,
    insecureSkipVerify: target.tls?.insecure_skip_verify ?? false
  }
})
