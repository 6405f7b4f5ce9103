import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { helpsOf, withHelps } from "./help.ts"
import type { RawConfiguration } from "./raw-configuration.ts"
import { ResolvedTarget } from "./resolved-target.ts"
import { maxBuiltInTimeout, settings } from "./schema/target-settings.ts"
import { type Locate, withFiles } from "./secret-files.ts"
import type { Target } from "./target.ts"
import { requestOf } from "./target-request.ts"
import { compileTransform, plannerOf } from "./transform-spec.ts"
import type { Fields } from "./unknown-values.ts"

const decodeComplete = Schema.decodeUnknownSync(ResolvedTarget)
const builtInTimeout = Schema.decodeSync(Schema.requiredKey(settings.timeout))(maxBuiltInTimeout)

/** The same text for the same content, whatever the order of its keys. */
const fingerprintOf = (settings: Fields, mapping: Fields | undefined) => (): string =>
  JSON.stringify([Object.entries(settings).sort(([a], [b]) => (a < b ? -1 : 1)), mapping])

/** The settings of a target as they are on this machine, and what they come to. */
const resolveSettings = (settings: Fields, locate: Locate) => {
  const raw = withFiles(settings, locate)
  const target = decodeComplete(raw)
  const { timeout = Duration.min(target.interval, builtInTimeout) } = target
  return { raw, target, request: requestOf(target, timeout) }
}

/** What is asked by settings like those of a target. */
export const requestOfSettings = (settings: Fields, locate: Locate) => resolveSettings(settings, locate).request

/** A mapping, made ready once for all targets that have it. */
const prepareMapping = (fields: Fields, helps: ReadonlyMap<string, string>) => {
  const mapping = withHelps(fields, helps)
  return { mapping, plans: plannerOf(mapping) }
}

/**
 * Makes targets of their settings in a configuration without problems, as they are polled; what they have in common is made once.
 * Throws where `check` has found any.
 */
export const targetResolver = (file: RawConfiguration, locate: Locate) => {
  const helps = helpsOf(file)
  const named = new Map([...file.mappings].map(([name, { fields }]) => [name, prepareMapping(fields, helps)]))
  // of targets that have theirs themselves: all those of a source have the same
  const own = new Map<string, ReturnType<typeof prepareMapping>>()

  const mappingOf = (name: unknown, fields: Fields) => {
    if (typeof name === "string") return named.get(name)
    if (Object.keys(fields).length === 0) return undefined
    const key = JSON.stringify(fields)
    const made = own.get(key) ?? prepareMapping(fields, helps)
    own.set(key, made)
    return made
  }

  return ({ metrics, each, ...settings }: Fields): Target => {
    const { raw, target, request } = resolveSettings(settings, locate)
    const fields = { ...(metrics !== undefined && { metrics }), ...(each !== undefined && { each }) }
    const made = mappingOf(target.mapping, fields)
    const { name, interval, max_series: maxSeries } = target
    const spec = { mapping: made?.mapping, labels: target.labels ?? {}, maxSeries }
    return {
      name,
      request,
      interval,
      staleAfter: target.stale_after ?? Duration.times(interval, 3),
      maxSeries,
      spec,
      transform: compileTransform(spec, made?.plans),
      fingerprint: fingerprintOf(raw, made?.mapping)
    }
  }
}
