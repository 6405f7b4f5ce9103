import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import type { Details } from "./details.ts"
import type { Login } from "./login-session.ts"
import type { Pages } from "./pages.ts"

/** A file with a secret. It is read for each request, so that new content is used at once. */
export interface SecretFile {
  /** Absolute. */
  readonly path: string
}

/** How a target authenticates poller. */
export type Auth =
  | { readonly _tag: "Basic"; readonly username: string; readonly password: SecretFile | Redacted.Redacted }
  | { readonly _tag: "Digest"; readonly username: string; readonly password: SecretFile }
  | { readonly _tag: "Bearer"; readonly token: SecretFile }
  | {
      readonly _tag: "OAuth2"
      readonly tokenUrl: URL
      readonly clientId: string
      readonly clientSecret: SecretFile | undefined
      readonly scopes: ReadonlyArray<string>
      readonly grant:
        | { readonly _tag: "ClientCredentials" }
        | { readonly _tag: "Password"; readonly username: string; readonly password: SecretFile }
      /** Further parameters of the token request, such as `audience`. */
      readonly parameters: Readonly<Record<string, string>>
    }

/** TLS settings for a target. The files are PEM, with absolute paths. */
export interface Tls {
  readonly caFile: string | undefined
  readonly certFile: string | undefined
  readonly keyFile: string | undefined
  readonly serverName: string | undefined
  readonly insecureSkipVerify: boolean
}

/** The request of every poll of a target, and the limits of its response. */
export interface Request {
  /** Without user and password, which are in `auth`. */
  readonly url: URL
  /** The Unix socket to connect to, instead of the host of the URL. */
  readonly socketPath: string | undefined
  readonly method: string
  /** Values may be secrets. */
  readonly headers: Readonly<Record<string, Redacted.Redacted>>
  readonly headersFrom: Readonly<Record<string, SecretFile>>
  readonly body: Redacted.Redacted | undefined
  /** Renders the URL, headers and body for `now` (epoch milliseconds). Undefined if they contain no time. */
  readonly render: ((now: number) => Pick<Request, "url" | "headers" | "body">) | undefined
  /** Ranges of status codes, both ends included. */
  readonly acceptStatus: ReadonlyArray<{ readonly from: number; readonly to: number }>
  readonly followRedirects: boolean
  /** Bytes of the response after decompression. */
  readonly maxBody: number
  /** For the whole exchange: connecting, headers, body, redirects, and the request for a token. */
  readonly timeout: Duration.Duration
  /** The login whose session the requests use. A failed login is tried again after `interval` at the earliest. */
  readonly login: { readonly login: Login; readonly interval: Duration.Duration } | undefined
  /** Undefined if the response has only one page. */
  readonly pages: Pages | undefined
  /** Undefined if the rows of the response need no further documents. */
  readonly details?: Details | undefined
  /** May contain a password. Undefined: the usual environment variables name the proxy. */
  readonly proxy: Redacted.Redacted<URL> | undefined
  readonly auth: Auth | undefined
  readonly tls: Tls
}

/** A GET request with the default settings. */
export const get = (url: URL, timeout: Duration.Duration): Request => ({
  url,
  socketPath: undefined,
  method: "GET",
  headers: {},
  headersFrom: {},
  body: undefined,
  render: undefined,
  acceptStatus: [{ from: 200, to: 299 }],
  followRedirects: true,
  maxBody: 16_000_000,
  timeout,
  login: undefined,
  pages: undefined,
  proxy: undefined,
  auth: undefined,
  tls: { caFile: undefined, certFile: undefined, keyFile: undefined, serverName: undefined, insecureSkipVerify: false }
})
