import type * as Duration from "effect/Duration"
export interface Request {
  readonly url: URL
  readonly timeout: Duration.Duration
  readonly maxBody: number
}
