import { createHash } from "node:crypto"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { Complete } from "./complete.ts"
import { type Locate, withFiles } from "./files.ts"
import { helpsOf, withHelps } from "./help.ts"
import type { Fields } from "./loose.ts"
import { compile, plannerOf } from "./recipe.ts"
import { requestOf } from "./request.ts"
import { longestBuiltInTimeout, settings } from "./settings.ts"
import type { Survey } from "./survey.ts"
import type { Target } from "./target.ts"

const decodeComplete = Schema.decodeUnknownSync(Complete)
const builtInTimeout = Schema.decodeSync(Schema.requiredKey(settings.timeout))(longestBuiltInTimeout)

const hash = (value: unknown): string => createHash("sha256").update(JSON.stringify(value)).digest("base64url")

/** The same for the same content, whatever the order of its keys; a hash, since there may be secrets in it. */
const fingerprint = (target: Fields, mapping: string | undefined): string =>
  hash([Object.entries(target).sort(([a], [b]) => (a < b ? -1 : 1)), mapping])

/** The mapping that the target itself has, if any. */
const ownMapping = ({ metrics, each }: Fields) =>
  metrics === undefined && each === undefined
    ? undefined
    : { ...(metrics !== undefined && { metrics }), ...(each !== undefined && { each }) }

/** The settings of a target with what they come to. */
const completed = (settings: Fields, locate: Locate) => {
  const raw = withFiles(settings, locate)
  const target = decodeComplete(raw)
  const { timeout = Duration.min(target.interval, builtInTimeout) } = target
  return { raw, target, request: requestOf(target, timeout) }
}

/** What is asked by settings like those of a target. */
export const requestFrom = (settings: Fields, locate: Locate) => completed(settings, locate).request

/**
 * Makes targets of their settings in a configuration without problems, as they are polled; what targets have in common is made once.
 * Throws where `check` has found any.
 */
export const targetMaker = (file: Survey, locate: Locate) => {
  const helps = helpsOf(file)
  const shared = new Map(
    [...file.mappings].map(([name, { fields }]) => {
      const mapping = withHelps(fields, helps)
      return [name, { mapping, plans: plannerOf(mapping), hash: hash(mapping) }] as const
    })
  )
  return (settings: Fields): Target => {
    const { raw, target, request } = completed(withHelps(settings, helps), locate)
    const { name, interval } = target
    const named = shared.get(target.mapping ?? "")
    const recipe = {
      mapping: named?.mapping ?? ownMapping(raw),
      labels: target.labels ?? {},
      maxSeries: target.max_series
    }
    return {
      name,
      request,
      interval,
      staleAfter: target.stale_after ?? Duration.times(interval, 3),
      maxSeries: target.max_series,
      recipe,
      transform: compile(recipe, named?.plans),
      fingerprint: fingerprint(raw, named?.hash)
    }
  }
}
