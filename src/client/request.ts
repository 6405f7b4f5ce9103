import type * as Duration from "effect/Duration"
import type * as Redacted from "effect/Redacted"
import type { Login } from "./login-session.ts"
import type { Pages } from "./pages.ts"

/** A file that holds a secret, read for every request, so that a new content counts at once. */
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

/** What is asked of a target at every poll, and the bounds of its answer. */
export interface Request {
  /** http or https, without user and password: those are `auth`. */
  readonly url: URL
  /** The unix socket to connect to, in place of the URL's host. */
  readonly socketPath: string | undefined
  readonly method: string
  /** Any of them may be a secret. */
  readonly headers: Readonly<Record<string, Redacted.Redacted>>
  readonly headersFrom: Readonly<Record<string, SecretFile>>
  readonly body: Redacted.Redacted | undefined
  /** The URL, the headers and the body of one poll, where there are times in them. */
  readonly render: ((now: number) => Pick<Request, "url" | "headers" | "body">) | undefined
  /** Ranges of status codes, both ends included. */
  readonly acceptStatus: ReadonlyArray<{ readonly from: number; readonly to: number }>
  readonly followRedirects: boolean
  /** Bytes of the answer after decompression. */
  readonly maxBody: number
  /** For all of it: connect, headers, body, redirects and a token that is asked for on the way. */
  readonly timeout: Duration.Duration
  /** May hold a password; without it the usual environment variables hold. */
  /** The session that the requests belong to. A login that failed is tried again after the interval at the earliest. */
  readonly login: { readonly login: Login; readonly interval: Duration.Duration } | undefined
  /** Undefined: one response is all of it. */
  readonly pages: Pages | undefined
  readonly proxy: Redacted.Redacted<URL> | undefined
  readonly auth: Auth | undefined
  readonly tls: Tls
}

/** The request for a URL of which nothing else is said. */
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
