import * as Duration from "effect/Duration"
import type { Taken } from "./login-session.ts"

/** A session is renewed this long before it expires (milliseconds), a short one after nine tenths of its lifetime. */
const leeway = 10_000

/** The expiry of a JSON Web Token (RFC 7519, section 4.1.4) in epoch seconds; undefined for any other text. */
const jwtExpiry = (text: string): number | undefined => {
  const [, payload, signature] = text.split(".")
  if (payload === undefined || signature === undefined) return undefined
  try {
    const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString())
    const expiry = typeof claims === "object" && claims !== null && "exp" in claims ? claims.exp : undefined
    return typeof expiry === "number" ? expiry : undefined
  } catch {
    return undefined
  }
}

/**
 * Milliseconds until `expires`, which is a number of seconds from now, seconds or milliseconds since 1970, or a date.
 */
const timeUntil = (expires: string, now: number): number | undefined => {
  const number = Number(expires)
  if (expires.trim() === "" || Number.isNaN(number)) {
    const date = Date.parse(expires)
    return Number.isNaN(date) ? undefined : date - now
  }
  if (number < 1e9) return number * 1000
  return (number < 1e11 ? number * 1000 : number) - now
}

/** Milliseconds until a session must be renewed. Undefined if neither `renew` nor the response tells. */
export const lifetimeOf = (taken: Taken, renew: Duration.Duration | undefined, now: number): number | undefined => {
  if (renew !== undefined) return Duration.toMillis(renew)
  const expires = taken.get("expires")
  const tokens = expires === undefined ? [...taken.values()].flatMap((value) => jwtExpiry(value) ?? []) : []
  const left =
    expires === undefined
      ? tokens.length === 0
        ? undefined
        : Math.min(...tokens) * 1000 - now
      : timeUntil(expires, now)
  return left === undefined ? undefined : left - Math.min(leeway, left / 10)
}
