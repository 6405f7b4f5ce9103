import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { basic, bearer } from "./authorization.ts"
import type { UpstreamError } from "./errors.ts"
import { makeToken, type Token } from "./oauth2.ts"
import type { Strange } from "./redirect.ts"
import type { Request } from "./request.ts"
import { readSecret } from "./secrets.ts"

/** Header names are the same in any case; in one case they can be told apart. */
export const lowercase = <A>(headers: Readonly<Record<string, A>>): Readonly<Record<string, A>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const authorization = (
  { auth }: Request,
  token: Token | undefined,
  strange: Strange
): Effect.Effect<Redacted.Redacted | undefined, UpstreamError> => {
  if (token !== undefined) return Effect.map(token.get(strange), bearer)
  if (auth?._tag === "Basic") return Effect.map(readSecret(auth.password), (password) => basic(auth.username, password))
  if (auth?._tag === "Bearer") return Effect.map(readSecret(auth.token), bearer)
  return Effect.undefined
}

const headersOf = Effect.fnUntraced(function* (request: Request, token: Token | undefined, strange: Strange) {
  const secret = yield* authorization(request, token, strange)
  const files = Object.entries(lowercase(request.headersFrom))
  const fromFiles = yield* Effect.all(Object.fromEntries(files.map(([name, file]) => [name, readSecret(file)])))
  return { ...fromFiles, ...(secret !== undefined && { authorization: secret }) }
})

/** How a target is told who asks. */
export interface Credentials {
  /** Headers made of secrets, which are read when they are needed. */
  readonly headers: (strange: Strange) => Effect.Effect<Readonly<Record<string, Redacted.Redacted>>, UpstreamError>
  /** The upstream refused them: true if there are others to try. */
  readonly renew: () => boolean
}

/** Those of the many targets that have none. */
const none: Credentials = { headers: () => Effect.succeed({}), renew: () => false }

export const makeCredentials = (request: Request): Credentials => {
  const { auth, headersFrom } = request
  if (auth === undefined && Object.keys(headersFrom).length === 0) return none
  const token = auth?._tag === "OAuth2" ? makeToken(auth) : undefined
  return {
    headers: (strange) => headersOf(request, token, strange),
    renew: () => token?.forget() ?? false
  }
}
