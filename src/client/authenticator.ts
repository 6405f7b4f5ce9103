import type { IncomingMessage } from "node:http"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { makeDigest } from "./digest.ts"
import type { UpstreamError } from "./errors.ts"
import { makeToken } from "./oauth2.ts"
import type { Auth, Request } from "./request.ts"
import type { RequestTrace } from "./request-trace.ts"
import { readHeaderSecret, readSecret } from "./secrets.ts"
import type { Attempt, CrossOrigin } from "./send.ts"

/** Headers whose values may be secrets. The names are in lower case, so that each name occurs once. */
export type SecretHeaders = Readonly<Record<string, Redacted.Redacted>>

/** Header names are the same in any case. */
export const lowercase = <A>(headers: Readonly<Record<string, A>>): Readonly<Record<string, A>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** How the requests of one target are authenticated. */
export interface Authenticator {
  /**
   * The headers for one request. Secrets are read from their files each time. A request for a token gets only what
   * `crossOrigin` has.
   */
  readonly headers: (
    attempt: Pick<Attempt, "url" | "method" | "body">,
    crossOrigin: CrossOrigin,
    trace?: RequestTrace
  ) => Effect.Effect<SecretHeaders, UpstreamError>
  /** Handles a response with status 401. True if the request is worth a second try. */
  readonly refused: (response: IncomingMessage) => boolean
  /**
   * Whether a 401 is a step of the protocol, as in digest authentication: the server has not acted on the request, and
   * sends a challenge. Only then is a request with an unsafe method sent again.
   */
  readonly isChallenged: boolean
  /** The name, for messages, of the request that `headers` may wait for. Undefined if it sends none. */
  readonly step: string | undefined
}

/** A value of Authorization (RFC 7617). */
const basic = (username: string, password: Redacted.Redacted): Redacted.Redacted =>
  Redacted.make(`Basic ${Buffer.from(`${username}:${Redacted.value(password)}`).toString("base64")}`)

/** A value of Authorization (RFC 6750). */
const bearer = (token: Redacted.Redacted): Redacted.Redacted => Redacted.make(`Bearer ${Redacted.value(token)}`)

const authorization = (value: Redacted.Redacted): SecretHeaders => ({ authorization: value })

/** For authentication that never needs a second try. */
const final = { refused: () => false, isChallenged: false, step: undefined }

/** One entry for each kind of authentication. A kind without an entry does not compile. */
const authenticators: { readonly [K in Auth["_tag"]]: (auth: Extract<Auth, { readonly _tag: K }>) => Authenticator } = {
  Basic: ({ username, password }) => ({
    headers: () => Effect.map(readSecret(password), (secret) => authorization(basic(username, secret))),
    ...final
  }),
  Bearer: ({ token }) => ({
    headers: () => Effect.map(readHeaderSecret(token), (secret) => authorization(bearer(secret))),
    ...final
  }),
  Digest: ({ username, password }) => {
    const digest = makeDigest(username)
    return {
      headers: (attempt) =>
        Effect.map(readSecret(password), (secret) => {
          const value = digest.authorization(attempt, secret)
          return value === undefined ? {} : authorization(value)
        }),
      refused: ({ headers }) => digest.challenged(headers["www-authenticate"]),
      isChallenged: true,
      step: undefined
    }
  },
  OAuth2: (auth) => {
    const token = makeToken(auth)
    return {
      headers: (_attempt, crossOrigin, trace) =>
        Effect.map(token.get(crossOrigin, trace), (value) => authorization(bearer(value))),
      refused: () => token.forget(),
      isChallenged: false,
      step: "the token endpoint"
    }
  }
}

const authenticatorOf = <K extends Auth["_tag"]>(auth: Extract<Auth, { readonly _tag: K }>): Authenticator =>
  authenticators[auth._tag as K](auth)

const none: Authenticator = { headers: () => Effect.succeed({}), ...final }

/** The authentication of a target, and its headers from files (`headers_from`). */
export const makeAuthenticator = ({ auth, headersFrom }: Request): Authenticator => {
  const files = Object.entries(lowercase(headersFrom))
  const inner = auth === undefined ? none : authenticatorOf(auth)
  if (files.length === 0) return inner
  const fromFiles = Effect.all(Object.fromEntries(files.map(([name, file]) => [name, readHeaderSecret(file)])))
  return {
    ...inner,
    headers: (attempt, crossOrigin, trace) =>
      Effect.flatMap(fromFiles, (headers) =>
        Effect.map(inner.headers(attempt, crossOrigin, trace), (own) => ({ ...headers, ...own }))
      )
  }
}
