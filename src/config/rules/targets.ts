import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import { type Issue, issue, issueOfKey } from "../diagnostics.ts"
import { decodeDuration } from "../go-duration.ts"
import type { RawConfiguration } from "../raw-configuration.ts"
import type { KeyPath } from "../source-map.ts"
import { didYouMean } from "../suggest.ts"

export const uniqueNames = ({ targets }: RawConfiguration): ReadonlyArray<Issue> => {
  const first = new Map<string, KeyPath>()
  return targets.flatMap(({ name, path }) => {
    const other = name === undefined ? undefined : first.get(name)
    if (name !== undefined && other === undefined) first.set(name, path)
    return other === undefined ? [] : [issue([...path, "name"], (show) => `${show(other)} has this name too`)]
  })
}

/** Only an explicit timeout can be longer than the interval: the built-in one is limited to it. */
export const timeoutWithinInterval = ({ targets, sources }: RawConfiguration): ReadonlyArray<Issue> =>
  [...targets, ...sources.map(({ target }) => target)].flatMap(({ own, settings, path }) => {
    const timeout = decodeDuration(settings.timeout)
    const interval = decodeDuration(settings.interval)
    if (Option.isNone(timeout) || Option.isNone(interval)) return []
    if (Duration.isLessThanOrEqualTo(timeout.value, interval.value)) return []
    // reported at the key that the target sets itself
    const key = ["timeout", "interval"].find((key) => key in own)
    const where = key === undefined ? ["defaults", "timeout"] : [...path, key]
    return [issue(where, `the timeout (${settings.timeout}) is longer than the interval (${settings.interval})`)]
  })

/** With a schedule there is no good default for `stale_after`. */
export const scheduleAlone = ({ targetLike, defaults }: RawConfiguration): ReadonlyArray<Issue> => [
  ...("interval" in defaults && "schedule" in defaults
    ? [issueOfKey(["defaults", "schedule"], "interval is set too: keep one of them")]
    : []),
  ...targetLike.flatMap(({ own, settings, path, pathOf }) => {
    if (!("schedule" in settings)) return []
    if ("interval" in own && "schedule" in own)
      return [issueOfKey([...path, "schedule"], "interval is set too: keep one of them")]
    if ("stale_after" in settings) return []
    return [issueOfKey(pathOf("schedule"), "needs stale_after too: how long the series stay after the last good poll")]
  })
]

export const knownMapping = ({ targetLike, mappings }: RawConfiguration): ReadonlyArray<Issue> =>
  targetLike.flatMap(({ settings, path }) => {
    const name = settings.mapping
    if (typeof name !== "string") return []
    const own = ["metrics", "each", "labels_from", "null_values"].filter((key) => key in settings)
    return [
      ...own.map((key) => issueOfKey([...path, key], `the target also has mapping: ${name}: keep one of them`)),
      ...(mappings.has(name)
        ? []
        : [issue([...path, "mapping"], `mappings has no entry ${name}${didYouMean(name, [...mappings.keys()])}`)])
    ]
  })
