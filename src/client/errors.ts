import * as Data from "effect/Data"
import * as Duration from "effect/Duration"

/** The deadline passed before the answer was complete. */
export class Timeout extends Data.TaggedError("Timeout")<{ readonly after: Duration.Duration }> {
  readonly reason = "timeout"
  override get message() {
    return `no complete answer within ${Duration.format(this.after)}`
  }
}

/** No connection, or one that broke off. */
export class Unreachable extends Data.TaggedError("Unreachable")<{ readonly message: string }> {
  readonly reason = "connection"
}

/** A connection, but no trust: a certificate of theirs or ours. */
export class Untrusted extends Data.TaggedError("Untrusted")<{ readonly message: string }> {
  readonly reason = "tls"
}

/** An answer with a status that is not accepted, or with a redirect that is not followed. */
export class BadStatus extends Data.TaggedError("BadStatus")<{
  readonly status: number
  readonly detail?: string
  /** Milliseconds for which the upstream asked to be left alone (RFC 9110, section 10.2.3). */
  readonly retryAfter?: number | undefined
}> {
  readonly reason = "status"
  override get message() {
    return `status ${this.status}${this.detail === undefined ? "" : `: ${this.detail}`}`
  }
}

/** A body longer than the limit, or one for which memory is not left. */
export class TooLarge extends Data.TaggedError("TooLarge")<{ readonly limit: number; readonly detail?: string }> {
  readonly reason = "too_large"
  override get message() {
    return this.detail ?? `the response is longer than max_body, ${this.limit} bytes`
  }
}

/** `total` bytes are what all bodies under way may take. */
export const tooMuchAtOnce = (total: number) =>
  new TooLarge({
    limit: total,
    detail: `the responses under way take more memory than poller uses for them, ${Math.floor(total / 1e6)} MB`
  })

/** All that an exchange may come to but an answer. No message holds a secret or a part of a body. */
export type UpstreamError = Timeout | Unreachable | Untrusted | BadStatus | TooLarge

export const closedBefore = new Unreachable({ message: "the connection was closed before the answer" })
export const brokenOff = new Unreachable({ message: "the connection was closed in the middle of the answer" })

/** Whether the other side closed the connection; Node has several words for it. */
export const isBrokenOff = ({ code }: NodeJS.ErrnoException) => code === "ECONNRESET" || code === "EPIPE"

/** TLS's own codes: OpenSSL's verification results and alerts, and Node's checks. */
const isTls = (code: string) =>
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|DEPTH_ZERO_|UNABLE_TO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED|ERROR_IN_CERT|EPROTO$)/.test(
    code
  )

/** What OpenSSL says is `error:0A000412:SSL routines:func:the cause`, with more on either side. */
const cause = (message: string) => /error:[0-9A-F]+:[^:]*:[^:]*:([^:]+)/.exec(message)?.[1] ?? message

const tunnel = (error: object) =>
  "statusCode" in error ? `the proxy opens no tunnel: status ${error.statusCode}` : "the proxy opens no tunnel"

/** Node's error of a socket or of its TLS, as one of ours. */
export const fromNode = (error: unknown): Unreachable | Untrusted => {
  // several addresses of one name were tried: what the first said stands for all
  const first = error instanceof AggregateError ? (error.errors[0] ?? error) : error
  const { code = "", message } = first instanceof Error ? (first as NodeJS.ErrnoException) : { message: String(first) }
  const text = cause(message.split("\n", 1)[0] ?? "") || code
  if (isTls(code)) return new Untrusted({ message: `TLS: ${text}` })
  // Node's words quote the proxy's
  if (code === "ERR_PROXY_TUNNEL") return new Unreachable({ message: tunnel(first) })
  const words = code.startsWith("HPE_") ? text.replace("Parse Error", "the answer is not HTTP") : text
  return new Unreachable({ message: words })
}
