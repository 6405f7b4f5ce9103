import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Target } from "../config/target.ts"
import { badConfiguration, type Failure } from "../failure.ts"
import { flatten } from "../transform/flatten.ts"
import { get } from "../upstream/request.ts"
export const loadTargets = (input: {
  target: Option.Option<string>
  interval: Option.Option<Duration.Duration>
  timeout: Option.Option<Duration.Duration>
}): Effect.Effect<ReadonlyArray<Target>, Failure> =>
  Option.isNone(input.target)
    ? Effect.fail(badConfiguration("no target: give --config FILE or --target URL"))
    : Effect.succeed([
        {
          name: new URL(input.target.value).host,
          request: get(
            new URL(input.target.value),
            Option.getOrElse(input.timeout, () => Duration.seconds(10))
          ),
          interval: Option.getOrElse(input.interval, () => Duration.seconds(30)),
          staleAfter: Duration.seconds(90),
          maxSeries: 10000,
          transform: flatten,
          fingerprint: "x"
        }
      ])
