import { createHash } from "node:crypto"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import type { Mapping } from "../transform/mapping.ts"
import { Complete } from "./complete.ts"
import { type Locate, withFiles } from "./files.ts"
import { helpsOf, withHelps } from "./help.ts"
import { compile, decodeMapping } from "./recipe.ts"
import { requestOf } from "./request.ts"
import { longestBuiltInTimeout, settings } from "./settings.ts"
import { survey } from "./survey.ts"
import type { Target } from "./target.ts"

const decodeComplete = Schema.decodeUnknownSync(Complete)
const builtInTimeout = Schema.decodeSync(Schema.requiredKey(settings.timeout))(longestBuiltInTimeout)

/** The same for the same content, whatever the order of its keys; a hash, since there may be secrets in it. */
const fingerprint = (target: Readonly<Record<string, unknown>>, mapping: unknown): string => {
  const sorted = Object.entries(target).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash("sha256")
    .update(JSON.stringify([sorted, mapping]))
    .digest("base64url")
}

/** The mapping that the target itself has, if any. */
const ownMapping = ({ metrics, each }: Readonly<Record<string, unknown>>) =>
  metrics === undefined && each === undefined
    ? undefined
    : { ...(metrics !== undefined && { metrics }), ...(each !== undefined && { each }) }

/** The targets of a configuration without problems, as they are polled. Throws where `check` has found any. */
export const build = (value: unknown, locate: Locate): ReadonlyArray<Target> => {
  const file = survey(value)
  const helps = helpsOf(file)
  const mappings = new Map([...file.mappings].map(([name, { fields }]) => [name, withHelps(fields, helps)]))
  const decoded = new Map(
    [...mappings.values()].map((mapping): [unknown, Mapping] => [mapping, decodeMapping(mapping)])
  )
  return file.targets.map(({ settings }): Target => {
    const raw = withFiles(withHelps(settings, helps), locate)
    const target = decodeComplete(raw)
    const { name, interval, timeout = Duration.min(interval, builtInTimeout), mapping = "" } = target
    const recipe = {
      mapping: mappings.get(mapping) ?? ownMapping(raw),
      labels: target.labels ?? {},
      maxSeries: target.max_series
    }
    return {
      name,
      request: requestOf(target, timeout),
      interval,
      staleAfter: target.stale_after ?? Duration.times(interval, 3),
      maxSeries: target.max_series,
      recipe,
      transform: compile(recipe, (mapping) => decoded.get(mapping) ?? decodeMapping(mapping)),
      fingerprint: fingerprint(raw, mappings.get(mapping))
    }
  })
}
