import { formatPath, type Issue, issue } from "../diagnostics.ts"
import type { RawConfiguration } from "../raw-configuration.ts"
import type { RawMetric, RawTarget } from "../raw-target.ts"

/** A target with a metric, its index, and the labels that its rows set for that metric. */
interface Emitter {
  readonly at: number
  readonly target: RawTarget
  readonly rowLabels: ReadonlySet<string>
}

/** Metrics that the same targets have with the same labels. They have the same conflicts. */
interface MetricGroup {
  readonly names: Array<string>
  readonly emitters: ReadonlyArray<Emitter>
}

type Metrics = ReadonlyArray<Pick<RawMetric, "name" | "labels">>

/** A target without a mapping makes names from the response. */
const flattenedMetrics: Metrics = [{ name: "upstream_*", labels: new Map() }]

/** The labels that the rows of a mapping set, by metric. */
const rowLabelsByName = (metrics: Metrics): ReadonlyMap<string, ReadonlySet<string>> => {
  const byName = new Map<string, Set<string>>()
  for (const { name, labels } of metrics) {
    const known = byName.get(name) ?? new Set()
    for (const label of labels.keys()) known.add(label)
    byName.set(name, known)
  }
  return byName
}

/** Groups metrics for speed: thousands of targets share a mapping, and most of its metrics have the same labels. */
const groupMetrics = (targets: ReadonlyArray<RawTarget>): Iterable<MetricGroup> => {
  const byName = new Map<string, { key: string; readonly emitters: Array<ReadonlyArray<Emitter>> }>()
  for (const [metrics, sharers] of Map.groupBy(targets.entries(), ([, { metrics }]) => metrics ?? flattenedMetrics)) {
    for (const [name, rowLabels] of rowLabelsByName(metrics)) {
      const found = byName.get(name) ?? { key: "", emitters: [] }
      found.key += JSON.stringify([sharers[0]?.[0], [...rowLabels].sort()])
      found.emitters.push(sharers.map(([at, target]) => ({ at, target, rowLabels })))
      byName.set(name, found)
    }
  }
  const byKey = new Map<string, MetricGroup>()
  for (const [name, { key, emitters }] of byName) {
    const known = byKey.get(key) ?? { names: [], emitters: emitters.flat().sort((a, b) => a.at - b.at) }
    known.names.push(name)
    byKey.set(key, known)
  }
  return byKey.values()
}

/** The value of a label that the rows of a target set. */
const anyValue = Symbol("anything")

/** Each target that could emit the same series as a target before it, with that target. */
const conflictsAmong = (emitters: ReadonlyArray<Emitter>): ReadonlyArray<readonly [RawTarget, RawTarget]> => {
  const names = [...new Set(emitters.flatMap(({ target }) => [...target.labels.keys()]))]
  const seen = new Map<string, { readonly target: RawTarget; readonly values: ReadonlyArray<string | symbol> }>()
  let hasAnyValue = false
  return emitters.flatMap(({ target, rowLabels }) => {
    const values = names.map((name) => target.labels.get(name) ?? (rowLabels.has(name) ? anyValue : ""))
    const fits = (others: ReadonlyArray<string | symbol>) =>
      values.every((value, index) => value === others[index] || value === anyValue || others[index] === anyValue)
    const key = JSON.stringify(values.map((value) => (value === anyValue ? null : value)))
    hasAnyValue ||= values.includes(anyValue)
    // without such labels a lookup is enough, and no target is compared with all others
    const other = hasAnyValue ? [...seen.values()].find(({ values }) => fits(values)) : seen.get(key)
    if (!seen.has(key)) seen.set(key, { target, values })
    return other === undefined ? [] : [[target, other.target] as const]
  })
}

/** The other target of a conflict, and the metrics in conflict. */
interface SeriesConflict {
  readonly other: RawTarget
  readonly names: ReadonlyArray<string>
}

/**
 * Targets that could emit the same series. A page has each series only once, so each two targets with the same metric need a label that
 * differs: both set it to different constants, or one sets a constant and the other does not have the label at all.
 */
export const seriesConflicts = (targets: ReadonlyArray<RawTarget>): ReadonlyMap<RawTarget, SeriesConflict> => {
  const found = new Map<RawTarget, SeriesConflict>()
  for (const { names, emitters } of groupMetrics(targets)) {
    for (const [target, other] of conflictsAmong(emitters)) {
      const before = found.get(target) ?? { other, names: [] }
      found.set(target, { ...before, names: [...before.names, ...names] })
    }
  }
  return found
}

/** `first`, or `first and 2 more`. */
export const formatNames = ([first = "", ...more]: ReadonlyArray<string>): string =>
  more.length === 0 ? first : `${first} and ${more.length} more`

export const noSeriesConflicts = ({ targets }: RawConfiguration): ReadonlyArray<Issue> =>
  [...seriesConflicts(targets)].map(([{ path }, { other, names }]) => {
    const fix = "give each a different constant label, such as labels: { site: a }"
    return issue(path, `could emit the same series as ${formatPath(other.path)} (${formatNames(names)}): ${fix}`)
  })
