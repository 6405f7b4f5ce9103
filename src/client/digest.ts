import { createHash, randomBytes } from "node:crypto"
import * as Redacted from "effect/Redacted"
import type { Attempt } from "./send.ts"

/** A challenge of RFC 9110, section 11.6.1. Names of schemes and parameters are in lower case. */
interface Challenge {
  readonly scheme: string
  readonly parameters: ReadonlyMap<string, string>
}

const parameter = /[\s,]*([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/y
const scheme = /[\s,]*([\w!#$%&'*+.^`|~-]+)(?=[\s,]|$)/y

/** The challenges of a WWW-Authenticate header, up to the first syntax error. */
export const challenges = (header: string): ReadonlyArray<Challenge> => {
  const found: Array<Challenge> = []
  let at = 0
  const take = (pattern: RegExp) => {
    pattern.lastIndex = at
    const match = pattern.exec(header)
    if (match !== null) at = pattern.lastIndex
    return match
  }
  for (;;) {
    const name = take(scheme)?.[1]
    if (name === undefined) return found
    const parameters = new Map<string, string>()
    found.push({ scheme: name.toLowerCase(), parameters })
    for (let match = take(parameter); match !== null; match = take(parameter)) {
      const [, key = "", quoted, plain = ""] = match
      parameters.set(key.toLowerCase(), quoted === undefined ? plain : quoted.replace(/\\(.)/g, "$1"))
    }
  }
}

/** The hash functions of RFC 7616, section 3.3, by their names in OpenSSL, the strongest first. */
const algorithms = new Map([
  ["SHA-512-256", "sha512-256"],
  ["SHA-256", "sha256"],
  ["MD5", "md5"]
])

/** A digest challenge that poller supports. */
interface Digest {
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | undefined
  /** Undefined if the server follows RFC 2069, which has no qop. */
  readonly qop: "auth" | "auth-int" | undefined
  /** The spelling of the server. Undefined means MD5. */
  readonly algorithm: string | undefined
  readonly hash: string
  readonly isSession: boolean
  readonly isStale: boolean
}

const digestOf = ({ scheme, parameters }: Challenge): Digest | undefined => {
  const nonce = parameters.get("nonce")
  const algorithm = parameters.get("algorithm")
  const isSession = /-sess$/i.test(algorithm ?? "")
  const hash = algorithms.get((algorithm ?? "MD5").replace(/-sess$/i, "").toUpperCase())
  if (scheme !== "digest" || nonce === undefined || hash === undefined) return undefined
  const offered = parameters
    .get("qop")
    ?.toLowerCase()
    .split(/[\s,]+/)
  const qop = offered === undefined ? undefined : (["auth", "auth-int"] as const).find((name) => offered.includes(name))
  if (offered !== undefined && qop === undefined) return undefined
  const isStale = parameters.get("stale")?.toLowerCase() === "true"
  const realm = parameters.get("realm") ?? ""
  return { realm, nonce, opaque: parameters.get("opaque"), qop, algorithm, hash, isSession, isStale }
}

const strength = ({ hash }: Digest) => [...algorithms.values()].indexOf(hash)

const quoted = (text: string) => `"${text.replace(/["\\]/g, "\\$&")}"`

const bodyText = (body: Attempt["body"]) => (Redacted.isRedacted(body) ? Redacted.value(body) : (body ?? ""))

/**
 * Digest authentication (RFC 7616) of one target. Keeps the last challenge of the server, and counts its uses (`nc`).
 */
export const makeDigest = (username: string) => {
  let current: Digest | undefined
  let count = 0

  return {
    /** The value of Authorization for a request; undefined before the first challenge. */
    authorization: (
      { url, method, body }: Pick<Attempt, "url" | "method" | "body">,
      password: Redacted.Redacted
    ): Redacted.Redacted | undefined => {
      if (current === undefined) return undefined
      const { realm, nonce, opaque, qop, algorithm, hash, isSession } = current
      const digest = (...parts: ReadonlyArray<string>) => createHash(hash).update(parts.join(":")).digest("hex")
      const uri = url.pathname + url.search
      const cnonce = randomBytes(16).toString("hex")
      const nc = String(++count).padStart(8, "0")
      const user = digest(username, realm, Redacted.value(password))
      const ha1 = isSession ? digest(user, nonce, cnonce) : user
      const ha2 = qop === "auth-int" ? digest(method, uri, digest(bodyText(body))) : digest(method, uri)
      const response = qop === undefined ? digest(ha1, nonce, ha2) : digest(ha1, nonce, nc, cnonce, qop, ha2)
      const parameters = [
        `username=${quoted(username)}`,
        `realm=${quoted(realm)}`,
        `nonce=${quoted(nonce)}`,
        `uri=${quoted(uri)}`,
        `response="${response}"`,
        ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
        ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
        ...(qop === undefined ? [] : [`qop=${qop}`, `nc=${nc}`]),
        ...(qop === undefined && !isSession ? [] : [`cnonce="${cnonce}"`])
      ]
      return Redacted.make(`Digest ${parameters.join(", ")}`)
    },

    /**
     * Handles the WWW-Authenticate header of a 401. True if the request is worth a second try: the challenge is the
     * first one, has a new nonce, or has `stale=true`. The same nonce again means that the user or the password is
     * wrong.
     */
    challenged: (header: string | undefined): boolean => {
      const [best] = challenges(header ?? "")
        .flatMap((challenge) => digestOf(challenge) ?? [])
        .sort((one, other) => strength(one) - strength(other))
      const isNew = best !== undefined && (best.nonce !== current?.nonce || best.isStale)
      if (best === undefined || !isNew) return false
      current = best
      count = 0
      return true
    }
  }
}
