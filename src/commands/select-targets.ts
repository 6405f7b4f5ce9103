import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { didYouMean } from "../config/suggest.ts"
import type { Target } from "../config/target.ts"
import { badConfiguration, type Failure } from "../failure.ts"

/** The targets that `--only` selects. */
export const selectTargets = (
  targets: ReadonlyArray<Target>,
  name: Option.Option<string>
): Effect.Effect<ReadonlyArray<Target>, Failure> => {
  if (Option.isNone(name)) return Effect.succeed(targets)
  const found = targets.filter((target) => target.name === name.value)
  const known = didYouMean(
    name.value,
    targets.map(({ name }) => name)
  )
  return found.length > 0
    ? Effect.succeed(found)
    : Effect.fail(badConfiguration(`--only ${name.value}: there is no target of this name${known}`))
}
