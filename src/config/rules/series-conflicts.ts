import { type Issue, issue } from "../diagnostics.ts"
import type { RawConfiguration } from "../raw-configuration.ts"
import type { RawMetric } from "../raw-metric.ts"
import type { RawTarget } from "../raw-target.ts"
import { runToEnd, type Sliced } from "../time-slice.ts"

/** Stands for the value of a label that comes from the response. */
const anyValue = Symbol("anything")
type LabelText = string | typeof anyValue

/** The labels that a mapping sets for a metric. */
type MappingLabels = ReadonlyMap<string, LabelText>

/** A target with a metric, its index, and the labels that its mapping sets for that metric. */
interface Emitter {
  readonly at: number
  readonly target: RawTarget
  readonly labels: MappingLabels
}

/** Metrics that the same targets emit with the same labels. They have the same conflicts. */
interface MetricGroup {
  readonly names: Array<string>
  readonly emitters: ReadonlyArray<Emitter>
}

type Metrics = ReadonlyArray<Pick<RawMetric, "name" | "labels">>

/** The metrics of a target without a mapping. Their names come from the response. */
const flattenedMetrics: Metrics = [{ name: "upstream_*", labels: new Map() }]

/**
 * The labels that a mapping sets, by metric. A label has one value only if all entries of the metric give it that
 * value.
 */
const mappingLabelsByName = (metrics: Metrics): ReadonlyMap<string, MappingLabels> => {
  const byName = new Map<string, Map<string, LabelText>>()
  for (const [name, entries] of Map.groupBy(metrics, ({ name }) => name)) {
    const labels = new Map<string, LabelText>()
    for (const label of new Set(entries.flatMap(({ labels }) => [...labels.keys()]))) {
      const texts = new Set(entries.map(({ labels }) => labels.get(label)?.text))
      const [text] = texts
      labels.set(label, texts.size === 1 && text !== undefined ? text : anyValue)
    }
    byName.set(name, labels)
  }
  return byName
}

/** A key for labels that does not depend on their order. */
const textOf = (labels: MappingLabels) =>
  [...labels].map(([name, text]) => [name, text === anyValue ? null : text]).sort()

/** Groups metrics for speed: thousands of targets share a mapping, and most of its metrics have the same labels. */
function* groupMetrics(targets: ReadonlyArray<RawTarget>): Sliced<Iterable<MetricGroup>> {
  const sharersOf = new Map<Metrics, Array<readonly [at: number, target: RawTarget]>>()
  for (const [at, target] of targets.entries()) {
    const metrics = target.metrics ?? flattenedMetrics
    const sharers = sharersOf.get(metrics)
    if (sharers === undefined) sharersOf.set(metrics, [[at, target]])
    else sharers.push([at, target])
    yield
  }
  const byName = new Map<string, { readonly key: Array<string>; readonly emitters: Array<Emitter> }>()
  for (const [metrics, sharers] of sharersOf) {
    for (const [name, labels] of mappingLabelsByName(metrics)) {
      const found = byName.get(name) ?? { key: [], emitters: [] }
      found.key.push(JSON.stringify([sharers[0]?.[0], textOf(labels)]))
      for (const [at, target] of sharers) {
        found.emitters.push({ at, target, labels })
        yield
      }
      byName.set(name, found)
    }
  }
  const byKey = new Map<string, MetricGroup>()
  for (const [name, { key, emitters }] of byName) {
    const joined = key.join()
    const known = byKey.get(joined)
    if (known !== undefined) known.names.push(name)
    else byKey.set(joined, { names: [name], emitters: emitters.sort((a, b) => a.at - b.at) })
    yield
  }
  return byKey.values()
}

/** The label values of a target. All targets have the labels in the same order. */
type LabelValues = ReadonlyArray<LabelText>

/** Targets whose rows set the same labels, with indexes by the values of their constant labels. */
interface SeenTargets {
  readonly isAny: ReadonlyArray<boolean>
  readonly all: Array<{ readonly emitter: Emitter; readonly values: LabelValues }>
  /** By the labels that are left out, then by the values of the others: the first target with these values. */
  readonly indexes: Map<string, Map<string, Emitter>>
}

const maskOf = (isAny: ReadonlyArray<boolean>) => isAny.map(Number).join("")

/** Pairs of a target and a target before it that could emit the same series. */
function* conflictsAmong(
  emitters: ReadonlyArray<Emitter>
): Sliced<ReadonlyArray<readonly [target: RawTarget, other: RawTarget]>> {
  const names = new Set<string>()
  for (const { target, labels } of emitters) {
    for (const name of target.labels.keys()) names.add(name)
    for (const [name, text] of labels) if (text !== anyValue) names.add(name)
    yield
  }
  const allNames = [...names]
  const seen = new Map<string, SeenTargets>()
  const found: Array<readonly [RawTarget, RawTarget]> = []

  /** Adds a target to an index that leaves out some labels. */
  const enter = (
    index: Map<string, Emitter>,
    emitter: Emitter,
    values: LabelValues,
    leftOut: ReadonlyArray<boolean>
  ) => {
    const key = JSON.stringify(values.filter((_, at) => leftOut[at] !== true))
    if (!index.has(key)) index.set(key, emitter)
  }

  for (const emitter of emitters) {
    const { target, labels } = emitter
    const values = allNames.map((name) => target.labels.get(name) ?? labels.get(name) ?? "")
    const isAny = values.map((value) => value === anyValue)
    let other: Emitter | undefined
    for (const { isAny: otherIsAny, all, indexes } of seen.values()) {
      const leftOut = isAny.map((own, at) => own || otherIsAny[at] === true)
      const mask = maskOf(leftOut)
      let index = indexes.get(mask)
      if (index === undefined) {
        index = new Map()
        indexes.set(mask, index)
        for (const before of all) {
          enter(index, before.emitter, before.values, leftOut)
          yield
        }
      }
      const match = index.get(JSON.stringify(values.filter((_, at) => leftOut[at] !== true)))
      if (match !== undefined && (other === undefined || match.at < other.at)) other = match
    }
    if (other !== undefined) found.push([target, other.target])
    const mask = maskOf(isAny)
    const group: SeenTargets = seen.get(mask) ?? { isAny, all: [], indexes: new Map() }
    seen.set(mask, group)
    group.all.push({ emitter, values })
    for (const [leftOut, index] of group.indexes) {
      enter(
        index,
        emitter,
        values,
        [...leftOut].map((digit) => digit === "1")
      )
    }
    yield
  }
  return found
}

/** The other target of a conflict, and the metrics in conflict. */
interface SeriesConflict {
  readonly other: RawTarget
  readonly names: ReadonlyArray<string>
}

/**
 * Targets that could emit the same series. A page has each series only once, so any two targets with the same metric
 * need a label that differs: both set it to different constants, or one sets a constant and the other does not have the
 * label at all.
 */
export function* seriesConflicts(targets: ReadonlyArray<RawTarget>): Sliced<ReadonlyMap<RawTarget, SeriesConflict>> {
  const found = new Map<RawTarget, SeriesConflict>()
  for (const { names, emitters } of yield* groupMetrics(targets)) {
    for (const [target, other] of yield* conflictsAmong(emitters)) {
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
  [...runToEnd(seriesConflicts(targets))].map(([{ path }, { other, names }]) => {
    const fix = "give each a different constant label, such as labels: { site: a }"
    return issue(path, (show) => `could emit the same series as ${show(other.path)} (${formatNames(names)}): ${fix}`)
  })
