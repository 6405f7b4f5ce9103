import { type Issue, issue, issueOfKey } from "../issue.ts"
import { place } from "../path-text.ts"
import type { Survey } from "../raw-configuration.ts"
import type { MetricSite } from "../raw-target.ts"

/** One name, one type, one help, in whatever target. */
export const oneFamilyPerName = ({ metrics }: Survey): ReadonlyArray<Issue> => {
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
            issue(
              [...path, "type"],
              `a ${type} here, but a ${other.type} in ${place(other.path)}: one name has one type`
            )
          ]),
      ...(help === undefined || wording.help === help
        ? []
        : [issue([...path, "help"], `another text than in ${place(wording.path)}: one name has one help`)])
    ]
  })
}

/** The families that the daemon itself has on the page, those that count also as OpenMetrics calls them. */
const own = new Set([
  "poll_up",
  "poll_duration_seconds",
  "poll_last_success_timestamp_seconds",
  "poll_interval_seconds",
  "poll_series",
  "poll_response_bytes",
  ...["polls", "poll_errors", "poll_ticks_skipped", "poll_samples_dropped"].flatMap((name) => [name, `${name}_total`])
])
const ownPrefixes = ["poller_", "process_", "nodejs_"]

export const notOurs = ({ metrics, sites }: Survey): ReadonlyArray<Issue> => {
  const flattened = sites.find((target) => target.metrics === undefined)
  return metrics.flatMap((site) => {
    const { name, path } = site
    const prefix = ownPrefixes.find((prefix) => name.startsWith(prefix))
    if (prefix !== undefined) return [issueOfKey(path, `names with ${prefix} are those of poller's own metrics`)]
    if (own.has(name)) return [issueOfKey(path, "one of poller's own metrics has this name")]
    if (flattened !== undefined && name.startsWith("upstream_")) {
      return [
        issueOfKey(path, `names with upstream_ are those of targets without metrics, such as ${place(flattened.path)}`)
      ]
    }
    return []
  })
}

export const labelsOnce = ({ sites }: Survey): ReadonlyArray<Issue> =>
  sites.flatMap(({ labels, metrics, pathOf }) =>
    [...labels.keys()].flatMap((name) => {
      const row = metrics?.find((site) => site.labels.has(name))?.labels.get(name)
      const message = `a label of the rows as well (${place(row ?? [])}): a series has each label once`
      return row === undefined ? [] : [issueOfKey(pathOf("labels", name), message)]
    })
  )

/** A stateset's states are told apart by a label of the set's own name (OpenMetrics 1.0, StateSet). */
export const statesLabel = ({ sites, metrics }: Survey): ReadonlyArray<Issue> => [
  ...metrics.flatMap(({ name, type, labels }) => {
    const path = type === "stateset" ? labels.get(name) : undefined
    return path === undefined ? [] : [issueOfKey(path, "the name of a stateset is the label of its states")]
  }),
  ...sites.flatMap(({ labels, metrics, pathOf }) =>
    (metrics ?? [])
      .filter(({ name, type }) => type === "stateset" && labels.has(name))
      .map(({ name }) => issueOfKey(pathOf("labels", name), "the name of a stateset is the label of its states"))
  )
]
