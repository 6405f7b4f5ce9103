import * as Data from "effect/Data"

export class Timeout extends Data.TaggedError("Timeout") {
  readonly reason = "timeout"
  override get message() {
    return "no complete answer in time"
  }
}

export class Unreachable extends Data.TaggedError("Unreachable")<{ readonly cause: Error }> {
  readonly reason = "connection"
  override get message() {
    return this.cause.message
  }
}

export class BadStatus extends Data.TaggedError("BadStatus")<{
  readonly status: number
  readonly retryAfter: number | undefined
}> {
  readonly reason = "status"
  override get message() {
    return `status ${this.status}`
  }
}

export type UpstreamError = Timeout | Unreachable | BadStatus
