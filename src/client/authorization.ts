import * as Redacted from "effect/Redacted"

/** The value of an Authorization header by RFC 7617. */
export const basic = (username: string, password: Redacted.Redacted): Redacted.Redacted =>
  Redacted.make(`Basic ${Buffer.from(`${username}:${Redacted.value(password)}`).toString("base64")}`)

/** The value of an Authorization header by RFC 6750. */
export const bearer = (token: Redacted.Redacted): Redacted.Redacted => Redacted.make(`Bearer ${Redacted.value(token)}`)
