import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import { basic, bearer } from "./authorization.ts"
import type { Unreachable, UpstreamError } from "./errors.ts"
import { makeToken } from "./oauth2.ts"
import type { Strange } from "./redirect.ts"
import type { Request } from "./request.ts"
import { readSecret } from "./secrets.ts"

/** Header names are the same in any case; in one case they can be told apart. */
export const lowercase = <A>(headers: Readonly<Record<string, A>>): Readonly<Record<string, A>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

/** How a target is told who asks: headers made of secrets, which are read when they are needed. */
export const makeCredentials = (request: Request) => {
  const { auth } = request
  const token = auth?._tag === "OAuth2" ? makeToken(auth) : undefined

  const authorization = (strange: Strange): Effect.Effect<Redacted.Redacted | undefined, UpstreamError> => {
    if (token !== undefined) return Effect.map(token.get(strange), bearer)
    if (auth?._tag === "Basic")
      return Effect.map(readSecret(auth.password), (password) => basic(auth.username, password))
    if (auth?._tag === "Bearer") return Effect.map(readSecret(auth.token), bearer)
    return Effect.undefined
  }

  const fromFiles: Effect.Effect<Readonly<Record<string, Redacted.Redacted>>, Unreachable> = Effect.suspend(() =>
    Effect.all(
      Object.fromEntries(Object.entries(lowercase(request.headersFrom)).map(([name, file]) => [name, readSecret(file)]))
    )
  )

  return {
    headers: Effect.fnUntraced(function* (strange: Strange) {
      const secret = yield* authorization(strange)
      return { ...(yield* fromFiles), ...(secret !== undefined && { authorization: secret }) }
    }),
    /** The upstream refused them: true if there are others to try. */
    renew: () => token?.forget() ?? false
  }
}
