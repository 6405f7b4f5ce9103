import { type Issue, issue, issueOfKey, type Message } from "../diagnostics.ts"
import { whyReserved } from "../own-metrics.ts"
import type { RawConfiguration } from "../raw-configuration.ts"
import type { RawMetric } from "../raw-metric.ts"

/** A metric name has the same type and help in all targets. */
export const oneFamilyPerName = ({ metrics }: RawConfiguration): ReadonlyArray<Issue> => {
  const first = new Map<string, RawMetric>()
  const helped = new Map<string, RawMetric>()
  return metrics.flatMap((metric) => {
    const { name, type, help, path } = metric
    const [other, wording] = [first.get(name) ?? metric, helped.get(name) ?? metric]
    if (type !== undefined) first.set(name, other)
    if (help !== undefined) helped.set(name, wording)
    return [
      ...(type === undefined || other.type === type
        ? []
        : [
            issue(
              [...path, "type"],
              (show) => `a ${type} here, but a ${other.type} in ${show(other.path)}: a metric name has one type`
            )
          ]),
      ...(help === undefined || wording.help === help
        ? []
        : [
            issue(
              [...path, "help"],
              (show) => `differs from the help in ${show(wording.path)}: a metric name has one help`
            )
          ])
    ]
  })
}

/** Names of poller's own metrics, and of the metrics of targets without a mapping. */
export const reservedNames = ({ metrics, targetLike }: RawConfiguration): ReadonlyArray<Issue> => {
  const flattened = targetLike.find((target) => target.metrics === undefined)
  return metrics.flatMap(({ name, path }) => {
    const reserved = whyReserved(name)
    if (reserved !== undefined) return [issueOfKey(path, reserved)]
    if (flattened === undefined || !name.startsWith("upstream_")) return []
    const message: Message = (show) =>
      `names that start with upstream_ are reserved for targets without metrics, such as ${show(flattened.path)}`
    return [issueOfKey(path, message)]
  })
}

/** Samples of a name are combined either everywhere in a mapping or nowhere. */
export const duplicatesAgree = ({ mappings, targetLike }: RawConfiguration): ReadonlyArray<Issue> => {
  const ofTargets = targetLike.flatMap(({ settings, metrics = [] }) => ("mapping" in settings ? [] : [metrics]))
  return [...[...mappings.values()].map(({ metrics }) => metrics), ...ofTargets].flatMap((metrics) => {
    const first = new Map<string, RawMetric>()
    return metrics.flatMap((metric) => {
      const other = first.get(metric.name) ?? metric
      first.set(metric.name, other)
      if (other.duplicates === metric.duplicates) return []
      const [own, its] = [metric.duplicates ?? "none", other.duplicates ?? "none"]
      return [
        issueOfKey(
          metric.path,
          (show) => `duplicates: ${own} here, but ${its} in ${show(other.path)}: it holds for all series of the name`
        )
      ]
    })
  })
}

/** A label is set only once on the path from the target to a metric. */
export const labelsOnce = ({ targetLike, mappings }: RawConfiguration): ReadonlyArray<Issue> => [
  ...[...mappings.values(), ...targetLike].flatMap(({ repeated }) =>
    repeated.map(({ path, first }) =>
      issueOfKey(path, (show) => `${show(first)} sets this label too: a series has a label only once`)
    )
  ),
  ...targetLike.flatMap(({ labels, metrics, pathOf }) =>
    [...labels.keys()].flatMap((name) => {
      const row = metrics?.find((metric) => metric.labels.has(name))?.labels.get(name)
      if (row === undefined) return []
      const message: Message = (show) =>
        `the rows set this label too (${show(row.path)}): a series has a label only once`
      return [issueOfKey(pathOf("labels", name), message)]
    })
  )
]

/** The label with the states is named like the stateset (OpenMetrics 1.0, StateSet). */
export const statesLabel = ({ targetLike, metrics }: RawConfiguration): ReadonlyArray<Issue> => [
  ...metrics.flatMap(({ name, type, labels }) => {
    const path = type === "stateset" ? labels.get(name)?.path : undefined
    return path === undefined ? [] : [issueOfKey(path, "a stateset uses its own name as the label of its states")]
  }),
  ...targetLike.flatMap(({ labels, metrics, pathOf }) =>
    (metrics ?? [])
      .filter(({ name, type }) => type === "stateset" && labels.has(name))
      .map(({ name }) => issueOfKey(pathOf("labels", name), "a stateset uses its own name as the label of its states"))
  )
]
