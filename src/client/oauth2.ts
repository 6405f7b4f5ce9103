import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { basic } from "./authorization.ts"
import { BadStatus } from "./errors.ts"
import { type Hop, send } from "./hop.ts"
import type { Strange } from "./redirect.ts"
import type { Auth } from "./request.ts"
import { readSecret } from "./secrets.ts"

type OAuth2 = Extract<Auth, { readonly _tag: "OAuth2" }>

/** RFC 6749, section 5.1; `expires_in` in seconds. */
const Answer = Schema.fromJsonString(
  Schema.Struct({
    access_token: Schema.NonEmptyString,
    // some servers send the number as a string
    expires_in: Schema.optionalKey(Schema.Union([Schema.Finite, Schema.FiniteFromString]))
  })
)

const decode = Schema.decodeUnknownOption(Answer)

/** A token is renewed this long before it expires (milliseconds), a short one after nine tenths, so that it does not expire on its way. */
const leeway = 10_000

/** RFC 6749 makes expires_in optional: then the token is good until the upstream refuses it. */
const lifetime = (seconds: number | undefined) =>
  seconds === undefined ? Number.POSITIVE_INFINITY : seconds * 1000 - Math.min(leeway, seconds * 100)

const maxAnswer = 1_000_000

/** application/x-www-form-urlencoded, as RFC 6749, section 2.3.1, wants client name and secret before they become Basic. */
const form = (text: string) => new URLSearchParams([["", text]]).toString().slice(1)

const ask = Effect.fnUntraced(function* (auth: OAuth2, strange: Strange) {
  const secret = yield* readSecret(auth.clientSecret)
  const parameters = new URLSearchParams({ grant_type: "client_credentials" })
  if (auth.scopes.length > 0) parameters.set("scope", auth.scopes.join(" "))
  const hop: Hop = {
    ...strange,
    url: auth.tokenUrl,
    method: "POST",
    headers: {
      ...strange.headers,
      authorization: basic(form(auth.clientId), Redacted.make(form(Redacted.value(secret)))),
      "content-type": "application/x-www-form-urlencoded"
    },
    body: parameters.toString()
  }
  const { head, body, release } = yield* send(hop, ({ statusCode }) => (statusCode === 200 ? maxAnswer : undefined))
  const status = head.statusCode ?? 0
  if (body === undefined) return yield* new BadStatus({ status, detail: "from the token endpoint" })
  const answer = decode(body.toString())
  release()
  if (Option.isNone(answer))
    return yield* new BadStatus({ status, detail: "the token endpoint's answer has no access_token" })
  return answer.value
})

export type Token = ReturnType<typeof makeToken>

/**
 * The token of one target by the client credentials grant (RFC 6749, section 4.4), asked for when it is first needed and kept until shortly before it
 * expires. A target is polled by one poll at a time, so there is one request for it at a time.
 */
export const makeToken = (auth: OAuth2) => {
  let token: Redacted.Redacted | undefined
  let goodUntil = 0
  return {
    get: Effect.fnUntraced(function* (strange: Strange) {
      const now = yield* Clock.currentTimeMillis
      if (token !== undefined && now < goodUntil) return token
      const answer = yield* ask(auth, strange)
      goodUntil = now + lifetime(answer.expires_in)
      token = Redacted.make(answer.access_token)
      return token
    }),
    /** The upstream refused it: the next one is asked for anew. True if there was one. */
    forget: () => {
      const had = token !== undefined
      token = undefined
      return had
    }
  }
}
