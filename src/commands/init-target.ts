import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Target } from "../config/target.ts"
import { badConfiguration, failure } from "../failure.ts"
import { loadGood } from "./config-file.ts"
import { selectTargets } from "./select-targets.ts"

/** The flags that select a target of a configuration. */
interface TargetFlags {
  readonly config: ReadonlyArray<string>
  readonly only: Option.Option<string>
  readonly timeout: Option.Option<Duration.Duration>
}

/** The target of a configuration that `init` requests, with its login and credentials. */
export const initTarget = Effect.fnUntraced(function* ({ config, only, timeout }: TargetFlags) {
  const input = { files: [], config, target: Option.none(), interval: Option.none(), timeout }
  const { targets } = yield* loadGood(input)
  const [target, another] = yield* selectTargets(targets, only)
  if (target === undefined) return yield* failure("the configuration has no target")
  if (another === undefined) return target
  return yield* badConfiguration(
    `the configuration has ${targets.length} targets: say which with --only NAME, such as --only ${target.name}`
  )
})

/** The request for the first page only, without the documents of its rows. */
export const firstRequest = ({ request }: Target): Target["request"] => ({
  ...request,
  url: request.pages?.first(request.url) ?? request.url,
  pages: undefined,
  details: undefined
})
