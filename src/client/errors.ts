import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import type { ErrorReason } from "./error-reasons.ts"

const withStep = (step: string | undefined, message: string) => (step === undefined ? message : `${step}: ${message}`)

/** The deadline passed before the response was complete. */
export class Timeout extends Data.TaggedError("Timeout")<{
  readonly after: Duration.Duration
  /** The part of the poll that was under way: `page 3`. */
  readonly step?: string | undefined
}> {
  readonly reason = "timeout"
  override get message() {
    return withStep(this.step, `no complete response within ${Duration.format(this.after)}`)
  }
}

/** There is no connection, the connection broke, or the response is not HTTP. */
export class Unreachable extends Data.TaggedError("Unreachable")<{ readonly message: string }> {
  readonly reason = "connection"
}

/** TLS failed: the handshake, or a certificate of the server or the client. */
export class Untrusted extends Data.TaggedError("Untrusted")<{ readonly message: string }> {
  readonly reason = "tls"
}

/** A secret file that cannot be used. */
export class BadCredential extends Data.TaggedError("BadCredential")<{ readonly message: string }> {
  readonly reason = "credential"
}

/** A response with a status that is not accepted, or with a redirect that is not followed. */
export class BadStatus extends Data.TaggedError("BadStatus")<{
  readonly status: number
  readonly detail?: string
  readonly step?: string | undefined
  /** Milliseconds for which the upstream asked not to be polled (RFC 9110, section 10.2.3). */
  readonly retryAfter?: number | undefined
}> {
  readonly reason = "status"
  override get message() {
    return withStep(this.step, `status ${this.status}${this.detail === undefined ? "" : `: ${this.detail}`}`)
  }
}

/** A body is longer than the limit, or does not fit into the memory for bodies. */
export class TooLarge extends Data.TaggedError("TooLarge")<{ readonly limit: number; readonly detail?: string }> {
  readonly reason = "too_large"
  override get message() {
    return this.detail ?? `the response is longer than max_body, ${this.limit} bytes`
  }
}

/** `total` is the limit of all concurrent bodies in bytes. */
export const overMemoryLimit = (total: number) =>
  new TooLarge({
    limit: total,
    detail: `concurrent responses need more memory than their limit of ${Math.floor(total / 1e6)} MB`
  })

/** A login failed. No request was sent to the target. */
export class LoginFailed extends Data.TaggedError("LoginFailed")<{ readonly message: string }> {
  readonly reason = "login"
}

/** The next page cannot be found, may not be requested, or there are too many pages. */
export class BadPages extends Data.TaggedError("BadPages")<{ readonly message: string }> {
  readonly reason = "pages"
}

/** The errors of an exchange. No message contains a secret or a part of a body. */
export type UpstreamError =
  | Timeout
  | Unreachable
  | Untrusted
  | BadCredential
  | BadStatus
  | TooLarge
  | LoginFailed
  | BadPages

/** Puts the step of a poll before the message. Errors of logins, secret files and pages name what failed already. */
export const inStep = (error: UpstreamError, step: string): UpstreamError => {
  switch (error._tag) {
    case "Timeout":
      return new Timeout({ after: error.after, step })
    case "Unreachable":
      return new Unreachable({ message: withStep(step, error.message) })
    case "Untrusted":
      return new Untrusted({ message: withStep(step, error.message) })
    case "BadStatus":
      return new BadStatus({ ...error, step })
    case "TooLarge":
      return new TooLarge({ limit: error.limit, detail: withStep(step, error.message) })
    case "BadCredential":
    case "LoginFailed":
    case "BadPages":
      return error
  }
}

/** The return type makes sure that the metrics have every reason. */
export const reasonOf = ({ reason }: UpstreamError): ErrorReason => reason

export const closedBeforeResponse = new Unreachable({ message: "the connection was closed before the response" })
export const closedDuringResponse = new Unreachable({
  message: "the connection was closed in the middle of the response"
})

/** Whether the other side closed the connection. */
export const isClosedByPeer = ({ code }: NodeJS.ErrnoException) => code === "ECONNRESET" || code === "EPIPE"

/**
 * Whether a code is one of TLS: a verification result or alert of OpenSSL, or a check of Node. UNSPECIFIED is a
 * verification result that Node has no name for.
 */
const isTls = (code: string) =>
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|CA_|EE_|DEPTH_ZERO_|UNABLE_TO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|ERROR_IN_CERT|OUT_OF_MEM|UNSPECIFIED$|EPROTO$)/.test(
    code
  )

/** The codes for a certificate whose authority is unknown. */
const unknownAuthority: ReadonlySet<string> = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT"
])

/** The last part of OpenSSL's `error:0A000412:SSL routines:func:the cause`. */
const cause = (message: string) => /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/.exec(message)?.[1] ?? message

/** Removes URLs from a message of Node or a library, since a URL may contain a password. */
const withoutUrls = (message: string): string =>
  message.replace(/\S*:\/\/\S*/g, "(a URL)").replace(/\S*@\S*/g, "(a URL)")

const tlsMessage = (code: string, text: string) => {
  // after the semicolon Node adds a hint about its own command line
  const [what = text] = text.split(";")
  if (unknownAuthority.has(code)) return `TLS: ${what}: if it is to be trusted, name its authority in tls: ca_file`
  return `TLS: ${what}`
}

const tunnel = (error: object) =>
  "statusCode" in error
    ? `the proxy did not open a tunnel: status ${error.statusCode}`
    : "the proxy did not open a tunnel"

/** Converts an error of Node's sockets and TLS. */
export const fromNode = (error: unknown): Unreachable | Untrusted => {
  if (error instanceof Unreachable || error instanceof Untrusted) return error
  // a name has several addresses, and all failed: report the first error
  const first = error instanceof AggregateError ? (error.errors[0] ?? error) : error
  const { code = "", message } = first instanceof Error ? (first as NodeJS.ErrnoException) : { message: String(first) }
  const text = withoutUrls(cause(message.split("\n", 1)[0] ?? "") || code)
  if (isTls(code)) return new Untrusted({ message: tlsMessage(code, text) })
  // Node's message quotes the response of the proxy
  if (code === "ERR_PROXY_TUNNEL") return new Unreachable({ message: tunnel(first) })
  const words = code.startsWith("HPE_") ? text.replace("Parse Error", "the response is not HTTP") : text
  return new Unreachable({ message: words })
}
