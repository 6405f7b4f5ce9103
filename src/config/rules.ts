import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { seriesApart } from "./apart.ts"
import { duration } from "./duration.ts"
import type { Issue } from "./issues.ts"
import { place } from "./place.ts"
import type { KeyPath } from "./source.ts"
import { didYouMean } from "./suggest.ts"
import { isMap, type MetricSite, type Survey } from "./survey.ts"

const problem = (path: KeyPath, message: string): Issue => ({ path, about: "value", message, expected: false })
const keyProblem = (path: KeyPath, message: string): Issue => ({ ...problem(path, message), about: "key" })

const decodeDuration = Schema.decodeUnknownOption(duration({ description: "" }))

const uniqueNames = ({ targets }: Survey): ReadonlyArray<Issue> => {
  const first = new Map<string, KeyPath>()
  return targets.flatMap(({ name, path }) => {
    const other = name === undefined ? undefined : first.get(name)
    if (name !== undefined && other === undefined) first.set(name, path)
    return other === undefined ? [] : [problem([...path, "name"], `the name of ${place(other)} as well`)]
  })
}

/** Without a timeout of its own a target's is never longer than its interval, so only a written one can be. */
const timeoutWithinInterval = ({ targets }: Survey): ReadonlyArray<Issue> =>
  targets.flatMap(({ own, settings, path }) => {
    const timeout = decodeDuration(settings.timeout)
    const interval = decodeDuration(settings.interval)
    if (Option.isNone(timeout) || Option.isNone(interval)) return []
    if (Duration.isLessThanOrEqualTo(timeout.value, interval.value)) return []
    // told at what the target itself sets, since that is what there is to change
    const key = ["timeout", "interval"].find((key) => key in own)
    const where = key === undefined ? ["defaults", "timeout"] : [...path, key]
    return [problem(where, `the timeout (${settings.timeout}) is longer than the interval (${settings.interval})`)]
  })

const knownMapping = ({ targets, mappings }: Survey): ReadonlyArray<Issue> =>
  targets.flatMap(({ settings, path }) => {
    const name = settings.mapping
    if (typeof name !== "string") return []
    const own = ["metrics", "each"].filter((key) => key in settings)
    return [
      ...own.map((key) => keyProblem([...path, key], `the target has a mapping already, ${name}: one or the other`)),
      ...(mappings.has(name)
        ? []
        : [
            problem(
              [...path, "mapping"],
              `no entry of mappings is called ${name}${didYouMean(name, [...mappings.keys()])}`
            )
          ])
    ]
  })

/** One name, one type, one help, in whatever target. */
const oneFamilyPerName = ({ metrics }: Survey): ReadonlyArray<Issue> => {
  const first = new Map<string, MetricSite>()
  const helped = new Map<string, MetricSite>()
  return metrics.flatMap((site) => {
    const { name, type, help, path } = site
    const [other, wording] = [first.get(name) ?? site, helped.get(name) ?? site]
    if (type !== undefined) first.set(name, other)
    if (help !== undefined) helped.set(name, wording)
    return [
      ...(type === undefined || other.type === type
        ? []
        : [
            problem(
              [...path, "type"],
              `a ${type} here, but a ${other.type} in ${place(other.path)}: one name has one type`
            )
          ]),
      ...(help === undefined || wording.help === help
        ? []
        : [problem([...path, "help"], `another text than in ${place(wording.path)}: one name has one help`)])
    ]
  })
}

/** The families that the daemon itself has on the page. */
const own = new Set(
  ["up", "duration_seconds", "last_success_timestamp_seconds", "interval_seconds", "series", "response_bytes"]
    .concat([
      "errors",
      "errors_total",
      "ticks_skipped",
      "ticks_skipped_total",
      "samples_dropped",
      "samples_dropped_total"
    ])
    .map((name) => `poll_${name}`)
    .concat(["polls", "polls_total"])
)
const ownPrefixes = ["poller_", "process_", "nodejs_"]

const notOurs = ({ metrics, targets }: Survey): ReadonlyArray<Issue> => {
  const flattened = targets.find((target) => target.metrics === undefined)
  return metrics.flatMap((site) => {
    const { name, path } = site
    const prefix = ownPrefixes.find((prefix) => name.startsWith(prefix))
    if (prefix !== undefined) return [keyProblem(path, `names with ${prefix} are those of poller's own metrics`)]
    if (own.has(name)) return [keyProblem(path, "one of poller's own metrics has this name")]
    if (flattened !== undefined && name.startsWith("upstream_")) {
      return [
        keyProblem(path, `names with upstream_ are those of targets without metrics, such as ${place(flattened.path)}`)
      ]
    }
    return []
  })
}

const labelsOnce = ({ targets }: Survey): ReadonlyArray<Issue> =>
  targets.flatMap(({ labels, metrics, pathOf }) =>
    [...labels.keys()].flatMap((name) => {
      const row = metrics?.find((site) => site.labels.has(name))?.labels.get(name)
      const message = `a label of the rows as well (${place(row ?? [])}): a series has each label once`
      return row === undefined ? [] : [keyProblem(pathOf("labels", name), message)]
    })
  )

/** A stateset's states are told apart by a label of the set's own name (OpenMetrics 1.0, StateSet). */
const statesLabel = ({ targets, metrics }: Survey): ReadonlyArray<Issue> => [
  ...metrics.flatMap(({ name, type, labels }) => {
    const path = type === "stateset" ? labels.get(name) : undefined
    return path === undefined ? [] : [keyProblem(path, "the name of a stateset is the label of its states")]
  }),
  ...targets.flatMap(({ labels, metrics, pathOf }) =>
    (metrics ?? [])
      .filter(({ name, type }) => type === "stateset" && labels.has(name))
      .map(({ name }) => keyProblem(pathOf("labels", name), "the name of a stateset is the label of its states"))
  )
]

const headersOnce = ({ targets }: Survey): ReadonlyArray<Issue> =>
  targets.flatMap(({ settings, pathOf }) => {
    const names = (key: string) => (isMap(settings[key]) ? Object.keys(settings[key]) : [])
    const given = names("headers").map((name) => name.toLowerCase())
    return [
      ...names("headers_from")
        .filter((name) => given.includes(name.toLowerCase()))
        .map((name) => keyProblem(pathOf("headers_from", name), "given under headers as well: one or the other")),
      ...["headers", "headers_from"].flatMap((key) =>
        names(key)
          .filter((name) => name.toLowerCase() === "authorization" && "auth" in settings)
          .map((name) => keyProblem(pathOf(key, name), "auth gives this header as well: one or the other"))
      )
    ]
  })

/** The settings themselves, in `defaults` and in each target: what is wrong in one is told there, and once. */
const holders = ({ defaults, targets }: Survey) => [
  { path: ["defaults"], settings: defaults },
  ...targets.map(({ path, own }) => ({ path, settings: own }))
]

const oneAuth = (file: Survey): ReadonlyArray<Issue> =>
  holders(file).flatMap(({ path, settings }) => {
    if (!isMap(settings.auth)) return []
    const kinds = ["basic", "bearer_token_file", "oauth2"]
    const given = kinds.filter((kind) => isMap(settings.auth) && kind in settings.auth)
    if (given.length === 1) return []
    const found = given.length === 0 ? "none" : given.join(" and ")
    return [problem([...path, "auth"], `expected one of ${kinds.join(", ")}, got ${found}`)]
  })

const userOnce = ({ targets }: Survey): ReadonlyArray<Issue> =>
  targets.flatMap(({ settings: { auth, url }, path }) => {
    const parsed = typeof url === "string" && URL.canParse(url) ? new URL(url) : undefined
    if (auth === undefined || parsed === undefined || parsed.username + parsed.password === "") return []
    return [problem([...path, "url"], "has a user, and there is auth as well: one or the other")]
  })

const keyWithCertificate = (file: Survey): ReadonlyArray<Issue> =>
  holders(file).flatMap(({ path, settings: { tls } }) => {
    if (!isMap(tls) || "cert_file" in tls === "key_file" in tls) return []
    const [given, other] = "cert_file" in tls ? ["cert_file", "key_file"] : ["key_file", "cert_file"]
    return [problem([...path, "tls", given], `needs a ${other} beside it`)]
  })

/** What is wrong with a file beyond its single values. No rule waits for another, nor for the rest of the file to be right. */
export const brokenRules = (file: Survey): ReadonlyArray<Issue> =>
  [
    uniqueNames,
    timeoutWithinInterval,
    knownMapping,
    oneFamilyPerName,
    notOurs,
    labelsOnce,
    statesLabel,
    headersOnce,
    oneAuth,
    userOnce,
    keyWithCertificate,
    seriesApart
  ].flatMap((rule) => rule(file))
