import { createHash } from "node:crypto"
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { flatten } from "../transform/flatten.ts"
import { Mapping } from "../transform/mapping.ts"
import { plan } from "../transform/plan.ts"
import type { Labels } from "../transform/sample.ts"
import { transform } from "../transform/transform.ts"
import { Complete } from "./complete.ts"
import { type Locate, withFiles } from "./files.ts"
import { helpsOf, withHelps } from "./help.ts"
import { requestOf } from "./request.ts"
import { longestBuiltInTimeout, settings } from "./settings.ts"
import { survey } from "./survey.ts"
import type { Target } from "./target.ts"

const decodeComplete = Schema.decodeUnknownSync(Complete)
const decodeMapping = Schema.decodeUnknownSync(Mapping)
const builtInTimeout = Schema.decodeSync(Schema.requiredKey(settings.timeout))(longestBuiltInTimeout)

const inOrder = (labels: Readonly<Record<string, string>>): Labels =>
  Object.entries(labels)
    .filter(([, value]) => value !== "")
    .sort(([a], [b]) => (a < b ? -1 : 1))

/** The same for the same content, whatever the order of its keys; a hash, since there may be secrets in it. */
const fingerprint = (target: Readonly<Record<string, unknown>>, mapping: unknown): string => {
  const sorted = Object.entries(target).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash("sha256")
    .update(JSON.stringify([sorted, mapping]))
    .digest("base64url")
}

/** Without a mapping every number of an answer becomes a gauge. */
const transformOf = (mapping: Mapping | undefined, { labels = {}, max_series }: Complete): Target["transform"] => {
  if (mapping === undefined) {
    const constant = inOrder(labels)
    return (document) => flatten(document, constant, max_series)
  }
  const made = plan(mapping, labels, max_series)
  return (document) => transform(made, document)
}

/** The targets of a configuration without problems, as they are polled. Throws where `check` has found any. */
export const build = (value: unknown, locate: Locate): ReadonlyArray<Target> => {
  const file = survey(value)
  const helps = helpsOf(file)
  const mappings = new Map([...file.mappings].map(([name, { fields }]) => [name, withHelps(fields, helps)]))
  const decoded = new Map([...mappings].map(([name, fields]) => [name, decodeMapping(fields)]))
  return file.targets.map(({ settings }): Target => {
    const raw = withFiles(withHelps(settings, helps), locate)
    const target = decodeComplete(raw)
    const { name, interval, timeout = Duration.min(interval, builtInTimeout), mapping = "" } = target
    const own = target.metrics ?? target.each
    return {
      name,
      request: requestOf(target, timeout),
      interval,
      staleAfter: target.stale_after ?? Duration.times(interval, 3),
      maxSeries: target.max_series,
      transform: transformOf(decoded.get(mapping) ?? (own && target), target),
      fingerprint: fingerprint(raw, mappings.get(mapping))
    }
  })
}
