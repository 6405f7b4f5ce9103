import type * as Duration from "effect/Duration"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import type { Auth, Request, SecretFile } from "../client/request.ts"
import { timeTemplate, urlTemplate } from "../client/time-template.ts"
import { pagesOf } from "./response-pages.ts"
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

type Parameters = NonNullable<ResolvedTarget["params"]>

const encoded = (text: string) => encodeURIComponent(text)

/** Encodes everything except times such as `{now-5m}`. They are encoded when they are rendered. */
const encodedAround = (text: string) =>
  text
    .split(/(\{now(?=[}:+-])[^}]*\})/)
    .map((part, index) => (index % 2 === 0 ? encoded(part) : part))
    .join("")

/** The URL with query parameters appended. */
const withParameters = (url: URL, parameters: Parameters): URL => {
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${encoded(name)}=${encodedAround(String(one))}`)
  )
  if (pairs.length === 0) return url
  const whole = new URL(url)
  whole.search = [...(url.search === "" ? [] : [url.search.slice(1)]), ...pairs].join("&")
  return whole
}

/** The function that renders the request for the time of a poll; undefined if the request contains no times. */
const renderOf = (url: URL, { headers = {}, body, timezone = "UTC" }: ResolvedTarget): Request["render"] => {
  const address = urlTemplate(url, timezone)
  const lines = Object.entries(headers).map(
    ([name, value]) => [name, value, timeTemplate(Redacted.value(value), timezone)] as const
  )
  const content = body && timeTemplate(Redacted.value(body), timezone)
  const parts = [address, content, ...lines.map(([, , template]) => template)]
  if (parts.every((template) => template === undefined)) return undefined
  return (now) => ({
    url: address === undefined ? url : new URL(address.render(now)),
    headers: Object.fromEntries(
      lines.map(([name, value, template]) => [name, template ? Redacted.make(template.render(now)) : value])
    ),
    body: content ? Redacted.make(content.render(now)) : body
  })
}

/** The URL and the socket path of a request. `http+unix:///SOCKET:/PATH` has both in one path. */
export const addressOf = (url: URL): Pick<Request, "url" | "socketPath"> => {
  if (url.protocol !== "http+unix:") return { url, socketPath: undefined }
  const colon = url.pathname.indexOf(":")
  const socketPath = decoded(url.pathname.slice(0, colon))
  return { url: new URL(url.pathname.slice(colon + 1) + url.search, "http://localhost"), socketPath }
}

/** The request of every poll of a target. */
export const requestOf = (target: ResolvedTarget, timeout: Duration.Duration, login?: Request["login"]): Request => {
  const { url: address, socketPath } = addressOf(withoutUser(target.url))
  const url = withParameters(address, target.params ?? {})
  return {
    url,
    render: renderOf(url, target),
    socketPath,
    method: target.method,
    headers: target.headers ?? {},
    headersFrom: Record.map(target.headers_from ?? {}, secretFile),
    body: target.body,
    acceptStatus: target.accept_status,
    followRedirects: target.follow_redirects,
    maxBody: target.max_body,
    timeout,
    login,
    pages: target.pages && pagesOf(target.pages, target.format ?? "json"),
    proxy: target.proxy && Redacted.make(target.proxy),
    auth: target.auth === undefined ? userOf(target.url) : authOf(target.auth),
    tls: {
      caFile: target.tls?.ca_file,
      certFile: target.tls?.cert_file,
      keyFile: target.tls?.key_file,
      serverName: target.tls?.server_name,
      insecureSkipVerify: target.tls?.insecure_skip_verify ?? false
    }
  }
}
