import type * as Duration from "effect/Duration"
import type { Request } from "../client/request.ts"
import type { Transform } from "../mapping/transform.ts"
import type { TransformSpec } from "./transform-spec.ts"

/** One JSON API to poll: everything of it decided and compiled, nothing of it looked up again per poll. */
export interface Target {
  readonly name: string
  readonly request: Request
  readonly interval: Duration.Duration
  /** How long the last good series stand while polls fail. */
  readonly staleAfter: Duration.Duration
  /** A poll that yields more series than this fails. */
  readonly maxSeries: number
  /** What `transform` was made of. */
  readonly spec: TransformSpec
  readonly transform: Transform
  /** All that it is made of: the same for two targets that would be polled and transformed alike. There may be secrets in it. */
  readonly fingerprint: () => string
}
