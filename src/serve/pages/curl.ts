import * as Duration from "effect/Duration"
import * as Redacted from "effect/Redacted"
import type { Auth, Request, SecretFile } from "../../client/request.ts"

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`

/** A shell expression for the content of the file, to stand in double quotes. */
const contentOf = ({ path }: SecretFile): string => `$(cat ${quote(path)})`

const hidden = "..."

const isFile = (secret: SecretFile | Redacted.Redacted): secret is SecretFile => !Redacted.isRedacted(secret)

const authArguments = (auth: Auth | undefined): ReadonlyArray<string> => {
  if (auth === undefined) return []
  switch (auth._tag) {
    case "Basic":
      return [`--user ${quote(auth.username)}:"${isFile(auth.password) ? contentOf(auth.password) : hidden}"`]
    case "Digest":
      return ["--digest", `--user ${quote(auth.username)}:"${contentOf(auth.password)}"`]
    case "Bearer":
      return [`--header "authorization: Bearer ${contentOf(auth.token)}"`]
    case "OAuth2":
      return [`--header "authorization: Bearer ${hidden}"`]
  }
}

/** A URL without the values of its query, since each may be a secret. */
const withoutValues = (url: URL): string => {
  const names = [...url.searchParams.keys()].map((name) => `${encodeURIComponent(name)}=${hidden}`)
  return `${url.protocol}//${url.host}${url.pathname}${names.length === 0 ? "" : `?${names.join("&")}`}`
}

/**
 * A curl command that sends a target's request. It reads secret files by `$(cat FILE)`. Settings that may contain a
 * secret are `...`.
 */
export const curlLine = (request: Request): string => {
  const { url, socketPath, method, headers, headersFrom, body, followRedirects, timeout, proxy, login, auth, tls } =
    request
  const proxyUrl = proxy === undefined ? undefined : Redacted.value(proxy)
  return [
    "curl --silent --show-error --include",
    `--max-time ${Number(Duration.toSeconds(timeout).toFixed(1))}`,
    ...(method === "GET" ? [] : [`--request ${method}`]),
    ...(followRedirects ? ["--location"] : []),
    "--header 'accept: application/json'",
    ...Object.keys(headers).map((name) => `--header ${quote(`${name}: ${hidden}`)}`),
    ...Object.entries(headersFrom).map(([name, file]) => `--header "${name}: ${contentOf(file)}"`),
    ...authArguments(auth),
    ...Object.keys(login?.login.give.headers ?? {}).map((name) => `--header ${quote(`${name}: ${hidden}`)}`),
    ...(body === undefined ? [] : [`--data ${quote(hidden)}`]),
    ...(tls.caFile === undefined ? [] : [`--cacert ${quote(tls.caFile)}`]),
    ...(tls.certFile === undefined ? [] : [`--cert ${quote(tls.certFile)}`]),
    ...(tls.keyFile === undefined ? [] : [`--key ${quote(tls.keyFile)}`]),
    ...(tls.insecureSkipVerify ? ["--insecure"] : []),
    ...(tls.serverName === undefined || socketPath !== undefined
      ? []
      : [`--connect-to ${quote(`${tls.serverName}:${url.port || "443"}:${url.hostname}:`)}`]),
    ...(socketPath === undefined ? [] : [`--unix-socket ${quote(socketPath)}`]),
    ...(proxyUrl === undefined ? [] : [`--proxy ${quote(`${proxyUrl.protocol}//${proxyUrl.host}`)}`]),
    quote(
      tls.serverName === undefined || socketPath !== undefined
        ? withoutValues(url)
        : withoutValues(
            new URL(url.href.replace(url.host, `${tls.serverName}${url.port === "" ? "" : `:${url.port}`}`))
          )
    )
  ].join(" ")
}
