import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import type { Details } from "./details.ts"
import type { Login } from "./login-session.ts"
import type { Pages } from "./pages.ts"

/** A file with a secret. It is read for every request, so that new content is used at once. */
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
      /** More parameters of the request for a token, such as `audience`. */
      readonly parameters: Readonly<Record<string, string>>
    }

/** TLS towards a target; the files are PEM, with absolute paths. */
export interface Tls {
  readonly caFile: string | undefined
  readonly certFile: string | undefined
  readonly keyFile: string | undefined
  readonly serverName: string | undefined
  readonly insecureSkipVerify: boolean
}

/** The request of every poll of a target, and the limits of its response. */
export interface Request {
  /** http or https, without user and password: those are `auth`. */
  readonly url: URL
  /** The unix socket to connect to, instead of the host of the URL. */
  readonly socketPath: string | undefined
  readonly method: string
  /** Any of them may be a secret. */
  readonly headers: Readonly<Record<string, Redacted.Redacted>>
  readonly headersFrom: Readonly<Record<string, SecretFile>>
  readonly body: Redacted.Redacted | undefined
  /** Renders the URL, headers and body of one poll, if they contain times. */
  readonly render: ((now: number) => Pick<Request, "url" | "headers" | "body">) | undefined
  /** Ranges of status codes, both ends included. */
  readonly acceptStatus: ReadonlyArray<{ readonly from: number; readonly to: number }>
  readonly followRedirects: boolean
  /** Bytes of the response after decompression. */
  readonly maxBody: number
  /** For the whole exchange: connecting, headers, body, redirects, and the request for a token. */
  readonly timeout: Duration.Duration
  /** May hold a password; without it the usual environment variables hold. */
  /** The session that the requests belong to. A login that failed is tried again after the interval at the earliest. */
  readonly login: { readonly login: Login; readonly interval: Duration.Duration } | undefined
  /** Undefined: there is only one page. */
  readonly pages: Pages | undefined
  /** The documents that the rows of the response need; undefined if they need none. */
  readonly details?: Details | undefined
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
