import { createHmac, randomBytes, timingSafeEqual } from "node:crypto"
import { compare } from "bcryptjs"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"

const costOf = (hash: string) => Number(hash.slice(4, 6))

/** Of a user that does not exist: refusing one takes as long as refusing a wrong password of the user whose hash costs most. */
const nobody = (users: Readonly<Record<string, string>>): string => {
  const cost = Math.max(...Object.values(users).map(costOf), 4)
  return `$2y$${String(cost).padStart(2, "0")}$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi`
}

const separate = (credentials: string): readonly [user: string, password: string] => {
  const colon = credentials.indexOf(":")
  return colon < 0 ? [credentials, ""] : [credentials.slice(0, colon), credentials.slice(colon + 1)]
}

/**
 * Checks `Authorization: Basic` (RFC 7617) against bcrypt hashes by user. A pair that was right is remembered by a keyed digest, never itself, so that a
 * scrape does not cost the tenth of a second that bcrypt is meant to cost; one hash is computed at a time, so that guessing cannot fill the machine.
 */
export const makePasswords = Effect.gen(function* () {
  const key = randomBytes(32)
  const one = yield* Semaphore.make(1)
  /** By user, the digest of the hash and the password that fits it. */
  const good = new Map<string, Buffer>()

  return Effect.fnUntraced(function* (users: Readonly<Record<string, string>>, authorization: string | undefined) {
    const [, encoded] = /^basic +(\S+)$/i.exec(authorization ?? "") ?? []
    if (encoded === undefined) return false
    const [user, password] = separate(Buffer.from(encoded, "base64").toString("utf8"))
    const known = Object.hasOwn(users, user)
    const hash = (known ? users[user] : undefined) ?? nobody(users)
    const digest = createHmac("sha256", key)
      .update(JSON.stringify([user, hash, password]))
      .digest()
    const remembered = good.get(user)
    if (remembered !== undefined && timingSafeEqual(remembered, digest)) return true
    const right = yield* one.withPermits(1)(Effect.promise(() => compare(password, hash)))
    if (!known || !right) return false
    good.set(user, digest)
    return true
  })
})
