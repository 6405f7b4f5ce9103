import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { BadStatus, TooLarge } from "./errors.ts"
import { monotonic } from "./monotonic.ts"
import type { Auth } from "./request.ts"
import type { RequestTrace } from "./request-trace.ts"
import { readSecret } from "./secrets.ts"
import { badStatus, type CrossOrigin, send } from "./send.ts"

type OAuth2 = Extract<Auth, { readonly _tag: "OAuth2" }>

/**
 * A token is renewed this long before it expires (milliseconds), a short-lived one after nine tenths of its lifetime,
 * so that it does not expire during a request.
 */
const leeway = 10_000

/** Milliseconds. expires_in is optional (RFC 6749): without it, a token is used until the upstream refuses it. */
const lifetime = (seconds: number | undefined) =>
  seconds === undefined ? Number.POSITIVE_INFINITY : seconds * 1000 - Math.min(leeway, seconds * 100)

const maxResponse = 1_000_000

/** The statuses for a wrong user or password (RFC 6749, section 5.2). */
const refused: ReadonlyArray<number> = [400, 401, 403]

/** Milliseconds until a refused password is tried again: after the first refusal, and at most. */
const firstPause = 30_000
const maxPause = 900_000

/**
 * Encodes text as application/x-www-form-urlencoded. RFC 6749, section 2.3.1, requires this for the client's id and
 * secret in Basic authentication.
 */
const form = (text: string) => new URLSearchParams([["", text]]).toString().slice(1)

/** The codes of RFC 6749, section 5.2. No other text of an error is shown, since it may be a secret. */
const errorCodes: ReadonlySet<unknown> = new Set([
  "invalid_request",
  "invalid_client",
  "invalid_grant",
  "unauthorized_client",
  "unsupported_grant_type",
  "invalid_scope"
])

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** Parses a JSON object, with or without a byte order mark. Undefined if the body is something else. */
const objectOf = (body: Buffer) => {
  try {
    const value: unknown = JSON.parse(body.toString().replace(/^\ufeff/, ""))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

/** A number, or a number in a string, which some servers send. Undefined for anything else. */
const secondsOf = (value: unknown): number | undefined => {
  const seconds = typeof value === "string" && value.trim() !== "" ? Number(value) : value
  return typeof seconds === "number" && Number.isFinite(seconds) ? seconds : undefined
}

const parametersOf = Effect.fnUntraced(function* (auth: OAuth2) {
  const parameters = new URLSearchParams()
  parameters.set("grant_type", auth.grant._tag === "Password" ? "password" : "client_credentials")
  if (auth.grant._tag === "Password") {
    parameters.set("username", auth.grant.username)
    parameters.set("password", Redacted.value(yield* readSecret(auth.grant.password)))
  }
  if (auth.scopes.length > 0) parameters.set("scope", auth.scopes.join(" "))
  for (const [name, value] of Object.entries(auth.parameters)) parameters.set(name, value)
  return parameters
})

const requestToken = Effect.fnUntraced(function* (auth: OAuth2, crossOrigin: CrossOrigin) {
  const parameters = yield* parametersOf(auth)
  const headers: Record<string, Redacted.Redacted | string> = {
    ...crossOrigin.headers,
    "content-type": "application/x-www-form-urlencoded"
  }
  // a public client has no secret and sends its id in the body (RFC 6749, section 2.3.1)
  if (auth.clientSecret === undefined) parameters.set("client_id", auth.clientId)
  else {
    const secret = Redacted.value(yield* readSecret(auth.clientSecret))
    const credentials = Buffer.from(`${form(auth.clientId)}:${form(secret)}`).toString("base64")
    headers.authorization = Redacted.make(`Basic ${credentials}`)
  }
  const { head, body, release } = yield* send(
    { ...crossOrigin, url: auth.tokenUrl, method: "POST", headers, body: Redacted.make(parameters.toString()) },
    ({ statusCode = 0 }) => (statusCode === 200 || (statusCode >= 400 && statusCode < 500) ? maxResponse : undefined)
  ).pipe(
    Effect.catchTag("TooLarge", ({ limit }) =>
      Effect.fail(new TooLarge({ limit, detail: "the token endpoint's response is longer than 1 MB" }))
    )
  )
  const status = head.statusCode ?? 0
  const found = body === undefined ? undefined : objectOf(body)
  release()
  if (status !== 200) {
    const code = errorCodes.has(found?.error) ? `: ${found?.error}` : ""
    return yield* badStatus(head, `from the token endpoint${code}`)
  }
  if (found === undefined)
    return yield* new BadStatus({ status, detail: "the token endpoint's response is not a JSON object" })
  const { access_token: token, expires_in: seconds } = found
  if (typeof token !== "string" || token === "")
    return yield* new BadStatus({ status, detail: "the token endpoint's response has no access_token" })
  return { token: Redacted.make(token), milliseconds: lifetime(secondsOf(seconds)) }
})

/**
 * The token of one target (RFC 6749, sections 4.3 and 4.4), requested when it is first needed and kept until shortly
 * before it expires. A target has one poll at a time, so there is one request for the token at a time.
 */
export const makeToken = (auth: OAuth2) => {
  let token: Redacted.Redacted | undefined
  let validUntil = 0
  let refusals = 0
  let refusal: { readonly error: BadStatus; readonly until: number; readonly password: string | undefined } | undefined
  const password =
    auth.grant._tag === "Password" ? Effect.map(readSecret(auth.grant.password), Redacted.value) : Effect.undefined

  /** After each refusal of a password the pause doubles, since servers lock accounts. */
  const pauseAfter = Effect.fnUntraced(function* (error: BadStatus) {
    if (auth.grant._tag !== "Password" || !refused.includes(error.status)) return
    const until = (yield* monotonic) + Math.min(maxPause, firstPause * 2 ** refusals)
    refusal = { error, until, password: yield* password }
    refusals++
  })

  return {
    get: Effect.fnUntraced(function* (crossOrigin: CrossOrigin, trace?: RequestTrace) {
      const now = yield* monotonic
      if (token !== undefined && now < validUntil) return token
      if (refusal !== undefined && now < refusal.until && refusal.password === (yield* password)) {
        const { error, until } = refusal
        const left = Duration.format(Duration.seconds(Math.ceil((until - now) / 1000)))
        return yield* new BadStatus({ status: error.status, detail: `${error.detail}; the next try is in ${left}` })
      }
      const received = yield* Effect.tapErrorTag(requestToken(auth, crossOrigin), "BadStatus", pauseAfter)
      refusals = 0
      refusal = undefined
      validUntil = now + received.milliseconds
      token = received.token
      trace?.logins.push("the token endpoint")
      return received.token
    }),
    /** The upstream refused the token. True if there was one: a new one is worth a try. */
    forget: () => {
      const had = token !== undefined
      token = undefined
      return had
    }
  }
}
